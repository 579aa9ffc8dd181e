"""Copies, pickles and files hold all that was learned, and go on learning as if nothing had happened."""

import copy
import pickle

import numpy as np
import pytest
from conftest import cluster_data, sparse_data

from fast_kmeans_classifier import (
    BadModelError,
    FastKMeansClassifier,
    NewerFormatError,
    NotFittedError,
    TfidfVectorizer,
)
from fast_kmeans_classifier import _persistence

TEXTS = ["red apple pie", "green apple", "red car", "green car engine", "apple juice", "car wash"] * 4
KINDS = ["food", "food", "machine", "machine", "food", "machine"] * 4


def by_pickle(protocol):
    return lambda classifier, path: pickle.loads(pickle.dumps(classifier, protocol))


def by_file(classifier, path):
    classifier.save(path)
    return FastKMeansClassifier.load(path)


WAYS = {
    "pickle 2": by_pickle(2), "pickle 5": by_pickle(5), "copy": lambda one, path: copy.copy(one),
    "deepcopy": lambda one, path: copy.deepcopy(one), "file": by_file,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("refine", (0, "auto"))
@pytest.mark.parametrize("layout", ("sparse", "dense"))
@pytest.mark.parametrize("labels_are", ("numbers", "texts"))
def test_a_copy_answers_and_learns_alike_and_by_itself(way, refine, layout, labels_are, tmp_path):
    rows, labels = sparse_data(documents=300) if layout == "sparse" else cluster_data(documents=300)
    y = labels if labels_are == "numbers" else np.array(["a", "b", "c", "d"], dtype=object)[labels]
    original = FastKMeansClassifier(refine=refine, k_list=[1, 2, 3], k_init=2).fit(rows[:200], y[:200])
    other = WAYS[way](original, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(other.predict_proba(rows), original.predict_proba(rows))
    assert other.get_params() == original.get_params()
    assert other.classes_.tolist() == original.classes_.tolist() and other.n_features_in_ == original.n_features_in_
    before = original.decision_function(rows)
    other.fit_batch(rows[200:], y[200:])
    np.testing.assert_array_equal(original.decision_function(rows), before)
    original.fit_batch(rows[200:], y[200:])
    np.testing.assert_array_equal(other.decision_function(rows), original.decision_function(rows))


def test_a_pickle_keeps_types_names_and_declared_classes():
    rows, labels = sparse_data(classes=2)
    original = FastKMeansClassifier().partial_fit(rows, labels.astype(bool), classes=[False, True])
    other = pickle.loads(pickle.dumps(original))
    assert other.predict(rows).dtype == bool
    with pytest.raises(ValueError, match="did not declare"):
        FastKMeansClassifier().partial_fit(rows, labels, classes=[0, 1]).partial_fit(rows[:1], [5])
    assert pickle.loads(pickle.dumps(FastKMeansClassifier(k_init=7))).k_init == 7
    with pytest.raises(NotFittedError):
        pickle.loads(pickle.dumps(FastKMeansClassifier())).predict(rows)


@pytest.mark.parametrize("made", (FastKMeansClassifier, TfidfVectorizer))
def test_a_pickle_from_a_newer_version(made, monkeypatch):
    monkeypatch.setattr(_persistence, "PICKLE_FORMAT", 2)
    state = {**made().__getstate__(), "format": 2, "version": "9.8.7"}
    monkeypatch.undo()
    with pytest.raises(NewerFormatError, match=f"{made.__name__} was pickled by version 9.8.7.*upgrade the package"):
        made.__new__(made).__setstate__(state)
    with pytest.raises(BadModelError, match="no pickle of"):
        made.__new__(made).__setstate__({"k_init": 3})


def test_a_damaged_pickle():
    rows, labels = sparse_data()
    state = FastKMeansClassifier().fit(rows, labels).__getstate__()
    for model in (b"", b"nonsense", state["model"][:-100], b"\xff" * 100):
        with pytest.raises(BadModelError):
            FastKMeansClassifier.__new__(FastKMeansClassifier).__setstate__({**state, "model": model})


def test_errors_survive_a_pickle():
    rows, labels = sparse_data()
    for call in (
        lambda: FastKMeansClassifier(k_init=0).fit(rows, labels), lambda: FastKMeansClassifier().predict(rows),
        lambda: FastKMeansClassifier.load("there is no such file"), lambda: FastKMeansClassifier(device="cuda").fit(rows, labels),
    ):
        with pytest.raises(Exception) as caught:
            call()
        other = pickle.loads(pickle.dumps(caught.value))
        assert str(other) == str(caught.value) and isinstance(other, (ValueError, OSError, RuntimeError))


@pytest.mark.parametrize("content", (b"", b"not a model", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "))
def test_a_file_that_is_no_model(content, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(BadModelError):
        FastKMeansClassifier.load(path)


def test_files_that_cannot_be_opened(tmp_path):
    rows, labels = sparse_data()
    with pytest.raises(OSError, match="no such file"):
        FastKMeansClassifier.load(tmp_path / "no such file")
    with pytest.raises(OSError):
        FastKMeansClassifier().fit(rows, labels).save(tmp_path / "no such folder" / "model")
    with pytest.raises(ValueError, match="NUL"):
        FastKMeansClassifier.load("model\0")


def test_a_file_keeps_the_vectoriser(tmp_path):
    vectorizer = TfidfVectorizer(min_df=1, ngrams=(1, 2))
    rows = vectorizer.fit_transform(TEXTS)
    classifier = FastKMeansClassifier().fit(rows, KINDS)
    path = str(tmp_path / "model.safetensors")
    classifier.save(path, vectorizer=vectorizer)
    other = TfidfVectorizer.load(path)
    assert (other.transform(TEXTS) != rows).nnz == 0
    assert other.get_params() == vectorizer.get_params()
    assert FastKMeansClassifier.load(path).predict(other.transform(["apple"])).tolist() == ["food"]
    with pytest.raises(ValueError):
        FastKMeansClassifier().fit(np.eye(4), [0, 1, 0, 1]).save(path, vectorizer=vectorizer)
    with pytest.raises(TypeError, match="TfidfVectorizer is needed"):
        classifier.save(path, vectorizer="words")
    classifier.save(path)
    with pytest.raises(ValueError):
        TfidfVectorizer.load(path)


def test_a_loaded_model_knows_its_parameters(tmp_path):
    rows, labels = sparse_data()
    names = np.array(["a", "b", "c", "d"])[labels]
    made = FastKMeansClassifier(
        k_list={"b": 5}, distance="euclidean", dtype="float64", soft_type="softmax", temperature=0.5, merge_threshold=0.1,
        batch_size=None, n_threads=1, random_state=2**63, refine=2, decay=0.9, warm_start=True,
    ).fit(rows, names)
    path = tmp_path / "model.safetensors"
    made.save(path)
    assert FastKMeansClassifier.load(path, n_threads=1).get_params() == made.get_params()

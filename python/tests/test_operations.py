"""Classes that go, merge or get another name, and documents that are none of them."""

import copy
import pickle

import numpy as np
import pytest
from conftest import cluster_data, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier, InvalidParameterError, NotFittedError, UnsupportedError

NAMES = np.array(["alpha", "beta", "gamma", "delta"])


def fitted(refine="auto", names=NAMES, **parameters):
    rows, labels = sparse_data(documents=300)
    return FastKMeansClassifier(refine=refine, **parameters).fit(rows, names[labels]), rows, names[labels]


def test_a_class_that_is_removed_leaves_the_others_as_they_were():
    classifier, rows, names = fitted()
    scores = classifier.decision_function(rows)
    masses = classifier.centroid_weights_[classifier.centroid_labels_ != "beta"]
    assert classifier.remove_class("beta") is classifier
    assert classifier.classes_.tolist() == ["alpha", "delta", "gamma"]
    np.testing.assert_array_equal(classifier.decision_function(rows), scores[:, [0, 2, 3]])
    np.testing.assert_array_equal(classifier.centroid_weights_, masses)
    assert "beta" not in classifier.predict(rows) and classifier.predict_proba(rows).shape == (300, 3)
    with pytest.raises(ValueError, match="knows no class 'beta'"):
        classifier.remove_class("beta")


def test_a_removed_class_may_come_again():
    classifier, rows, names = fitted(refine=0)
    log = classifier.remove_class("beta").fit_batch(rows, names)
    assert log["new_classes"] == ["beta"]
    assert classifier.classes_.tolist() == ["alpha", "delta", "gamma", "beta"]
    assert classifier.score(rows, names) > 0.9


@pytest.mark.parametrize("refine", (0, "auto"))
def test_a_class_gets_another_name_and_nothing_else_changes(refine):
    classifier, rows, names = fitted(refine)
    before = classifier.predict_proba(rows)
    classifier.rename_class("beta", "a much longer name")
    assert classifier.classes_.tolist() == ["alpha", "a much longer name", "delta", "gamma"]
    np.testing.assert_array_equal(classifier.predict_proba(rows), before)
    renamed = np.where(names == "beta", "a much longer name", names)
    assert classifier.score(rows, renamed) > 0.9
    assert classifier.fit_batch(rows[:50], renamed[:50])["new_classes"] == []


def test_numbers_are_renamed_to_numbers():
    classifier, rows, labels = fitted(names=np.arange(4))
    classifier.rename_class(3, -7)
    assert classifier.classes_.tolist() == [0, 1, 2, -7] and classifier.predict(rows).dtype == labels.dtype
    for call in (lambda: classifier.rename_class(1, "one"), lambda: classifier.merge_classes([1], "one")):
        with pytest.raises((TypeError, ValueError)):
            call()
    with pytest.raises(UnsupportedError, match="there is a class '2' already"):
        classifier.rename_class(1, 2)


@pytest.mark.parametrize("refine", (0, "auto"))
def test_what_was_one_of_the_merged_classes_is_the_target(refine):
    classifier, rows, names = fitted(refine)
    before, count = classifier.predict(rows), len(classifier.centroid_labels_)
    classifier.merge_classes(["gamma", "alpha"], into="delta")
    assert classifier.classes_.tolist() == ["beta", "delta"]
    np.testing.assert_array_equal(classifier.predict(rows), np.where(before == "beta", "beta", "delta"))
    assert len(classifier.centroid_labels_) == count


@pytest.mark.parametrize(
    "change, error, words",
    [
        (lambda one: one.merge_classes(["alpha", "alpha"], "beta"), ValueError, "merged once"),
        (lambda one: one.merge_classes(["alpha"], "alpha"), ValueError, "not into itself"),
        (lambda one: one.merge_classes(["alpha"], "nothing"), ValueError, "knows no class 'nothing'"),
        (lambda one: one.merge_classes("alpha", "beta"), TypeError, "a list of labels"),
        (lambda one: one.merge_classes([], "beta"), ValueError, "empty"),
        (lambda one: one.rename_class("alpha", ["new"]), TypeError, "no label"),
        (lambda one: one.rename_class("alpha", None), ValueError, "NaN"),
        (lambda one: one.rename_class("nothing", "new"), ValueError, "knows no class"),
        (lambda one: one.remove_class(3), ValueError, "knows no class 3"),
    ],
)
def test_what_cannot_be_done_changes_nothing(change, error, words):
    classifier, rows, _ = fitted()
    before = classifier.predict_proba(rows)
    with pytest.raises(error, match=words):
        change(classifier)
    assert classifier.classes_.tolist() == sorted(NAMES)
    np.testing.assert_array_equal(classifier.predict_proba(rows), before)


def test_the_last_class_stays():
    classifier = FastKMeansClassifier()
    classifier.fit_batch(np.eye(3), ["x"] * 3)
    with pytest.raises(UnsupportedError, match="only class"):
        classifier.remove_class("x")


def test_nothing_is_done_before_fit():
    for call in (
        lambda one: one.remove_class("a"), lambda one: one.rename_class("a", "b"), lambda one: one.merge_classes(["a"], "b"),
        lambda one: one.reject(0.1), lambda one: one.open_set_scores(np.eye(2)),
    ):
        with pytest.raises(NotFittedError):
            call(FastKMeansClassifier())
    assert not hasattr(FastKMeansClassifier(), "open_set_") and not hasattr(FastKMeansClassifier(), "rejection_")


def test_declared_classes_keep_their_columns():
    rows, labels = sparse_data(documents=300)
    names = NAMES[labels]
    classifier = FastKMeansClassifier(refine=0).partial_fit(rows, names, classes=NAMES)
    classifier.remove_class("beta")
    assert classifier.classes_.tolist() == sorted(NAMES)
    probabilities = classifier.predict_proba(rows)
    assert not probabilities[:, 1].any()
    np.testing.assert_array_equal(classifier.classes_[probabilities.argmax(axis=1)], classifier.predict(rows))
    classifier.partial_fit(rows, names)
    assert classifier.score(rows, names) > 0.9
    with pytest.raises(ValueError, match="told the classes"):
        classifier.rename_class("beta", "other")


def unknown_kinds(documents=800):
    """A classifier of five classes, and rows of these and of three that it has not seen."""
    rows, labels = sparse_data(documents=documents, classes=8, features=160, non_zeros=5)
    known = labels < 5
    return FastKMeansClassifier().fit(rows[known], labels[known]), rows[known], rows[~known]


def test_documents_of_unknown_classes_are_rejected_at_a_rate():
    classifier, known, unknown = unknown_kinds()
    assert classifier.rejection_ is None and classifier.open_set_.separation > 0.8
    assert classifier.open_set_.known_count > 30 and classifier.open_set_.unknown_count > 30
    labels = classifier.predict(unknown)
    assert not classifier.predict_top_k(unknown, 1).rejected.any()
    assert classifier.reject(false_accept_rate=0.05) is classifier
    assert classifier.rejection_ == {"false_accept_rate": 0.05, "per_class": False}
    rejected = classifier.predict_top_k(unknown, 2).rejected
    assert rejected.mean() > 0.8 and classifier.predict_top_k(known, 1).rejected.mean() < 0.3
    np.testing.assert_array_equal(classifier.predict(unknown), labels)
    scores = classifier.open_set_scores(unknown)
    assert scores.dtype == np.float32 and scores[rejected].max() < scores[~rejected].min(initial=np.inf)
    classifier.reject(false_reject_rate=0.2, per_class=True)
    assert classifier.rejection_ == {"false_reject_rate": 0.2, "per_class": True}
    assert 0.02 < classifier.predict_top_k(known, 1).rejected.mean() < 0.5
    classifier.reject()
    assert classifier.rejection_ is None and not classifier.predict_top_k(unknown, 1).rejected.any()


def test_the_rule_goes_along(tmp_path):
    classifier, known, unknown = unknown_kinds()
    classifier.reject(false_accept_rate=0.05)
    expected = classifier.predict_top_k(unknown, 1).rejected
    classifier.save(tmp_path / "model.safetensors")
    others = (
        copy.deepcopy(classifier), pickle.loads(pickle.dumps(classifier)),
        FastKMeansClassifier.load(tmp_path / "model.safetensors"), classifier,
    )
    # A rule that came with a file is the library's own.
    loaded = pickle.loads(pickle.dumps(classifier)).set_params(warm_start=True)
    for other in others:
        assert other.rejection_ == {"false_accept_rate": 0.05, "per_class": False}
        np.testing.assert_array_equal(other.predict_top_k(unknown, 1).rejected, expected)
        other.fit_batch(known[:20], other.predict(known[:20]))
        assert other.rejection_ is not None and other.predict_top_k(unknown, 1).rejected.mean() > 0.6
        other.remove_class(0)
        assert other.rejection_ is not None
        other.reject()
        other.fit_batch(known[:20], other.predict(known[:20]))
        assert other.rejection_ is None
    classifier.reject(false_accept_rate=0.05)
    for other in (loaded, classifier):
        other.fit(known, other.predict(known))
        assert other.rejection_ is None


@pytest.mark.parametrize(
    "change", (lambda one: one.remove_class(4), lambda one: one.remove_class(0), lambda one: one.merge_classes([3, 4], 0))
)
@pytest.mark.parametrize("per_class", (False, True))
def test_changed_classes_are_kept_in_files(change, per_class):
    classifier, known, unknown = unknown_kinds()
    change(classifier.reject(false_accept_rate=0.1, per_class=per_class))
    other = pickle.loads(pickle.dumps(classifier))
    assert other.classes_.tolist() == classifier.classes_.tolist() and other.rejection_ == classifier.rejection_
    for X in (known, unknown):
        np.testing.assert_array_equal(other.predict_top_k(X, 2).rejected, classifier.predict_top_k(X, 2).rejected)


@pytest.mark.parametrize("arguments", ({"refine": 0}, {"max_iters": 2, "mode": "reference"}))
def test_a_model_that_cannot_tell(arguments):
    rows, labels = cluster_data()
    classifier = FastKMeansClassifier(**arguments).fit(rows, labels)
    assert classifier.open_set_ is None and classifier.rejection_ is None
    with pytest.raises(UnsupportedError, match="train it with refinement"):
        classifier.reject(0.1)
    with pytest.raises(UnsupportedError, match="train it with refinement"):
        classifier.open_set_scores(rows)
    classifier.reject()


@pytest.mark.parametrize(
    "arguments", ({"false_accept_rate": 0}, {"false_accept_rate": 1}, {"false_reject_rate": float("nan")},
                  {"false_accept_rate": 1e-9}, {"false_accept_rate": "low"}, {"false_accept_rate": 0.1, "per_class": 1},
                  {"false_accept_rate": 0.1, "false_reject_rate": 0.1}),
)
def test_a_wrong_rate_is_named(arguments):
    classifier, _, _ = unknown_kinds()
    with pytest.raises(InvalidParameterError, match="_rate|per_class"):
        classifier.reject(**arguments)
    assert classifier.rejection_ is None

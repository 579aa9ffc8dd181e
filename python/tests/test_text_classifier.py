"""Texts in, answers out: the vectoriser and the classifier in one estimator and one file."""

import copy
import os
import pickle
import subprocess

import numpy as np
import pytest
from conftest import ROOT, needed

from fast_kmeans_classifier import (
    FastKMeansClassifier,
    InvalidParameterError,
    NotFittedError,
    TextClassifier,
    TfidfVectorizer,
)

WORDS = {
    "billing": "invoice refund payment charge card receipt amount account".split(),
    "hardware": "screen keyboard fan battery cable monitor mouse display".split(),
    "network": "router signal wifi connection latency packet gateway modem".split(),
}


def tickets(count, seed=0):
    """Texts of six words, most of them typical of their class, and the classes."""
    random = np.random.default_rng(seed)
    classes = sorted(WORDS)
    labels = [classes[place % 3] for place in range(count)]
    texts = []
    for label in labels:
        kinds = [label if random.random() < 0.8 else classes[random.integers(3)] for _ in range(6)]
        texts.append(" ".join(WORDS[kind][random.integers(8)] for kind in kinds))
    return texts, labels


@pytest.fixture(scope="module")
def fitted():
    return TextClassifier().fit(*tickets(300))


def test_answers_are_those_of_vectoriser_and_classifier(fitted):
    texts, labels = tickets(300)
    asked = tickets(40, seed=1)[0]
    vectorizer = TfidfVectorizer()
    apart = FastKMeansClassifier().fit(vectorizer.fit_transform(texts), labels)
    rows = vectorizer.transform(asked)
    np.testing.assert_array_equal(fitted.predict(asked), apart.predict(rows))
    np.testing.assert_array_equal(fitted.predict_proba(asked), apart.predict_proba(rows))
    np.testing.assert_array_equal(fitted.decision_function(asked), apart.decision_function(rows))
    np.testing.assert_array_equal(fitted.predict_top_k(asked, 2).confidences, apart.predict_top_k(rows, 2).confidences)
    assert fitted.score(texts, labels) == apart.score(vectorizer.transform(texts), labels) > 0.9
    assert fitted.classes_.tolist() == sorted(WORDS) and fitted.n_features_in_ == 24


def test_texts_come_as_lists_arrays_series_and_frames(fitted):
    texts, labels = tickets(30, seed=2)
    expected = fitted.predict(texts).tolist()
    assert fitted.predict(np.array(texts)).tolist() == expected
    assert fitted.predict(np.array(texts, dtype=object)).tolist() == expected
    assert fitted.predict(iter(texts)).tolist() == expected
    pandas = needed("pandas")
    assert fitted.predict(pandas.Series(texts)).tolist() == expected
    assert fitted.predict(pandas.DataFrame({"text": texts})).tolist() == expected
    polars = needed("polars")
    assert fitted.predict(polars.Series(texts)).tolist() == expected
    again = TextClassifier(min_df=1).fit(pandas.Series(texts), pandas.Series(labels))
    assert again.classes_.tolist() == sorted(WORDS)


def test_terms_explain_an_answer(fitted):
    explained = fitted.explain(["screen, keyboard and an invoice"], top=2)[0]
    assert explained.label == "hardware"
    assert {name for name, _ in explained.features} == {"screen", "keyboard"}
    hashed = TextClassifier(hashing=12).fit(*tickets(60)).explain(["screen"])[0]
    assert isinstance(hashed.features[0][0], int)


def test_a_text_without_known_words_is_answered_and_rejected(fitted):
    answers = fitted.predict_top_k(["", "xyzzy", "screen battery"], k=1)
    assert answers.rejected.tolist() == [True, True, False] and answers.labels.shape == (3, 1)


@pytest.mark.parametrize("hashing", (None, 12))
def test_batches_bring_new_classes(hashing, tmp_path):
    texts, labels = tickets(300)
    clf = TextClassifier(hashing=hashing)
    assert clf.fit_batch(texts, labels)["new_classes"] == sorted(WORDS)
    report = clf.fit_batch(["screen invoice router"] * 3, ["mixed"] * 3)
    assert report["new_classes"] == ["mixed"] and clf.classes_.tolist() == [*sorted(WORDS), "mixed"]
    clf.save(tmp_path / "m")
    loaded = TextClassifier.load(tmp_path / "m")
    np.testing.assert_array_equal(loaded.predict_proba(texts), clf.predict_proba(texts))
    for other in (clf, loaded):
        other.partial_fit(texts[:30], labels[:30])
    np.testing.assert_allclose(loaded.predict_proba(texts), clf.predict_proba(texts), atol=0.02)
    declared = TextClassifier().partial_fit(texts, labels, classes=[*sorted(WORDS), "zebra"])
    assert declared.predict_proba(texts[:1])[0, 3] == 0


def test_copies_and_pickles(fitted):
    asked = tickets(20, seed=3)[0]
    expected = fitted.predict_proba(asked)
    hashed = TextClassifier(hashing=10).partial_fit(*tickets(60))
    for original in (fitted, hashed):
        expected = original.predict_proba(asked)
        for other in (copy.deepcopy(original), copy.copy(original), pickle.loads(pickle.dumps(original))):
            np.testing.assert_array_equal(other.predict_proba(asked), expected)
            assert other.get_params() == original.get_params()


def test_one_file_has_both_and_the_command_line_opens_it(fitted, tmp_path):
    asked = tickets(20, seed=4)[0]
    path = tmp_path / "tickets.safetensors"
    fitted.save(path)
    loaded = TextClassifier.load(path, n_threads=1)
    np.testing.assert_array_equal(loaded.predict_proba(asked), fitted.predict_proba(asked))
    # A file has what `auto` became.
    assert loaded.get_params() == {**fitted.get_params(), "analyzer": "word", "ngrams": (1, 1), "n_threads": 1}
    assert TfidfVectorizer.load(path).vocabulary_ == fitted.vectorizer_.vocabulary_
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
    tool = ROOT / ".build" / "debug" / "fastkmeans"
    if not tool.exists():
        pytest.skip("the command line is not built")
    arguments = [tool, "predict", "--model", path, "--input", "-", "--format", "tsv"]
    answers = subprocess.run(
        arguments, input="".join(f"{text}\n" for text in asked), capture_output=True, text=True, env=os.environ, check=True
    )
    assert [line.split("\t")[0] for line in answers.stdout.splitlines()] == fitted.predict(asked).tolist()


def test_parameters_are_those_of_both(fitted):
    names = list(TextClassifier().get_params())
    assert set(names) == {*TfidfVectorizer().get_params(), *FastKMeansClassifier().get_params(), "class_descriptions"}
    assert repr(TextClassifier(ngrams=(1, 2), k_init=5)) == "TextClassifier(ngrams=(1, 2), k_init=5)"
    assert TextClassifier().set_params(k_init=4, min_df=1).get_params()["k_init"] == 4
    with pytest.raises(TypeError, match="no_such"):
        TextClassifier(no_such=1)
    with pytest.raises(InvalidParameterError, match="no_such"):
        TextClassifier().set_params(no_such=1)
    with pytest.raises(InvalidParameterError, match="min_df"):
        TextClassifier(min_df="two").fit(*tickets(30))
    with pytest.raises(ValueError, match="k_init"):
        TextClassifier(k_init=0).fit(*tickets(30))


def test_bad_input(fitted, tmp_path):
    with pytest.raises(NotFittedError):
        TextClassifier().predict(["a"])
    with pytest.raises(NotFittedError):
        TextClassifier().save(tmp_path / "m")
    with pytest.raises(ValueError):
        TextClassifier().fit([], [])
    with pytest.raises(ValueError):
        TextClassifier().fit(["a screen", "an invoice", "a screen"], ["x", "y"])
    with pytest.raises(ValueError, match="min_df"):
        TextClassifier(min_df=2).fit(["screen", "invoice"], ["x", "y"])
    with pytest.raises(ValueError, match="one class only"):
        TextClassifier(min_df=1).fit(["screen", "invoice"], ["x", "x"])
    with pytest.raises(ValueError, match="raw text documents"):
        fitted.predict("one text")
    with pytest.raises(ValueError, match="missing"):
        fitted.predict(["screen", None])
    with pytest.raises(TypeError):
        fitted.predict([1, 2])
    with pytest.raises(TypeError, match="labels that are texts"):
        copy.copy(fitted).fit_batch(["screen"], [1])
    FastKMeansClassifier().fit(np.eye(4), [0, 1, 0, 1]).save(tmp_path / "rows")
    with pytest.raises(ValueError, match="FastKMeansClassifier.load"):
        TextClassifier.load(tmp_path / "rows")
    with pytest.raises(OSError):
        TextClassifier.load(tmp_path / "none")


def test_a_failed_call_changes_nothing(fitted):
    clf = copy.deepcopy(fitted)
    expected = clf.predict_proba(["screen invoice"])
    with pytest.raises(ValueError):
        clf.fit(["red apple", "red car"], ["x"])
    np.testing.assert_array_equal(clf.predict_proba(["screen invoice"]), expected)


def test_tools_of_scikit_learn():
    needed("sklearn")
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.utils.estimator_checks import check_estimator

    texts, labels = tickets(150)
    clf = TextClassifier(stop_words=["the"], k_init=2)
    assert is_classifier(clf) and clone(clf).get_params() == clf.get_params()
    search = GridSearchCV(TextClassifier(), {"ngrams": [(1, 1), (1, 2)], "refine": [0, "auto"]}, cv=3).fit(texts, labels)
    assert search.best_score_ > 0.8 and search.predict(["router modem"]).tolist() == ["network"]
    assert cross_val_score(clf, np.array(texts), labels, cv=3, scoring="neg_log_loss").shape == (3,)
    with pytest.warns(Warning):
        check_estimator(TextClassifier())


def misspelt(count):
    """A word a text, without one of its letters and with a number in its place: no word comes twice."""
    words = [["invoice", "payment", "refund"], ["keyboard", "monitor", "battery"]]
    found = [words[row % 2][row // 2 % 3] for row in range(count)]
    places = [row // 6 % len(word) for row, word in enumerate(found)]
    return [word[:at] + str(row) + word[at + 1 :] for row, (word, at) in enumerate(zip(found, places))], [row % 2 for row in range(count)]


def about_the_analyzer(clf):
    return [one for one in clf.report_["choices"] if one["subject"] == "analyzer"]


def test_the_analyzer_is_chosen_on_held_out_texts(tmp_path):
    texts, labels = misspelt(160)
    clf = TextClassifier().fit(iter(texts), labels)
    assert clf.vectorizer_.analyzer == "word+char_wb" and clf.analyzer == "auto"
    tried = about_the_analyzer(clf)
    assert all(one["rows"] >= 40 and 0 <= one["accuracy"] <= 1 for one in tried)
    assert [one["candidate"] for one in tried][:2] == ["word", "word+char_wb"]
    assert [one["candidate"] for one in tried if one["taken"]] == ["word+char_wb"]
    clf.save(tmp_path / "m")
    loaded = TextClassifier.load(tmp_path / "m")
    assert loaded.analyzer == "word+char_wb" and loaded.predict(texts).tolist() == clf.predict(texts).tolist()
    asked = clf.explain(["Invioce, 7"], top=1)[0]
    assert asked.label == 0 and asked.features[0][0] == "invioce"
    batch = TextClassifier()
    assert batch.fit_batch(texts, labels)["choices"] == about_the_analyzer(clf)
    for parameters in ({"analyzer": "word"}, {"analyzer": "char"}, {"tokenizer": str.split}, {"vocabulary": ["invoice"]}):
        named = TextClassifier(**parameters)
        named.fit(texts if "vocabulary" not in parameters else ["invoice", "invoice refund"] * 80, labels)
        assert not about_the_analyzer(named) and named.vectorizer_.analyzer == parameters.get("analyzer", "auto")
    kept = about_the_analyzer(TextClassifier(ngrams=(1, 1), min_df=0.01).fit(texts, labels))
    assert not any("n-grams" in one["candidate"] for one in kept)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        TextClassifier().fit(texts, labels[1:])


def test_words_explain_a_score_exactly():
    texts, labels = tickets(120)
    for parameters in ({}, {"hashing": 10}, {"vocabulary": ["+scr", "screen", "+in", "invoice"], "binary": True}):
        clf = TextClassifier(analyzer="word+char_wb", **parameters).fit(texts, labels)
        found = clf.explain(["screen, invoice"], top=100)[0]
        assert sum(value for _, value in found.features) == pytest.approx(found.score, abs=1e-5)
        assert {name for name, _ in found.features} == {"screen", "invoice"}

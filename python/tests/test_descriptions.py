"""Texts about classes, which are learned beside documents."""

import numpy as np
import pytest
from test_text_classifier import WORDS, tickets

from fast_kmeans_classifier import InvalidParameterError, TextClassifier

DESCRIPTIONS = {**{label: " ".join(words) for label, words in WORDS.items()}, "travel": ["flight hotel", "luggage and train"]}


def test_a_class_without_documents_is_answered():
    texts, labels = tickets(60)
    clf = TextClassifier(class_descriptions=DESCRIPTIONS).fit(texts, labels)
    assert clf.classes_.tolist() == sorted(DESCRIPTIONS)
    assert clf.predict(["luggage on a flight", "the invoice"]).tolist() == ["travel", "billing"]
    tried = [one for one in clf.report_["choices"] if one["subject"] == "description_weight"]
    assert sum(one["taken"] for one in tried) == 1 and all(one["rows"] == 60 for one in tried)
    assert clf.get_params()["class_descriptions"] is DESCRIPTIONS


def test_descriptions_help_where_documents_are_few():
    asked, expected = tickets(300, seed=8)
    texts, labels = tickets(6, seed=3)
    plain = TextClassifier(analyzer="word").fit(texts, labels).score(asked, expected)
    described = TextClassifier(analyzer="word", class_descriptions=DESCRIPTIONS).fit(texts, labels).score(asked, expected)
    assert described > plain


def test_a_batch_brings_new_classes_once():
    texts, labels = tickets(60)
    clf = TextClassifier(hashing=14, class_descriptions=DESCRIPTIONS)
    assert clf.fit_batch(texts, labels, sample_weight=np.full(60, 2.0))["new_classes"] == sorted(DESCRIPTIONS)
    before = clf.centroid_weights_.sum()
    clf.class_descriptions = {**DESCRIPTIONS, "food": "lunch"}
    assert clf.fit_batch(*tickets(30, seed=2))["new_classes"] == ["food"]
    assert clf.centroid_weights_.sum() == pytest.approx(before + 31)


def test_labels_are_numbers_as_well():
    texts, labels = tickets(60)
    codes = np.array([sorted(WORDS).index(label) for label in labels], dtype=np.int16)
    clf = TextClassifier(class_descriptions={7: "flight hotel"}).fit(texts, codes)
    assert clf.classes_.dtype == np.int16 and clf.predict(["a hotel"]).tolist() == [7]


@pytest.mark.parametrize("given", ["texts", [("a", "b")], {"a": 3}, {"a": ["x", None]}])
def test_what_is_no_description_is_named(given):
    with pytest.raises(InvalidParameterError, match="class_descriptions"):
        TextClassifier(class_descriptions=given).fit(*tickets(30))


def test_other_labels_and_weights_are_named():
    texts, labels = tickets(30)
    with pytest.raises(TypeError, match="class_descriptions"):
        TextClassifier(class_descriptions={1: "x"}).fit(texts, labels)
    with pytest.raises(ValueError, match="sample_weight"):
        TextClassifier(class_descriptions=DESCRIPTIONS).fit(texts, labels, sample_weight=np.ones(35))
    with pytest.raises(ValueError, match="inconsistent"):
        TextClassifier(class_descriptions=DESCRIPTIONS).fit(texts, labels[:-1])

"""Wrong labels, duplicates, leaks: found in texts and in rows of numbers, by folds and by a model."""

import numpy as np
import pytest
from scipy import sparse
from test_text_classifier import WORDS, tickets

from fast_kmeans_classifier import FastKMeansClassifier, TextClassifier, TfidfVectorizer, audit, find_label_issues


@pytest.fixture(scope="module")
def data():
    """Texts, their labels with some of them wrong, and which."""
    texts, labels = tickets(240)
    texts = [f"{text} {labels[row]}ish" for row, text in enumerate(texts)]
    flipped = [10, 50, 51, 97, 150, 200]
    for row in flipped:
        labels[row] = sorted(set(WORDS) - {labels[row]})[row % 2]
    return texts, labels, flipped


@pytest.fixture(scope="module")
def found(data):
    return audit(*data[:2])


def test_wrong_labels_come_first(data, found):
    texts, labels, flipped = data
    assert sorted(found.order.tolist()) == list(range(240))
    assert len(set(found.order[:6].tolist()) & set(flipped)) >= 5
    assert len(set(flipped) & set(found.issues.tolist())) >= 3
    margins = found.margin[found.order]
    assert (margins[:-1] >= margins[1:]).all()
    wrong = found.suggested != np.array(labels)
    np.testing.assert_array_equal(wrong, found.margin > 0)
    assert (found.confidence[wrong] >= found.label_confidence[wrong]).all() and found.probable[~wrong].sum() == 0
    first = found.order[0]
    assert found.reasons[first] and all(lead > 0 and name in texts[first] for name, lead in found.reasons[first])
    np.testing.assert_array_equal(find_label_issues(texts, labels), found.issues)


def test_rows_of_numbers_are_audited_as_texts(data, found):
    texts, labels, _ = data
    rows = TfidfVectorizer().fit_transform(texts)
    for X in (rows, rows.tocsc()):
        again = audit(X, labels)
        np.testing.assert_array_equal(again.order, found.order)
        np.testing.assert_array_equal(again.confidence, found.confidence)
        assert all(isinstance(name, int) for reasons in again.reasons for name, _ in reasons)
    dense = audit(rows.toarray(), labels, refine=0)
    assert len(set(dense.order[:6].tolist()) & set(data[2])) >= 4


def test_labels_keep_their_type(data):
    texts, labels, flipped = data
    numbers = np.array([sorted(WORDS).index(label) * 10 for label in labels], dtype=np.int16)
    found = audit(texts, numbers)
    assert found.suggested.dtype == np.int16 and set(found.suggested.tolist()) == {0, 10, 20}
    assert len(set(flipped) & set(found.issues.tolist())) >= 3


@pytest.mark.parametrize("kind", [TextClassifier, FastKMeansClassifier])
def test_a_model_that_has_not_seen_the_rows(data, kind):
    texts, labels, _ = data
    vectorizer = TfidfVectorizer().fit(texts[:120])
    X = texts if kind is TextClassifier else vectorizer.transform(texts)
    model = kind().fit(X[:120], labels[:120])
    asked, given = X[120:], ["other", *labels[121:]]
    found = audit(asked, given, model=model)
    assert found.suggested[0] == "other" and np.isnan(found.margin[0]) and found.order[-1] == 0
    predicted, confidences = model.predict_confidence(asked)
    np.testing.assert_array_equal(found.suggested[1:], predicted[1:])
    np.testing.assert_array_equal(found.confidence[1:], confidences[1:])
    with pytest.raises(ValueError, match="leave \\['k_init'\\] out"):
        audit(asked, given, model=model, k_init=2)


def test_duplicates_conflicts_and_leaks(data):
    texts, labels, _ = data
    texts, labels = [*texts, texts[3], texts[4], "!"], [*labels, labels[3], "other", "billing"]
    found = audit(texts, labels, against=[texts[7], "nothing like it"])
    assert {240, 241} <= set(found.duplicates.rows.tolist())
    place = found.conflicts.rows.tolist().index(241)
    assert found.conflicts.others[place] == 4 and found.conflicts.similarities[place] == 1
    assert 7 in found.leaks.rows.tolist() and set(found.leaks.others.tolist()) == {0}
    assert found.unknown[242] and found.unknown.sum() == 1
    assert len(audit(texts, labels, duplicates=False).duplicates.rows) == 0
    rows = TfidfVectorizer().fit_transform(texts)
    assert 240 in audit(rows, labels, against=rows[3:4]).leaks.rows.tolist()


@pytest.mark.parametrize(
    ("X", "y", "options", "reason"),
    [
        (["aa bb", "bb cc", "cc dd"], ["x", "x", "x"], {"folds": 2}, "one label"),
        (["aa bb", "bb cc", "cc dd", "dd ee"], ["w", "x", "y", "z"], {"folds": 2}, "two rows or more of two classes"),
        (["aa bb", "bb cc", "cc dd"], ["x", "x", "y"], {"folds": 9}, "folds is 9"),
        (["aa bb", "bb cc"], ["x"], {}, "inconsistent numbers of samples"),
        ("one text", ["x"], {}, "expected many texts"),
        (np.eye(4), [0, 0, 1, 1], {"similarity": 0.0, "folds": 2}, "similarity is 0.0"),
        (sparse.csr_matrix((4, 3)), [0, 0, 1, 1], {"folds": 2}, "all rows are zero"),
    ],
)
def test_bad_input_is_named(X, y, options, reason):
    with pytest.raises(ValueError, match=reason):
        audit(X, y, **options)


def test_equal_rows_with_two_labels_are_conflicts():
    found = audit(["the same text"] * 12, ["x", "y"] * 6)
    assert len(found.conflicts.rows) == 11 and len(found.order) == 12


def test_sets_hold_the_right_class_as_often_as_asked():
    texts, labels = tickets(700, seed=3)
    model = TextClassifier().fit(texts[:400], labels[:400])
    sizes = []
    for coverage in (0.8, 0.9, 0.95):
        sets = model.predict_set(texts[400:], coverage=coverage)
        held = np.mean([label in found for label, found in zip(labels[400:], sets)])
        assert held > coverage - 0.1
        sizes.append(sum(map(len, sets)))
    assert sizes == sorted(sizes)
    best = model.predict(texts[400:])
    assert [found[0] for found in sets] == best.tolist()
    assert len(model.predict_set(texts[:5], coverage=0.9, per_class=True)) == 5


def test_sets_need_held_out_answers_and_a_coverage_that_can_be_kept():
    texts, labels = tickets(120)
    model = TextClassifier().fit(texts, labels)
    for coverage in (0, 1, 0.9999):
        with pytest.raises(ValueError, match="coverage"):
            model.predict_set(texts, coverage=coverage)
    with pytest.raises(ValueError, match="kept no answers"):
        TextClassifier(refine=0).fit(texts, labels).predict_set(texts)

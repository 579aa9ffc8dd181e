"""What to label next: chosen among texts and among rows of numbers."""

import numpy as np
import pytest
from conftest import sparse_data
from test_text_classifier import tickets

from fast_kmeans_classifier import FastKMeansClassifier, InvalidParameterError, NotFittedError, TextClassifier, select


@pytest.fixture(scope="module")
def fitted():
    return TextClassifier().fit(*tickets(60))


def test_doubtful_texts_come_first(fitted):
    pool = tickets(120, seed=5)[0]
    found = select(fitted, pool, count=20)
    assert len(set(found.rows.tolist())) == 20
    labels, confidences = fitted.predict_confidence(pool)
    np.testing.assert_array_equal(found.labels, labels[found.rows])
    np.testing.assert_array_equal(found.confidence, confidences[found.rows])
    top = fitted.predict_top_k(pool, 2).confidences
    margins = top[:, 0] - top[:, 1]
    np.testing.assert_allclose(found.margin, margins[found.rows], atol=1e-6)
    assert found.margin.mean() < margins.mean()
    np.testing.assert_array_equal(select(fitted, np.array(pool), 20).rows, found.rows)
    rows = fitted.vectorizer_.transform(pool)
    apart = FastKMeansClassifier().fit(fitted.vectorizer_.transform(tickets(60)[0]), tickets(60)[1])
    np.testing.assert_array_equal(select(apart, rows, 20).rows, found.rows)


def test_near_duplicates_are_chosen_once(fitted):
    pool = tickets(6, seed=5)[0]
    assert len(select(fitted, [pool[3]] * 30 + [pool[4]], 5).rows) == 2
    assert select(fitted, pool, 10**9, similarity=1).rows.shape == (len(set(pool)),)


def test_rows_of_numbers_and_labels_in_their_type():
    X, y = sparse_data()
    clf = FastKMeansClassifier(n_threads=1).fit(X[:80], y[:80].astype(np.int16))
    found = select(clf, X[80:], 10)
    assert found.labels.dtype == np.int16
    for again in (X[80:].toarray(), X[80:].tocsc()):
        np.testing.assert_array_equal(select(clf, again, 10).rows, found.rows)
    generator = select(clf, X[80:], 10, random_state=np.random.default_rng(3))
    assert generator.rows.shape == (10,)


@pytest.mark.parametrize("arguments", [{"count": 0}, {"count": 2.5}, {"similarity": 0}, {"similarity": np.nan}, {"similarity": "x"}])
def test_bad_settings_are_named(fitted, arguments):
    with pytest.raises(InvalidParameterError, match=next(iter(arguments))):
        select(fitted, ["a screen"], **arguments)


def test_bad_rows_are_named(fitted):
    with pytest.raises(NotFittedError):
        select(TextClassifier(), ["a screen"])
    with pytest.raises(ValueError):
        select(fitted, [])
    with pytest.raises(ValueError, match="features"):
        select(FastKMeansClassifier().fit(np.eye(4), [0, 0, 1, 1]), np.eye(3))

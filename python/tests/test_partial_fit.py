"""What users of scikit-learn's linear models rely on of `partial_fit` and of what it leaves, of one prototype a class."""

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import cluster_data, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier

LAYOUTS = {"dense": np.asarray, "sparse": sp.csr_matrix}
#: Three classes in three directions, class after class.
ROWS = np.array([[-3, 1], [-2, 1], [-3, 2], [2, 3], [1, 3], [2, 4], [1, -3], [2, -3], [1, -2]], dtype=float)
LABELS = np.array([1, 1, 1, 2, 2, 2, 3, 3, 3])
ASKED = np.array([[-4, 1], [1, 4], [1, -4]], dtype=float)


def made(**options):
    return FastKMeansClassifier(**{"k_init": 1, "refine": 0, **options})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
@pytest.mark.parametrize("refine", (0, "auto"))
def test_three_classes_class_after_class(layout, distance, refine):
    classifier = made(distance=distance, refine=refine)
    assert classifier.partial_fit(LAYOUTS[layout](ROWS[:3]), LABELS[:3], classes=[1, 2, 3]) is classifier
    assert classifier.coef_.shape == (3, 2) and classifier.intercept_.shape == (3,)
    scores = classifier.decision_function(LAYOUTS[layout](ASKED))
    assert scores.shape == (3, 3) and (scores[:, 1:] == -np.inf).all()
    assert classifier.predict(ASKED).tolist() == [1, 1, 1]
    np.testing.assert_array_equal(classifier.predict_proba(ASKED), [[1, 0, 0]] * 3)
    classifier.partial_fit(LAYOUTS[layout](ROWS[3:]), LABELS[3:])
    assert classifier.predict(LAYOUTS[layout](ASKED)).tolist() == [1, 2, 3]
    assert classifier.classes_.tolist() == [1, 2, 3] and np.isfinite(classifier.intercept_).all()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_classes_have_one_row(layout):
    rows, labels, asked = LAYOUTS[layout](ROWS[:6]), LABELS[:6], LAYOUTS[layout](ASKED)
    classifier = made().partial_fit(rows[:2], labels[:2], classes=np.unique(labels))
    assert classifier.coef_.shape == (1, 2) and classifier.intercept_.shape == (1,)
    assert classifier.decision_function(asked).shape == (3,)
    classifier.partial_fit(rows[2:], labels[2:])
    assert classifier.predict(asked).tolist() == [1, 2, 1]
    np.testing.assert_array_equal(classifier.decision_function(asked) > 0, classifier.predict(asked) == 2)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
def test_one_batch_is_one_fit(layout, distance):
    rows, labels = cluster_data()
    rows = LAYOUTS[layout](rows)
    fitted, learned = made(distance=distance).fit(rows, labels), made(distance=distance).partial_fit(rows, labels)
    np.testing.assert_allclose(learned.centroids, fitted.centroids, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(learned.predict(rows), fitted.predict(rows))
    # Two halves have the mean of the whole, too.
    halves = made(distance=distance).partial_fit(rows[:60], labels[:60]).partial_fit(rows[60:], labels[60:])
    np.testing.assert_allclose(halves.centroids, fitted.centroids, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("refine", (0, 2, "auto"))
def test_fit_and_then_more(layout, refine):
    rows, labels = cluster_data()
    rows = LAYOUTS[layout](rows)
    classifier = made(refine=refine).fit(rows, labels)
    weight = classifier.centroid_weights_.sum()
    classifier.partial_fit(rows, labels)
    assert classifier.centroid_weights_.sum() == pytest.approx(2 * weight) and classifier.score(rows, labels) > 0.9
    # A fit starts anew.
    np.testing.assert_array_equal(
        classifier.fit(rows, labels).predict_proba(rows), made(refine=refine).fit(rows, labels).predict_proba(rows)
    )


def test_classes_are_declared_once_and_kept_to():
    classifier = made().partial_fit(ROWS[:6], LABELS[:6], classes=[1, 2])
    with pytest.raises(ValueError, match=r"did not declare: \[3\]"):
        classifier.partial_fit(ROWS[6:], LABELS[6:])
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        classifier.partial_fit(ROWS, LABELS, classes=[1, 2, 3])
    with pytest.raises(ValueError, match=r"did not declare: \[3\]"):
        made().partial_fit(ROWS, LABELS, classes=[1, 2])
    # The same ones in another order are the same ones.
    classifier.partial_fit(ROWS[:6], LABELS[:6], classes=[2, 1])
    # Without a declaration classes come as they come.
    open_ended = made().partial_fit(ROWS[:3], LABELS[:3]).partial_fit(ROWS[3:], LABELS[3:])
    assert open_ended.predict(ASKED).tolist() == [1, 2, 3]


@pytest.mark.parametrize("bad", ("x", 0.5, None))
def test_labels_of_another_kind_are_refused_and_change_nothing(bad):
    classifier = made().partial_fit(ROWS, LABELS)
    before = classifier.predict_proba(ASKED)
    with pytest.raises(ValueError):
        classifier.partial_fit(ROWS[:3], [bad] * 3)
    np.testing.assert_array_equal(classifier.predict_proba(ASKED), before)


def test_weights_count_in_batches():
    rows, labels = sparse_data()
    weights = np.random.default_rng(0).random(len(labels))
    classifier = made().partial_fit(rows, labels, sample_weight=weights)
    by_class = np.bincount(classifier.centroid_labels_, classifier.centroid_weights_)
    np.testing.assert_allclose(by_class, np.bincount(labels, weights), rtol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
@pytest.mark.parametrize("refine", (0, 3, "auto"))
@pytest.mark.parametrize("classes", (2, 4))
def test_coefficients_give_the_answers(layout, distance, refine, classes):
    rows, labels = cluster_data(classes=classes, documents=300)
    classifier = made(distance=distance, refine=refine).fit(LAYOUTS[layout](rows), labels)
    scaled = rows if distance == "euclidean" else rows / np.linalg.norm(rows, axis=1, keepdims=True)
    scores = scaled @ classifier.coef_.T + classifier.intercept_
    places = scores.argmax(axis=1) if classes > 2 else (scores[:, 0] > 0).astype(int)
    np.testing.assert_array_equal(classifier.classes_[places], classifier.predict(LAYOUTS[layout](rows)))
    if classes > 2 and classifier.refined_weights_ is not None:
        np.testing.assert_allclose(scores, classifier.decision_function(rows), rtol=1e-4, atol=1e-5)


def test_several_prototypes_have_no_coefficients():
    rows, labels = sparse_data()
    assert not hasattr(FastKMeansClassifier(), "coef_")
    classifier = FastKMeansClassifier(k_init=2, refine=0).fit(rows, labels)
    assert not hasattr(classifier, "coef_") and not hasattr(classifier, "intercept_")
    with pytest.raises(AttributeError, match="k_init=1"):
        classifier.coef_

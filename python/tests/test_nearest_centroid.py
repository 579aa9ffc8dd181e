"""What users of scikit-learn's `NearestCentroid` rely on, of `k_init=1, refine=0`."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import needed

from fast_kmeans_classifier import FastKMeansClassifier

#: Two groups on either side of the origin.
ROWS = np.array([[-3, -1], [-2, -2], [-1, -3], [1, 3], [2, 2], [3, 1]], dtype=float)
LABELS = np.array([-1, -1, -1, 1, 1, 1])
ASKED = np.array([[-1, -2], [4, 1], [1, 1]], dtype=float)
FORMS = {
    "array": np.asarray, "list": lambda rows: rows.tolist(), "csr": sp.csr_matrix, "csr_array": sp.csr_array,
    "coo": sp.coo_matrix, "csc": sp.csc_array, "lil": sp.lil_matrix,
}  # fmt: skip


def one_centre(**options):
    return FastKMeansClassifier(k_init=1, refine=0, **options)


def iris():
    data = needed("sklearn.datasets").load_iris()
    order = np.random.default_rng(3).permutation(len(data.target))
    return data.data[order], data.target[order]


@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
@pytest.mark.parametrize("asked", FORMS)
@pytest.mark.parametrize("given", FORMS)
def test_any_form_is_fitted_and_asked(given, asked, distance):
    classifier = one_centre(distance=distance).fit(FORMS[given](ROWS), LABELS)
    assert classifier.predict(FORMS[asked](ASKED)).tolist() == [-1, 1, 1]
    assert (classifier.decision_function(FORMS[asked](ASKED)) > 0).tolist() == [False, True, True]
    probabilities = classifier.predict_proba(FORMS[asked](ASKED))
    assert probabilities.argmax(axis=1).tolist() == [0, 1, 1]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("form", FORMS)
def test_centres_are_the_means_of_the_classes(form):
    euclidean = one_centre(distance="euclidean").fit(FORMS[form](ROWS), LABELS)
    np.testing.assert_allclose(euclidean.centroids_.toarray(), [[-2, -2], [2, 2]], rtol=1e-6)
    np.testing.assert_allclose(euclidean.centroids, [[-2, -2], [2, 2]], rtol=1e-6)
    cosine = one_centre().fit(FORMS[form](ROWS), LABELS)
    np.testing.assert_allclose(cosine.centroids, np.array([[-1, -1], [1, 1]]) / np.sqrt(2), rtol=1e-6)


def test_labels_are_names_only():
    for y in (LABELS, np.where(LABELS < 0, 0, 1), np.where(LABELS < 0, "a", "b")):
        other = one_centre(distance="euclidean").fit(ROWS, y)
        np.testing.assert_array_equal(other.centroids, one_centre(distance="euclidean").fit(ROWS, LABELS).centroids)
        np.testing.assert_array_equal(other.predict(ROWS), y)


def test_iris_comes_out_as_from_the_class_itself():
    rows, labels = iris()
    peer = needed("sklearn.neighbors").NearestCentroid().fit(rows, labels)
    ours = one_centre(distance="euclidean").fit(rows, labels)
    np.testing.assert_array_equal(ours.predict(rows), peer.predict(rows))
    np.testing.assert_allclose(ours.centroids, peer.centroids_, rtol=1e-6)
    assert ours.score(rows, labels) > 0.9 and one_centre().fit(rows, labels).score(rows, labels) > 0.9


def test_a_pickle_scores_the_same():
    rows, labels = iris()
    classifier = one_centre(distance="euclidean").fit(rows, labels)
    other = pickle.loads(pickle.dumps(classifier))
    assert type(other) is type(classifier) and other.score(rows, labels) == classifier.score(rows, labels)


def test_moving_all_rows_changes_no_answer():
    random = np.random.default_rng(5)
    rows, labels, shift = random.random((60, 40)), random.integers(0, 3, 60), random.random(40)
    one = one_centre(distance="euclidean").fit(rows, labels).predict(rows)
    np.testing.assert_array_equal(one_centre(distance="euclidean").fit(rows + shift, labels).predict(rows + shift), one)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
def test_rows_that_are_all_the_same_are_answered_with_the_first_class(form, distance):
    classifier = one_centre(distance=distance).fit(FORMS[form](np.ones((6, 2)) * [1, 2]), LABELS)
    np.testing.assert_allclose(classifier.predict_proba([[1.0, 2.0]]), 0.5)
    assert classifier.predict([[1.0, 2.0]]).tolist() == [-1]


def test_what_it_does_not_take_is_an_error():
    with pytest.raises(ValueError, match="distance is 'manhattan'; allowed: 'cosine' or 'euclidean'"):
        one_centre(distance="manhattan").fit(ROWS, LABELS)
    with pytest.raises(TypeError, match="shrink_threshold"):
        one_centre(shrink_threshold=0.1)
    with pytest.raises(ValueError, match="two classes"):
        one_centre().fit(ROWS, np.zeros(6))
    with pytest.raises(ValueError, match="2 features"):
        one_centre().fit(ROWS, LABELS).predict(np.ones((3, 5)))

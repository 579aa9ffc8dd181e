"""Rows of every kind and type: the same model, and the bits of single precision."""

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import cluster_data, needed, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier


def noisy(values):
    """Doubles that single precision rounds to these values: above them, below them, or the values themselves."""
    wide = np.asarray(values, dtype=np.float64)
    return wide * (1 + (np.arange(wide.size).reshape(wide.shape) % 3 - 1) * 2.0**-26)


def sparse_as(matrix, values, index):
    """The same sparse rows with other values and types; SciPy's constructor would narrow the columns."""
    rows = sp.csr_array(matrix.shape, dtype=values.dtype)
    rows.data, rows.indices, rows.indptr = values, matrix.indices.astype(index), matrix.indptr.astype(index)
    return rows


@pytest.mark.parametrize(
    "options",
    (
        {}, {"refine": 0}, {"refine": 0, "soft": False}, {"distance": "euclidean", "refine": 2},
        {"mode": "reference", "refine": 0}, {"mode": "reference", "refine": 0, "soft": False},
    ),
    ids=str,
)  # fmt: skip
def test_rows_of_any_type_give_the_bits_of_float32(options):
    matrix, labels = sparse_data(documents=300)
    dense, dense_labels = cluster_data(documents=300)
    halves = dense.astype(np.float16)
    cases = [
        (labels, matrix, [sparse_as(matrix, noisy(matrix.data), index) for index in (np.int32, np.int64)]),
        (dense_labels, dense, [noisy(dense), np.hstack([noisy(dense), noisy(dense)])[:, : dense.shape[1]]]),
        (dense_labels, halves.astype(np.float32), [halves, noisy(halves), halves[::-1].copy()[::-1]]),
    ]
    for classes, singles, others in cases:
        expected = everything(singles, classes, options)
        for rows in others:
            for name, value in everything(rows, classes, options).items():
                np.testing.assert_array_equal(value, expected[name], err_msg=f"{name}, {rows.dtype}")


def everything(rows, labels, options):
    """What a classifier learns from rows and answers for them."""
    whole = FastKMeansClassifier(**options).fit(rows, labels)
    batches = FastKMeansClassifier(**options)
    for part in (slice(0, 200), slice(200, 300)):
        batches.fit_batch(rows[part], labels[part])
    return {
        "predict": whole.predict(rows),
        "predict_proba": whole.predict_proba(rows),
        "decision_function": whole.decision_function(rows),
        "centroids": whole.centroids_.toarray() if sp.issparse(whole.centroids_) else whole.centroids_,
        "batches": batches.predict_proba(rows),
        "batches, scores": batches.decision_function(rows),
    }


def test_every_kind_of_input_gives_the_same_model():
    pandas, polars = needed("pandas"), needed("polars")
    rows, labels = cluster_data()
    expected = FastKMeansClassifier().fit(rows, labels).predict_proba(rows)
    names = [f"feature {column}" for column in range(rows.shape[1])]
    frame = pandas.DataFrame(rows, columns=names)
    series = pandas.Series(labels)
    for X, y in (
        (rows.tolist(), labels.tolist()), (np.asfortranarray(rows), labels), (rows[::-1][::-1], labels),
        (rows.astype(np.float64), labels), (frame, series), (polars.DataFrame(rows, schema=names), polars.Series(labels)),
    ):
        classifier = FastKMeansClassifier().fit(X, y)
        np.testing.assert_array_equal(classifier.predict_proba(X), expected, err_msg=str(type(X)))
    half = rows.astype(np.float16)
    np.testing.assert_array_equal(
        FastKMeansClassifier().fit(half, labels).predict_proba(half),
        FastKMeansClassifier().fit(half.astype(np.float32), labels).predict_proba(half.astype(np.float32)),
    )


@pytest.mark.parametrize("form", ("csr", "csc", "coo", "lil"))
def test_every_sparse_form_gives_the_same_model(form):
    rows, labels = sparse_data()
    expected = FastKMeansClassifier().fit(rows, labels).decision_function(rows)
    for kind in (sp.csr_matrix(rows), sp.csr_array(rows)):
        other = kind.asformat(form)
        np.testing.assert_array_equal(FastKMeansClassifier().fit(other, labels).decision_function(other), expected)

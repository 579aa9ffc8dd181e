"""Labels of every kind keep their values and types; what is no label is refused by name."""

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import needed

from fast_kmeans_classifier._labels import coded_labels


class Some:
    """Stands for an estimator in messages."""


def coded(y, count=None):
    return coded_labels(y, Some(), count)


@pytest.mark.parametrize("dtype", (bool, np.int8, np.uint8, np.int32, np.int64, np.uint64, np.float32, np.float64, object))
@pytest.mark.parametrize("seed", range(5))
def test_numbers(dtype, seed):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2 if dtype is bool else 9, random.integers(1, 40)).astype(dtype)
    labels = coded(y)
    expected, codes = np.unique(y.astype(np.int64) if dtype is object else y, return_inverse=True)
    np.testing.assert_array_equal(labels.classes, expected, err_msg=f"seed {seed}")
    np.testing.assert_array_equal(labels.codes, codes)
    assert labels.codes.dtype == np.int64 and not labels.is_text
    if dtype is not object:
        assert labels.classes.dtype == dtype


@pytest.mark.parametrize("values", ([-(2**63), 0, 2**63 - 1, 0], [5, 10**9, -(10**9), 5], [-3, -1, -3]))
def test_numbers_far_apart(values):
    labels = coded(np.array(values))
    np.testing.assert_array_equal(labels.classes[labels.codes], values)
    assert (np.diff(labels.classes.astype(object)) > 0).all()


def test_big_endian_numbers():
    labels = coded(np.array([2, 1, 2], dtype=">i4"))
    assert labels.classes.dtype == np.int32 and labels.classes.tolist() == [1, 2]


@pytest.mark.parametrize("make", (list, tuple, np.array, lambda y: np.array(y, dtype=object)))
def test_texts(make):
    y = ["b", "ä", "", "b", "\U0001f600", "aa"]
    labels = coded(make(y))
    assert labels.is_text
    assert labels.classes.tolist() == sorted(set(y))
    assert labels.classes[labels.codes].tolist() == y


def test_text_types_are_kept():
    assert coded(np.array(["b", "a"])).classes.dtype == np.dtype("<U1")
    assert coded(np.array(["b", "a"], dtype=object)).classes.dtype == object


def test_frames_and_series():
    pandas, polars = needed("pandas"), needed("polars")
    for y in (
        pandas.Series(["b", "a", "b"]), pandas.Categorical(["b", "a", "b"]), pandas.Series(["b", "a", "b"], dtype="string"),
        polars.Series(["b", "a", "b"]), pandas.Index(["b", "a", "b"]),
    ):
        labels = coded(y)
        assert labels.classes[labels.codes].tolist() == ["b", "a", "b"]
    assert coded(pandas.Series([2, 1, 2], dtype="Int64")).classes.tolist() == [1, 2]


def test_a_column_becomes_a_row_with_a_warning():
    with pytest.warns(UserWarning, match="A column-vector y was passed when a 1d array was expected"):
        assert coded([[1], [2]]).classes.tolist() == [1, 2]


@pytest.mark.parametrize(
    "y, error, words",
    [
        (None, ValueError, "requires y to be passed, but the target y is None"),
        ([], ValueError, r"0 sample\(s\)"),
        (np.eye(3), ValueError, "one-hot or holds probabilities"),
        (np.full((3, 4), 0.25), ValueError, r"argmax\(axis=1\)"),
        (sp.csr_array(np.eye(3)), ValueError, "one-hot"),
        ([0.1, 0.9], ValueError, "Unknown label type: continuous.*row 0 has 0.1"),
        ([1.0, np.nan], ValueError, "Input y contains NaN.*row 1"),
        ([1.0, np.inf], ValueError, "Input y contains infinity"),
        ([1.0, 1e30], ValueError, "too large"),
        (np.array(["a", None], dtype=object), ValueError, "Input y contains NaN.*row 1"),
        (np.array(["a", np.nan], dtype=object), ValueError, "Input y contains NaN"),
        ([1, "a"], TypeError, "mixture of .*int.*str"),
        (np.array([1, "a"], dtype=object), TypeError, "all be texts or all be numbers"),
        ([b"a", b"b"], TypeError, "bytes"),
        (np.array([2**63], dtype=np.uint64), ValueError, "too large"),
        (np.array([1j]), ValueError, "complex"),
        (np.array(["2026-01-01"], dtype="datetime64[D]"), TypeError, "datetime64"),
        (np.array([{}, {}], dtype=object), TypeError, "dict"),
        (["a\ud800"], ValueError, "no valid Unicode"),
        (np.zeros((2, 2, 2)), ValueError, "1d array"),
        ([[1], [1, 2]], ValueError, "1d array"),
        (5, ValueError, "1d array"),
    ],
)
def test_what_is_no_label_is_refused(y, error, words):
    with pytest.raises(error, match=words):
        coded(y)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[3, 2\]"):
        coded([1, 2], 3)

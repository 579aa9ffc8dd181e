"""Rows of every kind reach the library with the values that they had, and where possible without a copy."""

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import needed, sparse_data

from fast_kmeans_classifier._input import DenseRows, SparseRows, check_finite, rows_of

FORMATS = ("csr", "csc", "coo", "dok", "lil", "dia", "bsr")
FLOATS = (np.float16, np.float32, np.float64, np.longdouble)
OTHERS = (bool, np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64)


def table(rows):
    """The values as a dense float64 table."""
    matrix = rows.matrix()
    return np.asarray(matrix.todense() if sp.issparse(matrix) else matrix, dtype=np.float64)


def random_table(seed, dtype):
    random = np.random.default_rng(seed)
    shape = tuple(random.integers(1, 12, 2))
    values = random.integers(0, 100, shape) * random.integers(0, 2, shape)
    return values.astype(dtype)


@pytest.mark.parametrize("dtype", FLOATS + OTHERS)
@pytest.mark.parametrize("seed", range(5))
def test_dense_types_keep_their_values(dtype, seed):
    values = random_table(seed, dtype)
    rows = rows_of(values)
    assert isinstance(rows, DenseRows)
    assert rows.values.dtype in (np.float16, np.float32, np.float64)
    np.testing.assert_array_equal(table(rows), values.astype(np.float64), err_msg=f"seed {seed}")


@pytest.mark.parametrize("kind", ("matrix", "array"))
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("dtype", FLOATS[1:] + OTHERS)
@pytest.mark.parametrize("seed", range(3))
def test_sparse_forms_keep_their_values(form, kind, dtype, seed):
    values = random_table(seed, dtype)
    if not values.any():
        values[0, 0] = 1
    rows = rows_of(getattr(sp, f"{form}_{kind}")(values))
    assert isinstance(rows, SparseRows)
    assert rows.values.dtype in (np.float32, np.float64)
    np.testing.assert_array_equal(table(rows), values.astype(np.float64), err_msg=f"seed {seed}")


@pytest.mark.parametrize("index", (np.int32, np.int64))
def test_csr_is_not_copied(index):
    matrix = sparse_data()[0]
    matrix = sp.csr_array(
        (matrix.data, matrix.indices.astype(index), matrix.indptr.astype(index)), shape=matrix.shape, copy=False
    )
    # SciPy narrows the index arrays where it likes; what it holds is what must be read.
    rows = rows_of(matrix)
    assert np.shares_memory(rows.values, matrix.data)
    assert np.shares_memory(rows.columns, matrix.indices)
    assert np.shares_memory(rows.offsets, matrix.indptr)


@pytest.mark.parametrize("dtype", FLOATS[:3])
def test_dense_rows_are_not_copied(dtype):
    values = np.arange(60).reshape(10, 6).astype(dtype)
    for view in (values, values[2:5], values[::3], values[::-1], values[:, :4], values[:1], values[:, :1]):
        rows = rows_of(view)
        assert np.shares_memory(rows.values, values)
        np.testing.assert_array_equal(table(rows), view)


def test_awkward_memory_is_copied_right():
    values = np.arange(60, dtype=np.float32).reshape(10, 6)
    unaligned = np.frombuffer(b"x" + values.tobytes(), dtype=np.uint8)[1:].view(np.float32).reshape(10, 6)
    repeated = np.broadcast_to(values[:1], (4, 6))
    for view in (np.asfortranarray(values), values[:, ::-1], values[:, ::2], values.astype(">f4"), unaligned, repeated):
        rows = rows_of(view)
        assert rows.values.flags.aligned and rows.values.dtype.isnative
        assert rows.values.strides[1] == rows.values.itemsize
        np.testing.assert_array_equal(table(rows), view)


def test_read_only_memory_is_taken_as_it_is():
    values = np.ones((3, 2), dtype=np.float32)
    values.setflags(write=False)
    assert rows_of(values).values is values
    matrix = sparse_data()[0]
    for part in (matrix.data, matrix.indices, matrix.indptr):
        part.setflags(write=False)
    assert np.shares_memory(rows_of(matrix).values, matrix.data)


@pytest.mark.parametrize("seed", range(10))
def test_unsorted_and_repeated_columns_are_tidied_in_a_copy(seed):
    random = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(random.integers(0, 6, 8))])
    columns = random.integers(0, 5, offsets[-1])
    values = random.random(offsets[-1]).astype(np.float32)
    matrix = sp.csr_matrix((values, columns, offsets), shape=(8, 5))
    before = matrix.data.copy(), matrix.indices.copy()
    rows = rows_of(matrix)
    for start, stop in zip(rows.offsets[:-1], rows.offsets[1:]):
        assert (np.diff(rows.columns[start:stop]) > 0).all(), f"seed {seed}"
    np.testing.assert_allclose(table(rows), matrix.toarray(), rtol=1e-6, err_msg=f"seed {seed}")
    np.testing.assert_array_equal(matrix.data, before[0])
    np.testing.assert_array_equal(matrix.indices, before[1])


def test_big_endian_sparse_values():
    matrix = sp.csr_matrix(np.eye(3, dtype=np.float32))
    matrix.data = matrix.data.astype(">f4")
    np.testing.assert_array_equal(table(rows_of(matrix)), np.eye(3))


def damaged(**parts):
    matrix = sp.csr_array(np.eye(4, dtype=np.float32))
    for name, value in parts.items():
        setattr(matrix, name, value)
    return matrix


@pytest.mark.parametrize(
    "matrix, words",
    [
        (damaged(indptr=np.array([0, 1, 2, 3, 2**31], dtype=np.int64)), "declare 2147483648 non-zeros"),
        (damaged(indptr=np.array([0, 1, 2, 3, 2**62], dtype=np.int64)), "declare"),
        (damaged(indptr=np.array([0, 3, 2, 3, 4], dtype=np.int32)), "never fall"),
        (damaged(indptr=np.array([1, 1, 2, 3, 4], dtype=np.int32)), "start at 0"),
        (damaged(indptr=np.array([0, 4], dtype=np.int32)), "row offsets"),
        (damaged(data=np.ones(2, dtype=np.float32)), "2 values"),
        (damaged(indices=np.zeros(2, dtype=np.int32)), "2 columns"),
    ],
)
def test_damaged_compressed_rows_are_refused(matrix, words):
    with pytest.raises(ValueError, match=words):
        rows_of(matrix)


@pytest.mark.parametrize("part", ("row", "col"))
@pytest.mark.parametrize("value", (-1, 4, 2**31 - 1))
def test_damaged_coordinates_are_refused(part, value):
    matrix = sp.coo_matrix(np.eye(4, dtype=np.float32))
    getattr(matrix, part)[1] = value
    with pytest.raises(ValueError, match="damaged"):
        rows_of(matrix)


def test_damaged_unsorted_columns_are_refused():
    matrix = damaged(indices=np.array([2, 9, 0, 1], dtype=np.int32), indptr=np.array([0, 4, 4, 4, 4], dtype=np.int32))
    with pytest.raises(ValueError, match="column index lies outside"):
        rows_of(matrix)


@pytest.mark.parametrize(
    "value, error, words",
    [
        ([1.0, 2.0], ValueError, "Expected 2D array, got 1D array"),
        (3.0, ValueError, "Expected 2D array, got scalar array"),
        (np.zeros((2, 2, 2)), ValueError, "dim 3"),
        (np.zeros((0, 3)), ValueError, r"0 sample\(s\)"),
        (np.zeros((3, 0)), ValueError, r"0 feature\(s\) \(shape=\(3, 0\)\)"),
        (sp.csr_array((0, 3)), ValueError, r"0 sample\(s\)"),
        (sp.csr_array((3, 0)), ValueError, r"0 feature\(s\)"),
        (np.ones((2, 2), dtype=complex), ValueError, "Complex data not supported"),
        (sp.csr_array(np.ones((2, 2), dtype=complex)), ValueError, "Complex data not supported"),
        (np.array([[1j, None]], dtype=object), ValueError, "Complex data not supported"),
        ([["a", "b"]], ValueError, "vectorise text"),
        (np.array([[{}, 1]], dtype=object), TypeError, "argument must be a string or a number"),
        ([[1, 2], [3]], ValueError, "table of numbers"),
        (np.array([["2026-01-01"]], dtype="datetime64[D]"), ValueError, "not numbers"),
        (np.matrix([[1.0]]), TypeError, "np.matrix is not supported"),
        (np.ma.masked_array([[1.0, 2.0]], mask=[[True, False]]), ValueError, "masked"),
        (None, ValueError, "Expected 2D array"),
        ([sp.csr_array(np.eye(2))] * 2, (TypeError, ValueError), "."),
    ],
)
def test_what_holds_no_rows_is_refused(value, error, words):
    with pytest.raises(error, match=words):
        rows_of(value)


def test_objects_that_are_numbers_are_taken():
    np.testing.assert_array_equal(table(rows_of(np.array([[1, 2.5], [True, "3"]], dtype=object))), [[1, 2.5], [1, 3]])


def test_what_is_not_finite_is_named_with_its_place():
    values = np.zeros((4, 3))
    values[2, 1] = np.nan
    with pytest.raises(ValueError, match=r"Input X contains NaN.*row 2, column 1"):
        check_finite(rows_of(values))
    with pytest.raises(ValueError, match=r"Input X contains NaN.*row 2, column 1"):
        check_finite(rows_of(sp.csr_array(values)))
    for large in (np.inf, -np.inf, 1e300):
        values[2, 1] = large
        with pytest.raises(ValueError, match=r"Input X contains infinity or a value too large for dtype\('float32'\)"):
            check_finite(rows_of(values))


def test_pandas_frames():
    pandas = needed("pandas")
    values = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.testing.assert_array_equal(table(rows_of(pandas.DataFrame(values))), values)
    mixed = pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False]})
    np.testing.assert_array_equal(table(rows_of(mixed)), [[1, 0.5, 1], [2, 1.5, 0]])
    nullable = pandas.DataFrame({"a": pandas.array([1, 2], dtype="Int64"), "b": pandas.array([0.5, 1], dtype="Float32")})
    np.testing.assert_array_equal(table(rows_of(nullable)), [[1, 0.5], [2, 1]])
    missing = pandas.DataFrame({"a": pandas.array([1, None], dtype="Int64")})
    with pytest.raises(ValueError, match="Input X contains NaN"):
        check_finite(rows_of(missing))
    sparse_frame = pandas.DataFrame.sparse.from_spmatrix(sp.csr_matrix(values))
    rows = rows_of(sparse_frame)
    assert isinstance(rows, SparseRows)
    np.testing.assert_array_equal(table(rows), values)


def test_polars_frames():
    polars = needed("polars")
    frame = polars.DataFrame({"a": [1.0, 2.0], "b": [3, 4]})
    np.testing.assert_array_equal(table(rows_of(frame)), [[1, 3], [2, 4]])
    np.testing.assert_array_equal(table(rows_of(frame.lazy())), [[1, 3], [2, 4]])


def test_anything_with_an_array_interface():
    class Holder:
        def __array__(self, dtype=None, copy=None):
            return np.ones((2, 2), dtype=dtype)

    np.testing.assert_array_equal(table(rows_of(Holder())), np.ones((2, 2)))

"""Whatever holds rows, brought into one of two forms that the library reads in place.

Sparse rows stay the three arrays of compressed rows, dense rows stay one array. Nothing is copied that can be read as it is:
compressed rows with sorted columns, and dense rows whose values lie side by side, in half, single or double precision.
"""

from __future__ import annotations

from typing import Any, Union

from ._errors import WrongTypeError
from ._frames import frame_values, is_frame, is_missing
from ._lazy import loaded, np, sparse
from ._tensors import is_tensor, tensor_rows


class SparseRows:
    """Compressed rows: columns ascending and unique in each row.

    Attributes
    ----------
    shape : (int, int)
        Documents and features.
    offsets : ndarray of int32 or int64, documents + 1
    columns : ndarray of the same type, one for each non-zero
    values : ndarray of float16, float32 or float64, one for each non-zero
    """

    __slots__ = ("columns", "offsets", "shape", "values")

    def __init__(self, shape: tuple[int, int], offsets: np.ndarray, columns: np.ndarray, values: np.ndarray) -> None:
        self.shape = shape
        self.offsets = offsets
        self.columns = columns
        self.values = values

    def __getitem__(self, rows: slice) -> SparseRows:
        """Consecutive rows; only their offsets are copied. All of them: the rows themselves."""
        if rows.start == 0 and rows.stop >= self.shape[0]:
            return self
        offsets = self.offsets[rows.start : rows.stop + 1]
        first, last = int(offsets[0]), int(offsets[-1])
        return SparseRows(
            (len(offsets) - 1, self.shape[1]), offsets - offsets[0], self.columns[first:last], self.values[first:last]
        )

    def matrix(self) -> sparse.csr_array:
        """The same rows as SciPy's type, sharing memory."""
        return sparse.csr_array((self.values, self.columns, self.offsets), shape=self.shape)


class DenseRows:
    """Dense rows.

    Attributes
    ----------
    values : ndarray of float16, float32 or float64, documents x features
        The values of a row lie side by side; rows may lie further apart than they are long.
    """

    __slots__ = ("values",)

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    @property
    def shape(self) -> tuple[int, int]:
        """Documents and features."""
        return self.values.shape[0], self.values.shape[1]

    def __getitem__(self, rows: slice) -> DenseRows:
        """Consecutive rows, not copied."""
        return DenseRows(self.values[rows])

    def matrix(self) -> np.ndarray:
        """The array itself."""
        return self.values


Rows = Union[SparseRows, DenseRows]


def rows_of(X: Any, estimator: object = None) -> Rows:
    """Brings any kind of rows into a form that the library reads.

    Parameters
    ----------
    X : array-like, sparse matrix or array, data frame, tensor; documents x features
    estimator : object
        Whose name messages carry.

    Raises
    ------
    ValueError
        No rows or features, another number of dimensions than two, complex numbers, damaged sparse rows.
    WrongTypeError
        Something that holds no numbers.
    """
    name = f" by {type(estimator).__name__}" if estimator is not None else ""
    if is_tensor(X):
        X = tensor_rows(X, estimator)
    elif is_frame(X):
        X = frame_values(X)
    if _is_sparse(X):
        rows: Rows = _sparse_rows(X)
    else:
        rows = DenseRows(_readable(_dense_values(X)))
    _check_sizes(rows.shape, name)
    return rows


def check_finite(rows: Rows) -> None:
    """Raises what scikit-learn raises for values that are not finite, with the place of the first.

    Called after the library has refused them, so that good input is not looked at twice.
    """
    values = rows.values
    finite = np.isfinite(values)
    if values.dtype == np.float64:
        finite &= np.abs(values) <= np.finfo(np.float32).max
    if finite.all():
        return
    first = int(np.argmin(finite))
    if isinstance(rows, SparseRows):
        row = int(np.searchsorted(rows.offsets, first, side="right")) - 1
        column = int(rows.columns[first])
        value = values[first]
    else:
        row, column = divmod(first, rows.shape[1])
        value = values[row, column]
    what = "NaN" if np.isnan(value) else "infinity or a value too large for dtype('float32')"
    raise ValueError(f"Input X contains {what}. The first is in row {row}, column {column}; clean the data first.")


def _is_sparse(X: Any) -> bool:
    scipy_sparse = loaded("scipy.sparse")
    return scipy_sparse is not None and bool(scipy_sparse.issparse(X))


def _check_sizes(shape: tuple[int, int], name: str) -> None:
    if shape[0] == 0:
        raise ValueError(f"Found array with 0 sample(s) (shape={shape}) while a minimum of 1 is required{name}.")
    if shape[1] == 0:
        raise ValueError(f"Found array with 0 feature(s) (shape={shape}) while a minimum of 1 is required{name}.")


# --- dense


def _dense_values(X: Any) -> np.ndarray:
    if loaded("numpy") is not None and isinstance(X, np.matrix):
        raise TypeError("np.matrix is not supported. Please convert to a numpy array with np.asarray.")
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):
        raise ValueError("X has masked values: fill them, or leave those rows out")
    try:
        array = np.asarray(X)
    except ValueError as error:
        raise ValueError(f"X cannot be read as a table of numbers: {error}") from error
    if _holds_sparse(array):
        raise TypeError("X is an array of sparse matrices; stack them with scipy.sparse.vstack")
    _check_dimensions(array)
    return _as_numbers(array)


def _holds_sparse(array: np.ndarray) -> bool:
    return array.dtype == object and array.size > 0 and _is_sparse(array.flat[0])


def _check_dimensions(array: np.ndarray) -> None:
    if array.ndim == 2:
        return
    if array.ndim > 2:
        raise ValueError(f"Found array with dim {array.ndim}, while dim <= 2 is required.")
    kind = "scalar" if array.ndim == 0 else "1D"
    raise ValueError(
        f"Expected 2D array, got {kind} array instead:\narray={array}.\n"
        "Reshape your data either using array.reshape(-1, 1) if your data has a single feature "
        "or array.reshape(1, -1) if it contains a single sample."
    )


def _as_numbers(array: np.ndarray) -> np.ndarray:
    """The same values in half, single or double precision, in the machine's byte order."""
    kind = array.dtype.kind
    if kind == "c":
        raise ValueError(f"Complex data not supported\n{array}\n")
    if kind in "USVMm" or array.dtype.char == "T":
        raise ValueError(
            f"X holds {array.dtype}, not numbers: vectorise text first (TfidfVectorizer), convert the rest"
        )
    if kind == "O":
        return numbers_from_objects(array)
    if kind == "f" and array.dtype.itemsize <= 8:
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if kind == "f":
        return array.astype(np.float64)
    return array.astype(np.float32)


def numbers_from_objects(array: np.ndarray) -> np.ndarray:
    """An array of objects as double precision; what stands for a missing value becomes NaN."""
    if any(isinstance(value, complex) for value in array.flat):
        raise ValueError(f"Complex data not supported\n{array}\n")
    try:
        # NumPy knows None and NaN, not pandas' NA.
        values = [np.nan if is_missing(value) else value for value in array.flat]
        return np.array(values, dtype=np.float64).reshape(array.shape)
    except TypeError as error:
        raise WrongTypeError(
            f"X holds objects that are no numbers: {error}; argument must be a string or a number"
        ) from error


def _readable(array: np.ndarray) -> np.ndarray:
    """The array itself if the values of each row lie side by side, else a copy where they do."""
    strides, size = array.strides, array.itemsize
    side_by_side = strides[1] == size or array.shape[1] == 1
    # Rows may lie in any order and with gaps, but not on each other.
    apart = abs(strides[0]) >= array.shape[1] * size or array.shape[0] <= 1
    whole_steps = strides[0] % size == 0
    if side_by_side and apart and whole_steps and array.flags.aligned:
        return array
    return _plain(array)


def _plain(array: np.ndarray) -> np.ndarray:
    """The array itself if it lies in memory without gaps and aligned, else a copy that does."""
    return np.require(array, requirements=["C_CONTIGUOUS", "ALIGNED"])


# --- sparse


def _sparse_rows(X: Any) -> SparseRows:
    if len(X.shape) != 2:
        raise ValueError(f"Expected 2D array, got {len(X.shape)}D sparse array instead. Reshape your data.")
    if X.dtype.kind == "c":
        raise ValueError("Complex data not supported")
    matrix = _compressed(X)
    offsets, columns, values = matrix.indptr, matrix.indices, matrix.data
    _check_offsets(matrix.shape, offsets, columns, values)
    used = int(offsets[-1])
    values = _plain(_as_numbers(values[:used]))
    columns = _plain(columns[:used])
    if not matrix.has_canonical_format:
        return _tidied(matrix.shape, offsets, columns, values)
    return SparseRows(matrix.shape, _plain(offsets), columns, values)


def _compressed(X: Any) -> Any:
    if X.format == "csr":
        return X
    if X.format == "coo":
        # SciPy trusts these while converting.
        _check_positions("row", X.row, X.shape[0])
        _check_positions("column", X.col, X.shape[1])
    elif X.format in ("csc", "bsr"):
        X.check_format(full_check=True)
    return X.tocsr()


def _check_positions(what: str, positions: np.ndarray, limit: int) -> None:
    if positions.size and (int(positions.min()) < 0 or int(positions.max()) >= limit):
        raise ValueError(f"X is damaged: a {what} index lies outside 0 ... {limit - 1}")


def _check_offsets(shape: tuple[int, int], offsets: np.ndarray, columns: np.ndarray, values: np.ndarray) -> None:
    """Nothing may look beyond the ends, whatever the offsets say; the library checks the columns."""
    if offsets.ndim != 1 or len(offsets) != shape[0] + 1:
        raise ValueError(f"X is damaged: {shape[0]} rows need {shape[0] + 1} row offsets, there are {offsets.size}")
    if int(offsets[0]) != 0 or bool((offsets[1:] < offsets[:-1]).any()):
        raise ValueError("X is damaged: row offsets must start at 0 and never fall")
    if int(offsets[-1]) > min(len(columns), len(values)):
        raise ValueError(
            f"X is damaged: its row offsets declare {int(offsets[-1])} non-zeros, "
            f"there are {len(columns)} columns and {len(values)} values"
        )


def _tidied(shape: tuple[int, int], offsets: np.ndarray, columns: np.ndarray, values: np.ndarray) -> SparseRows:
    """A copy with ascending columns and repeated ones added up; the caller's matrix stays as it is."""
    _check_positions("column", columns, shape[1])
    dtype = np.float64 if values.dtype == np.float64 else np.float32
    copy = sparse.csr_array((values.astype(dtype), columns.copy(), offsets.copy()), shape=shape)
    copy.sum_duplicates()
    return SparseRows(shape, copy.indptr, copy.indices, copy.data)

"""Labels of every kind, as distinct values and a code for each row."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

from ._errors import WrongTypeError, data_conversion_warning
from ._frames import column_values, is_frame, is_missing
from ._lazy import loaded, np
from ._tensors import is_tensor, tensor_values


_INT64 = (-(2**63), 2**63 - 1)


class CodedLabels(NamedTuple):
    """Labels of many rows: each distinct one once, and for each row which it is.

    Attributes
    ----------
    classes : ndarray
        Distinct labels, sorted, in the type that they came in.
    codes : ndarray of int64
        For each row a position in `classes`.
    is_text : bool
        Whether the labels are texts; else they are whole numbers.
    """

    classes: np.ndarray
    codes: np.ndarray
    is_text: bool


def coded_labels(y: Any, estimator: object, row_count: int | None = None) -> CodedLabels:
    """Brings labels into their coded form.

    Parameters
    ----------
    y : array-like of shape (documents,)
        Whole numbers, truth values, texts, or floating-point numbers that are whole.
    estimator : object
        Whose name messages carry.
    row_count : int
        How many labels there must be; None: any number.

    Raises
    ------
    ValueError
        No labels, another number of them than rows, one-hot or probability labels, NaN, numbers with a fraction.
    WrongTypeError
        Texts and numbers mixed, or a type that is no label.
    """
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y is None."
        )
    array = _one_column(_as_array(y, estimator))
    if row_count is not None and len(array) != row_count:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: {[row_count, len(array)]}")
    if len(array) == 0:
        raise ValueError("Found array with 0 sample(s) (shape=(0,)) while a minimum of 1 is required.")
    if array.dtype.kind == "U" or array.dtype.char == "T":
        return _coded_texts(array.tolist(), array.dtype)
    if array.dtype.kind == "O":
        return _coded_objects(array)
    return _coded_numbers(array)


def _as_array(y: Any, estimator: object) -> np.ndarray:
    if is_tensor(y):
        return tensor_values(y, estimator)
    array: np.ndarray = _array_of(column_values(y))
    return array.reshape(-1, 1) if is_frame(y) and array.ndim == 1 else array


def _array_of(y: Any) -> np.ndarray:
    scipy_sparse = loaded("scipy.sparse")
    if scipy_sparse is not None and scipy_sparse.issparse(y):
        raise ValueError("y should be a 1d array of class labels, got a sparse matrix; it looks like one-hot labels")
    if isinstance(y, (list, tuple)):
        # NumPy would turn [1, "a"] into two texts without a word.
        kinds = {type(value) for value in y}
        if str in kinds and len(kinds) > 1:
            return np.array([*y, None], dtype=object)[:-1]
    try:
        return np.asarray(y)
    except ValueError as error:
        raise ValueError(f"y should be a 1d array of class labels: {error}") from error


def _one_column(array: np.ndarray) -> np.ndarray:
    if array.ndim == 1:
        return array
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of y to "
            "(n_samples, ), for example using ravel().",
            data_conversion_warning(),
            stacklevel=5,
        )
        return array.ravel()
    raise ValueError(
        f"y should be a 1d array of class labels, got an array of shape {array.shape} instead. "
        "If it is one-hot or holds probabilities, pass y.argmax(axis=1)."
    )


def _coded_numbers(array: np.ndarray) -> CodedLabels:
    kind = array.dtype.kind
    if kind == "f":
        whole = _whole_numbers(array)
    elif kind in "bi":
        whole = array.astype(np.int64, copy=False)
    elif kind == "u":
        if array.dtype.itemsize == 8 and int(array.max()) > _INT64[1]:
            raise ValueError(f"label {int(array.max())} is too large: labels must fit in 64 bits with a sign")
        whole = array.astype(np.int64)
    elif kind == "S":
        raise WrongTypeError("labels are bytes; decode them first, for example with numpy.char.decode(y, 'utf-8')")
    elif kind == "c":
        raise ValueError("Unknown label type: complex numbers are no class labels")
    else:
        raise WrongTypeError(f"labels are of type {array.dtype}; pass whole numbers or texts")
    distinct, codes = _distinct(whole)
    return CodedLabels(distinct.astype(array.dtype.newbyteorder("=")), codes, is_text=False)


def _whole_numbers(array: np.ndarray) -> np.ndarray:
    finite = np.isfinite(array)
    if not finite.all():
        what = "NaN" if bool(np.isnan(array).any()) else "infinity or a value too large"
        raise ValueError(f"Input y contains {what}. The first is in row {int(np.argmin(finite))}.")
    broken = array != np.floor(array)
    if broken.any():
        row = int(np.argmax(broken))
        raise ValueError(
            "Unknown label type: continuous. Class labels are whole numbers or texts; "
            f"row {row} has {array[row]}, which looks like a probability or a regression target."
        )
    if float(np.abs(array).max()) >= 2.0**63:
        raise ValueError("Input y contains a value too large for a 64-bit whole number.")
    return array.astype(np.int64)


def _distinct(whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sorted distinct numbers and each row's position among them.

    Labels lie close together as a rule; then a table replaces the sort.
    """
    low, high = int(whole.min()), int(whole.max())
    if high - low >= max(65536, 4 * len(whole)):
        distinct, codes = np.unique(whole, return_inverse=True)
        return distinct, codes.reshape(-1).astype(np.int64, copy=False)
    shifted = whole - low if low else whole
    present = np.zeros(high - low + 1, dtype=bool)
    present[shifted] = True
    positions = np.cumsum(present, dtype=np.int64) - 1
    return np.flatnonzero(present) + low, positions[shifted]


def _coded_objects(array: np.ndarray) -> CodedLabels:
    values = array.tolist()
    kinds = {type(value) for value in values}
    if all(issubclass(kind, str) for kind in kinds):
        return _coded_texts(values, array.dtype)
    missing = next((row for row, value in enumerate(values) if is_missing(value)), None)
    if missing is not None:
        raise ValueError(f"Input y contains NaN. The first is in row {missing}.")
    names = sorted({kind.__name__ for kind in kinds})
    if any(issubclass(kind, str) for kind in kinds):
        raise WrongTypeError(f"labels must all be texts or all be numbers, not a mixture of {names}")
    try:
        numbers = np.array(values)
    except ValueError as error:
        raise WrongTypeError(f"labels of type {names} are no class labels: {error}") from error
    if numbers.ndim != 1 or numbers.dtype.kind not in "biuf":
        raise WrongTypeError(f"labels of type {names} are no class labels; pass whole numbers or texts")
    return _coded_numbers(numbers)


def _coded_texts(values: list[str], dtype: np.dtype) -> CodedLabels:
    first_codes: dict[str, int] = {}
    codes = np.fromiter(
        (first_codes.setdefault(value, len(first_codes)) for value in values), dtype=np.int64, count=len(values)
    )
    for value in first_codes:
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(f"label {value!r} is no valid Unicode text: {error.reason}") from error
    names = sorted(first_codes)
    order = np.empty(len(names), dtype=np.int64)
    order[[first_codes[name] for name in names]] = np.arange(len(names))
    # Subclasses of str, such as numpy.str_, become plain texts.
    classes = np.array([str(name) for name in names], dtype=object)
    return CodedLabels(classes if dtype.kind == "O" else classes.astype(dtype), order[codes], is_text=True)

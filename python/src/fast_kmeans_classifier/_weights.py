"""Weights of documents, and the form of small data in which a weight of two equals a document given twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ._input import DenseRows, Rows, SparseRows
from ._labels import CodedLabels
from ._lazy import LazyModule
from ._tensors import is_tensor, tensor_values

if TYPE_CHECKING:
    import numpy as np
else:
    np = LazyModule("numpy")

#: Up to so many rows equal ones are merged where weights are given or rows repeat.
MERGED_ROW_LIMIT = 1000


def checked_weights(sample_weight: Any, row_count: int, estimator: object = None) -> np.ndarray | None:
    """Weights as float64 without gaps, one for each row; None stays None.

    Raises
    ------
    ValueError
        Another shape than (documents,) or a single number, what is no real number, NaN, infinity, a negative weight, or
        none above 0.
    TypeError
        A single truth value: the third argument of `fit` once was `verbose`.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, (bool, np.bool_)):
        raise TypeError(
            f"sample_weight is {sample_weight!r}: if it was meant for verbose, pass it by name, verbose={sample_weight!r}"
        )
    if is_tensor(sample_weight):
        sample_weight = tensor_values(sample_weight, estimator)
    weights = _numbers(sample_weight)
    if np.isscalar(sample_weight):
        weights = np.full(row_count, weights.item())
    if weights.ndim != 1:
        raise ValueError(f"Sample weights must be 1D array or scalar, got {weights.ndim}D array.")
    if len(weights) != row_count:
        raise ValueError(f"sample_weight.shape == {weights.shape}, expected {(row_count,)}!")
    if not np.isfinite(weights).all():
        row = int(np.argmin(np.isfinite(weights)))
        raise ValueError(f"Input sample_weight contains NaN or infinity; the first is in row {row}.")
    if weights.min() < 0:
        raise ValueError(f"Negative values in sample_weight; the first is in row {int(np.argmax(weights < 0))}.")
    if weights.max() == 0:
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return weights


def _numbers(sample_weight: Any) -> np.ndarray:
    array = np.asarray(sample_weight)
    if array.dtype.kind == "c":
        raise ValueError("sample_weight holds complex numbers; a weight is a real one")
    try:
        return np.ascontiguousarray(array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"sample_weight holds what is no number: {error}") from error


class TrainingData(NamedTuple):
    """What one learning call learns from."""

    rows: Rows
    labels: CodedLabels
    weights: np.ndarray | None

    def with_equal_rows_merged(self) -> TrainingData:
        """The same data with equal rows of one class merged, weights added up, in a fixed order.

        k-means starts from rows drawn at random, so which rows there are and in what order shows in the result. scikit-learn's
        convention is that a row of weight 2 is a row given twice and a row of weight 0 is absent. On large data that holds in
        the mean; on small data, where it can be seen, this makes it hold exactly. Data without weights and without equal rows
        stays as it is.
        """
        count = self.rows.shape[0]
        if count > MERGED_ROW_LIMIT:
            return self
        keys = self._keys()
        if self.weights is None and len(set(keys)) == count:
            return self
        weights = np.ones(count) if self.weights is None else self.weights
        sums: dict[tuple[int, bytes], float] = {}
        places: dict[tuple[int, bytes], int] = {}
        for row, key in enumerate(keys):
            if weights[row] > 0:
                sums[key] = sums.get(key, 0.0) + float(weights[row])
                places.setdefault(key, row)
        order = sorted(sums)
        chosen = np.array([places[key] for key in order], dtype=np.int64)
        merged = np.array([sums[key] for key in order])
        return TrainingData(
            _selected(self.rows, chosen),
            CodedLabels(self.labels.classes, self.labels.codes[chosen], self.labels.is_text),
            merged,
        )

    def _keys(self) -> list[tuple[int, bytes]]:
        """The class and the bytes of each row; stored zeros count for nothing."""
        rows = self.rows
        if isinstance(rows, SparseRows):
            places = [slice(start, stop) for start, stop in zip(rows.offsets[:-1], rows.offsets[1:])]
            contents = [_bytes_of(rows.columns[place], rows.values[place]) for place in places]
        else:
            # Adding 0 turns -0 into 0.
            contents = [bytes((row + 0).tobytes()) for row in rows.values]
        return list(zip(self.labels.codes.tolist(), contents))


def _bytes_of(columns: np.ndarray, values: np.ndarray) -> bytes:
    kept = values != 0
    return bytes(columns[kept].tobytes()) + bytes(values[kept].tobytes())


def _selected(rows: Rows, chosen: np.ndarray) -> Rows:
    matrix = rows.matrix()[chosen]
    if isinstance(rows, SparseRows):
        return SparseRows(matrix.shape, matrix.indptr, matrix.indices, matrix.data)
    return DenseRows(matrix)

"""Columns of vectors in Arrow's memory, as rows that the library reads.

Spark hands `pyspark.ml.linalg` vectors over as structures (type, size, indices, values), one buffer a field, so whole batches
are converted by NumPy and no vector ever becomes a Python object.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .._input import DenseRows, Rows, SparseRows


class RowProblem(ValueError):
    """A row that cannot be used.

    Attributes
    ----------
    kind : str
        Which problem, for programs.
    row : int
        Its place in the batch, from 0.
    """

    def __init__(self, kind: str, row: int, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.row = row
        self.text = text

    def of_batch(self, row_count: int) -> ValueError:
        """The same as what a task raises."""
        return ValueError(f"{self.text}; it is row {self.row} of a batch of {row_count}")


def rows_of_vectors(column: Any, name: str, feature_count: int | None = None) -> Rows:
    """The rows of one batch: dense if every vector is, else sparse.

    Parameters
    ----------
    column : pyarrow.Array
        Vectors of `pyspark.ml.linalg`, or arrays of numbers.
    name : str
        What messages call the column.
    feature_count : int
        How many features each must have; None: as many as the first.

    Raises
    ------
    RowProblem
        The first row that is null, holds null, NaN, infinity, or has another number of features.
    """
    check_nulls(column, name)
    if pa.types.is_struct(column.type):
        rows = _rows_of_structures(column, name, feature_count)
    else:
        rows = _rows_of_lists(column, name, feature_count)
    _check_finite(rows, name)
    return rows


def check_nulls(column: Any, name: str) -> None:
    """Raises for the first null."""
    if column.null_count:
        row = _first(column.is_null().to_numpy(zero_copy_only=False))
        raise RowProblem("null", row, f"column {name!r} is null; drop such rows with `df.dropna(subset=[{name!r}])`")


def _rows_of_structures(column: Any, name: str, feature_count: int | None) -> Rows:
    kinds, sizes, indices, values = column.flatten()
    is_dense = kinds.to_numpy(zero_copy_only=False) == 1
    lengths = _lengths(values)
    widths = np.where(is_dense, lengths, sizes.fill_null(0).to_numpy(zero_copy_only=False)).astype(np.int64)
    width = _check_widths(widths, name, feature_count)
    flat = _flat(values, name, lengths)
    if is_dense.all():
        return DenseRows(flat.reshape(len(column), width))
    columns = indices.flatten().to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    offsets = np.zeros(len(column) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    if is_dense.any():
        return _mixed(is_dense, offsets, columns, flat, width)
    return SparseRows((len(column), width), offsets, columns, flat)


def _mixed(is_dense: np.ndarray, offsets: np.ndarray, columns: np.ndarray, flat: np.ndarray, width: int) -> SparseRows:
    """Dense vectors among sparse ones, as `VectorAssembler` makes them, become sparse without their zeros."""
    lengths = np.diff(offsets)
    in_dense = np.repeat(is_dense, lengths)
    places = np.arange(len(flat), dtype=np.int64) - np.repeat(offsets[:-1], lengths)
    all_columns = places.astype(np.int32)
    all_columns[~in_dense] = columns
    kept = ~in_dense | (flat != 0)
    row_numbers = np.repeat(np.arange(len(is_dense)), lengths)[kept]
    new_offsets = np.zeros(len(is_dense) + 1, dtype=np.int64)
    np.cumsum(np.bincount(row_numbers, minlength=len(is_dense)), out=new_offsets[1:])
    return SparseRows((len(is_dense), width), new_offsets, all_columns[kept], flat[kept])


def _rows_of_lists(column: Any, name: str, feature_count: int | None) -> DenseRows:
    lengths = _lengths(column)
    width = _check_widths(lengths, name, feature_count)
    return DenseRows(_flat(column, name, lengths).reshape(len(column), width))


def _lengths(lists: Any) -> np.ndarray:
    lengths: np.ndarray = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return lengths


def _flat(lists: Any, name: str, lengths: np.ndarray) -> np.ndarray:
    """All numbers, one row after the other, in single precision: that is how the library reads them."""
    flat = lists.flatten()
    if flat.null_count:
        row = _row_of_value(lengths, _first(flat.is_null().to_numpy(zero_copy_only=False)))
        raise RowProblem("null", row, f"column {name!r} has a null among its numbers")
    with np.errstate(over="ignore"):
        numbers: np.ndarray = flat.to_numpy(zero_copy_only=False).astype(np.float32)
    return numbers


def _check_widths(widths: np.ndarray, name: str, feature_count: int | None) -> int:
    expected = feature_count if feature_count is not None else int(widths[0]) if len(widths) else 0
    other = widths != expected
    if other.any():
        row = _first(other)
        raise RowProblem(
            "feature_count", row,
            f"column {name!r} has a vector of {int(widths[row])} features where {expected} are expected",
        )
    if len(widths) and expected == 0:
        raise RowProblem("feature_count", 0, f"column {name!r} has vectors without any feature")
    return expected


def _check_finite(rows: Rows, name: str) -> None:
    finite = np.isfinite(rows.values)
    if finite.all():
        return
    if isinstance(rows, DenseRows):
        row, feature = divmod(int(np.argmin(finite)), rows.shape[1])
    else:
        place = int(np.argmin(finite))
        row, feature = int(np.searchsorted(rows.offsets, place, side="right")) - 1, int(rows.columns[place])
    raise RowProblem(
        "not_finite", row,
        f"column {name!r} holds NaN, infinity or a number too large for single precision at feature {feature}",
    )


def _first(mask: np.ndarray) -> int:
    return int(np.argmax(mask))


def _row_of_value(lengths: np.ndarray, place: int) -> int:
    return int(np.searchsorted(np.cumsum(lengths), place, side="right"))


# --- and back


def vectors_of_table(table: np.ndarray) -> Any:
    """Dense vectors of `pyspark.ml.linalg`, in Arrow's memory, from a table of rows x entries."""
    count, width = table.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    values = pa.ListArray.from_arrays(pa.array(offsets), pa.array(table.astype(np.float64).ravel()))
    return pa.StructArray.from_arrays(
        [
            pa.array(np.ones(count, dtype=np.int8)), pa.nulls(count, pa.int32()),
            pa.nulls(count, pa.list_(pa.int32())), values,
        ],
        names=["type", "size", "indices", "values"],
    )


def vectors_of_rows(rows: Any) -> Any:
    """Sparse vectors of `pyspark.ml.linalg`, in Arrow's memory, from compressed rows."""
    count, offsets = rows.shape[0], pa.array(rows.indptr.astype(np.int32))
    return pa.StructArray.from_arrays(
        [
            pa.array(np.zeros(count, dtype=np.int8)), pa.array(np.full(count, rows.shape[1], dtype=np.int32)),
            pa.ListArray.from_arrays(offsets, pa.array(rows.indices.astype(np.int32, copy=False))),
            pa.ListArray.from_arrays(offsets, pa.array(rows.data.astype(np.float64))),
        ],
        names=["type", "size", "indices", "values"],
    )

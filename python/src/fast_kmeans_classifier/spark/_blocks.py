"""Rows of one partition, packed once: what executors keep in Spark's cache while training goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from .._input import DenseRows, Rows, SparseRows
from .._labels import CodedLabels


class Block(NamedTuple):
    """Some documents: three arrays for the rows (or one), labels as codes, weights.

    Attributes
    ----------
    rows : SparseRows or DenseRows, in single precision
    labels : CodedLabels
        The labels of this block, each once, sorted; codes are int32.
    weights : ndarray of float64, or None for 1 each
    """

    rows: Rows
    labels: CodedLabels
    weights: np.ndarray | None

    @property
    def byte_count(self) -> int:
        """Bytes of the rows."""
        rows = self.rows
        structure = rows.columns.nbytes + rows.offsets.nbytes if isinstance(rows, SparseRows) else 0
        return int(rows.values.nbytes + structure)

    def with_layout(self, wants_sparse: bool) -> Block:
        """Itself, or the same rows in the other layout."""
        if is_sparse(self.rows) == wants_sparse:
            return self
        if isinstance(self.rows, SparseRows):
            return self._replace(rows=DenseRows(self.rows.matrix().toarray()))
        return self._replace(rows=_sparse(self.rows.matrix()))

    def selected(self, chosen: np.ndarray) -> Block:
        """The rows at these places, in this order."""
        matrix = self.rows.matrix()[chosen]
        codes = self.labels.codes[chosen]
        return Block(
            _sparse(matrix) if is_sparse(self.rows) else DenseRows(matrix),
            _without_unused(self.labels._replace(codes=codes)),
            None if self.weights is None else self.weights[chosen],
        )

    def part(self, start: int, stop: int) -> Block:
        """Consecutive rows."""
        codes = self.labels.codes[start:stop]
        weights = None if self.weights is None else self.weights[start:stop]
        return Block(self.rows[start:stop], _without_unused(self.labels._replace(codes=codes)), weights)

    def weights_without(self, dropped: np.ndarray | None) -> np.ndarray | None:
        """Weights in which the rows of a mask count nothing."""
        if dropped is None or not dropped.any():
            return self.weights
        weights = np.ones(self.rows.shape[0]) if self.weights is None else self.weights.copy()
        weights[dropped] = 0
        return weights


def is_sparse(rows: Rows) -> bool:
    """Whether rows are compressed."""
    return isinstance(rows, SparseRows)


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks of one layout as one, in their order."""
    if len(blocks) == 1:
        return blocks[0]
    rows = joined_rows([block.rows for block in blocks])
    labels = joined_labels([block.labels for block in blocks])
    if all(block.weights is None for block in blocks):
        return Block(rows, labels, None)
    weights = [np.ones(block.rows.shape[0]) if block.weights is None else block.weights for block in blocks]
    return Block(rows, labels, np.concatenate(weights))


def joined_labels(parts: Sequence[CodedLabels]) -> CodedLabels:
    """Labels of consecutive rows as one list of distinct ones and codes."""
    is_text = parts[0].is_text
    classes = union([part.classes for part in parts], is_text)
    codes = [positions(part.classes, classes, is_text)[part.codes] for part in parts]
    return CodedLabels(classes, np.concatenate(codes).astype(np.int32), is_text)


def union(lists: Iterable[np.ndarray], is_text: bool) -> np.ndarray:
    """All labels of some lists, each once, in the order of the classes: numbers by value, texts by code point."""
    distinct = sorted({label for labels in lists for label in labels.tolist()})
    return np.array(distinct, dtype=object if is_text else np.int64)


def positions(labels: np.ndarray, classes: np.ndarray, is_text: bool) -> np.ndarray:
    """Where each of some labels is in sorted classes, all of which are there."""
    if not is_text:
        return np.searchsorted(classes, labels)
    table = {label: position for position, label in enumerate(classes.tolist())}
    return np.array([table[label] for label in labels.tolist()], dtype=np.int64)


def _without_unused(labels: CodedLabels) -> CodedLabels:
    used = np.flatnonzero(np.bincount(labels.codes, minlength=len(labels.classes)))
    places = np.zeros(len(labels.classes), dtype=np.int32)
    places[used] = np.arange(len(used), dtype=np.int32)
    return CodedLabels(labels.classes[used], places[labels.codes], labels.is_text)


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """Rows of one layout, one after the other."""
    if not is_sparse(parts[0]):
        return DenseRows(np.concatenate([part.values for part in parts]))
    return _joined_sparse(parts)


def _joined_sparse(parts: Sequence[Any]) -> SparseRows:
    """Compressed rows of several parts, one after the other."""
    ends = np.cumsum([0, *(int(part.offsets[-1]) for part in parts)])
    offsets = np.concatenate(
        [np.zeros(1, dtype=np.int64), *(part.offsets[1:] + start for part, start in zip(parts, ends))]
    ).astype(np.int64, copy=False)
    shape = (len(offsets) - 1, parts[0].shape[1])
    columns = np.concatenate([part.columns for part in parts])
    return SparseRows(shape, offsets, columns, np.concatenate([part.values for part in parts]))


def squared_lengths(vectors: Any) -> np.ndarray:
    """Of the rows of a compressed matrix or an array."""
    squares = vectors.multiply(vectors) if sparse.issparse(vectors) else vectors * vectors
    return np.asarray(squares.sum(axis=1), dtype=np.float64).ravel()


def _sparse(matrix: Any) -> SparseRows:
    matrix = sparse.csr_array(matrix)
    return SparseRows(
        matrix.shape, matrix.indptr.astype(np.int64, copy=False), matrix.indices.astype(np.int32, copy=False), matrix.data
    )


def in_layout(blocks: Iterable[Block], wants_sparse: bool) -> Iterator[Block]:
    """Blocks with all rows sparse, or all dense."""
    return (block.with_layout(wants_sparse) for block in blocks)

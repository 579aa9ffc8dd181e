"""From the columns of a frame to blocks: runs on executors, once for each partition."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyspark import TaskContext

from .._input import Rows
from .._labels import CodedLabels
from ._blocks import Block, joined
from ._vectors import RowProblem, check_nulls, rows_of_vectors

#: The columns of the frame that is packed.
FEATURES, LABEL, WEIGHT = "features", "label", "weight"

#: Bytes of rows in a block: far below the 2 GB that Arrow and Spark's pickler can carry in one piece.
BLOCK_BYTES = 64 << 20

#: The frame that comes out: one pickled block, or a problem, a row.
PACKED_SCHEMA = "block binary"

#: The largest weight of a document that the library takes.
LARGEST_WEIGHT = 1e12


class Problem(NamedTuple):
    """Why a partition cannot be used. It travels as data, so that the driver raises it with its type."""

    kind: str
    partition: int
    row: int
    text: str


class Names(NamedTuple):
    """What messages call the columns; the weight's is None if there are no weights."""

    features: str
    label: str
    weight: str | None


def packed(names: Names, block_bytes: int = BLOCK_BYTES) -> Any:
    """The function for `mapInArrow` that packs a partition."""

    def pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for block in blocks_of(batches, names, block_bytes):
            yield pa.RecordBatch.from_arrays([pa.array([pickle.dumps(block, protocol=5)], pa.binary())], ["block"])

    return pack


def blocks_of(
    batches: Iterable[pa.RecordBatch], names: Names, block_bytes: int = BLOCK_BYTES
) -> Iterator[Block | Problem]:
    """The blocks of one partition, or what is wrong with it."""
    waiting: list[Block] = []
    size, first_row, width = 0, 0, None
    try:
        for batch in batches:
            if batch.num_rows == 0:
                continue
            block = _block_of(batch, names, width)
            width = block.rows.shape[1]
            first_row += batch.num_rows
            waiting.append(block)
            size += block.byte_count
            if size >= block_bytes:
                yield _closed(waiting)
                waiting, size = [], 0
        if waiting:
            yield _closed(waiting)
    except RowProblem as problem:
        context = TaskContext.get()
        partition = context.partitionId() if context else 0
        yield Problem(problem.kind, partition, first_row + problem.row, problem.text)


def _closed(blocks: list[Block]) -> Block:
    sparse = any(hasattr(block.rows, "offsets") for block in blocks)
    return joined([block.with_layout(sparse) for block in blocks])


def _block_of(batch: pa.RecordBatch, names: Names, width: int | None) -> Block:
    rows: Rows = rows_of_vectors(batch.column(FEATURES), names.features, width)
    labels = _labels(batch.column(LABEL), names.label)
    weights = None if names.weight is None else _weights(batch.column(WEIGHT), names.weight)
    return Block(rows, labels, weights)


def _labels(column: Any, name: str) -> CodedLabels:
    check_nulls(column, name)
    if pa.types.is_floating(column.type):
        classes, codes = np.unique(_whole(column.to_numpy(zero_copy_only=False), name), return_inverse=True)
        return CodedLabels(classes, codes.reshape(-1).astype(np.int32), is_text=False)
    if pa.types.is_integer(column.type):
        classes, codes = np.unique(column.to_numpy(zero_copy_only=False), return_inverse=True)
        return CodedLabels(classes.astype(np.int64), codes.reshape(-1).astype(np.int32), is_text=False)
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    order = sorted(range(len(texts)), key=texts.__getitem__)
    places = np.empty(len(texts), dtype=np.int32)
    places[order] = np.arange(len(texts), dtype=np.int32)
    codes = places[encoded.indices.to_numpy(zero_copy_only=False)]
    return CodedLabels(np.array([texts[place] for place in order], dtype=object), codes, is_text=True)


def _whole(labels: np.ndarray, name: str) -> np.ndarray:
    finite = np.isfinite(labels)
    if not finite.all():
        row = int(np.argmin(finite))
        raise RowProblem("bad_label", row, f"column {name!r} holds {labels[row]}, which is no class")
    broken = (labels != np.floor(labels)) | (np.abs(labels) >= 2.0**63)
    if broken.any():
        row = int(np.argmax(broken))
        raise RowProblem(
            "bad_label", row,
            f"column {name!r} holds {labels[row]}; classes are whole numbers or texts, not probabilities or targets",
        )
    return labels.astype(np.int64)


def _weights(column: Any, name: str) -> np.ndarray:
    check_nulls(column, name)
    weights: np.ndarray = column.to_numpy(zero_copy_only=False).astype(np.float64)
    allowed = (weights >= 0) & (weights <= LARGEST_WEIGHT)
    if not allowed.all():
        row = int(np.argmin(allowed))
        raise RowProblem("bad_weight", row, f"column {name!r} holds {weights[row]}; weights are numbers from 0 to 1e12")
    return weights

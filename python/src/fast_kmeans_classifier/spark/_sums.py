"""One epoch of k-means: sums of each partition, added up slice by slice.

Every partition cuts its sums into slices of consecutive prototypes and sends each slice to the task that adds this slice up:
a tree of two levels. Each partition's sums cross the network once, whatever the number of partitions, and the driver gets one
sum in pieces. A tree of complete sums (`RDD.treeReduce`) would send them once more for each level.

Slices are added in the order of the partitions, so that the bits do not depend on which task came first, nor on a task that
was computed again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from .. import _native as native
from .._distributed import epoch_sums
from ._blocks import Block, in_layout
from ._sampling import Draw

#: Slices of less than this many bytes are not worth a separate task.
SLICE_BYTES = 1 << 20


class Sums(NamedTuple):
    """Sums of an epoch, or of a slice of its prototypes: vectors (`csr_array` or array), masses and the objective."""

    vectors: Any
    masses: np.ndarray
    objective: float

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(self.vectors + other.vectors, self.masses + other.masses, self.objective + other.objective)

    def at(self, prototypes: np.ndarray) -> Sums:
        """Those of some prototypes."""
        return Sums(self.vectors[prototypes], self.masses[prototypes], self.objective)


def summed(parts: Iterable[Sums]) -> Sums | None:
    """Adds all sums in their order. Gives None where there is no sum."""
    total: Sums | None = None
    for part in parts:
        total = part if total is None else total.plus(part)
    return total


class EpochTask(NamedTuple):
    """What a partition needs for an epoch; travels to the executors.

    Attributes
    ----------
    model : Broadcast of bytes
    is_sparse : bool
    threads : int
    slice_count : int
    value_type : str
        In what precision sums travel: the model's.
    settled : frozenset
        Labels whose prototypes no longer move: their rows are left out.
    held_out : Draw or None
        Documents that are left out.
    """

    model: Any
    is_sparse: bool
    threads: int
    slice_count: int
    value_type: str
    settled: frozenset[Any]
    held_out: Draw | None

    def weights(self, block: Block, place: tuple[int, int]) -> np.ndarray | None:
        """The weights of a block's documents in this epoch."""
        dropped = None if self.held_out is None else self.held_out.mask(block, place)
        if self.settled:
            done = np.array([label in self.settled for label in block.labels.classes.tolist()], dtype=bool)
            settled = done[block.labels.codes]
            dropped = settled if dropped is None else dropped | settled
        return block.weights_without(dropped)


def sums_of_partition(task: EpochTask, model: native.Model, partition: int, blocks: Iterable[Block]) -> Sums | None:
    """The sums of all blocks of a partition; None if there are none."""

    def sums(number: int, block: Block) -> Sums:
        weights = task.weights(block, (partition, number))
        return Sums(*epoch_sums(model, block.rows, block.labels, weights, task.threads)[:3])

    return summed(itertools.starmap(sums, enumerate(in_layout(blocks, task.is_sparse))))


def distributed_sums(blocks: Any, task: EpochTask) -> Sums:
    """The sums over all partitions of an RDD of blocks."""

    def emit(partition: int, part: Iterable[Block]) -> Iterator[tuple[int, tuple[int, EncodedSums]]]:
        model = native.Model.from_bytes(task.model.value, task.threads)
        sums = sums_of_partition(task, model, partition, part)
        if sums is not None:
            for number, piece in enumerate(slices(sums, task.slice_count)):
                yield number, (partition, encoded(piece, task.value_type))

    pieces = blocks.mapPartitionsWithIndex(emit, preservesPartitioning=False)
    return added_up(pieces, task.slice_count, decoded, doubles)


def added_up(pieces: Any, slice_count: int, read: Callable[[Any], Sums], write: Callable[[Sums], Any]) -> Sums:
    """The sum of what all partitions sent of each slice.

    Parameters
    ----------
    pieces : RDD of (slice, (partition, what `read` takes))
    slice_count : int
        One task adds each up.
    read, write : functions of a module
        From what travels to sums and back; sums are written once more on their way to the driver.
    """
    if pieces.getNumPartitions() > 1:
        pieces = pieces.partitionBy(slice_count, itself)
    slices_added = pieces.mapPartitions(Adding(read, write)).collect()
    return joined_slices([read(piece) for _, piece in sorted(slices_added, key=lambda piece: piece[0])])


class Adding:
    """Adds the pieces of each slice in the order of their partitions."""

    def __init__(self, read: Callable[[Any], Sums], write: Callable[[Sums], Any]) -> None:
        self.read, self.write = read, write

    def __call__(self, pieces: Iterable[tuple[int, tuple[int, Any]]]) -> Iterator[tuple[int, Any]]:
        by_slice: dict[int, list[tuple[int, Any]]] = {}
        for number, piece in pieces:
            by_slice.setdefault(number, []).append(piece)
        for number, of_slice in by_slice.items():
            of_slice.sort(key=lambda piece: piece[0])
            added = summed(self.read(piece) for _, piece in of_slice)
            assert added is not None
            yield number, self.write(added)


def joined_slices(parts: list[Sums]) -> Sums:
    """Slices in their order as one."""
    vectors: Any = [part.vectors for part in parts]
    if len(vectors) == 1:
        vectors = vectors[0]
    elif isinstance(vectors[0], np.ndarray):
        vectors = np.concatenate(vectors)
    else:
        vectors = sparse.csr_array(sparse.vstack(vectors, format="csr"))
    return Sums(vectors, np.concatenate([part.masses for part in parts]), sum(part.objective for part in parts))


def slices(sums: Sums, count: int) -> Iterator[Sums]:
    """Sums cut into `count` runs of prototypes; the objective goes with the first."""
    prototypes = len(sums.masses)
    bounds = [prototypes * number // count for number in range(count + 1)]
    for number, (start, stop) in enumerate(zip(bounds[:-1], bounds[1:])):
        yield Sums(sums.vectors[start:stop], sums.masses[start:stop], sums.objective if number == 0 else 0.0)


def itself(key: int) -> int:
    """Partitions a keyed RDD by its keys."""
    return key


# --- the form in which sums travel


class EncodedSums(NamedTuple):
    """Sums in few bytes: columns as their distance to the one before, two bytes where that is enough.

    Attributes
    ----------
    shape : (int, int)
    lengths : ndarray of int32, or None for dense sums
    gaps : ndarray of uint16
        The distance to the column before in its row, from -1; 65535: look into `wide`.
    wide : ndarray of uint32
        The distances that do not fit, in their order.
    values : ndarray of float16, float32 or float64
    masses : ndarray of float64
    objective : float
    """

    shape: tuple[int, int]
    lengths: Any
    gaps: Any
    wide: Any
    values: np.ndarray
    masses: np.ndarray
    objective: float


_WIDE = 65535


def encoded(sums: Sums, value_type: str) -> EncodedSums:
    """Sums to be sent, values rounded to this precision."""
    vectors = sums.vectors
    shape = (int(vectors.shape[0]), int(vectors.shape[1]))
    if isinstance(vectors, np.ndarray):
        return EncodedSums(shape, None, None, None, vectors.astype(value_type), sums.masses, sums.objective)
    lengths = np.diff(vectors.indptr)
    gaps = np.diff(vectors.indices, prepend=-1).astype(np.int64)
    starts = vectors.indptr[:-1][lengths > 0]
    gaps[starts] = vectors.indices[starts] + 1
    is_wide = gaps >= _WIDE
    return EncodedSums(
        shape, lengths.astype(np.int32), np.where(is_wide, _WIDE, gaps).astype(np.uint16),
        gaps[is_wide].astype(np.uint32), vectors.data.astype(value_type), sums.masses, sums.objective,
    )


def doubles(sums: Sums) -> EncodedSums:
    """Sums to be sent as they are."""
    return encoded(sums, "float64")


def decoded(sums: EncodedSums) -> Sums:
    """Sums as they were, in double precision."""
    if sums.lengths is None:
        return Sums(sums.values.astype(np.float64), sums.masses, sums.objective)
    offsets = np.zeros(sums.shape[0] + 1, dtype=np.int64)
    np.cumsum(sums.lengths, out=offsets[1:])
    gaps = sums.gaps.astype(np.int64)
    gaps[sums.gaps == _WIDE] = sums.wide
    ends = np.concatenate([[0], np.cumsum(gaps)])
    columns = ends[1:] - np.repeat(ends[offsets[:-1]], sums.lengths) - 1
    vectors = sparse.csr_array((sums.values.astype(np.float64), columns, offsets), shape=sums.shape)
    return Sums(vectors, sums.masses, sums.objective)

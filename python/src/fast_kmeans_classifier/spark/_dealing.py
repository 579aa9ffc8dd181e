"""Dealing documents to the batches of refinement, and to the tasks that share a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ._blocks import Block, in_layout, joined
from ._sampling import DEALING, Draw, random_of

#: Batches of an epoch at least, where it has the documents. With fewer the rate would have to be another one.
LEAST_BATCHES = 24

#: No more batches than this: each is a job of Spark.
MOST_BATCHES = 256

#: Documents of a batch at least, unless an epoch has fewer.
LEAST_DOCUMENTS = 64

#: Documents of a batch whose moves can be added up as they are; of larger batches the moves are made smaller.
MOST_DOCUMENTS = 2_048

#: Documents of a task at least, unless a batch has fewer.
TASK_DOCUMENTS = 64

#: Pieces of all batches at most: each is a partition of Spark.
MOST_PIECES = 1 << 14

#: The weight of one visit at most, where the mean of all documents is 1; a heavier document comes in several batches.
LARGEST_VISIT = 2.0


class Deal(NamedTuple):
    """How many batches an epoch has, and how many tasks share each.

    Attributes
    ----------
    document_count, batch_count, task_count, seed : int
    """

    document_count: int
    batch_count: int
    task_count: int
    seed: int

    @classmethod
    def of(cls, documents: int, partitions: int, seed: int) -> Deal:
        """The deal for a number of documents in a number of partitions."""
        size = max(LEAST_DOCUMENTS, min(MOST_DOCUMENTS, documents // LEAST_BATCHES))
        batches = max(1, min(MOST_BATCHES, -(-documents // size)))
        tasks = max(1, min(partitions, documents // batches // TASK_DOCUMENTS, MOST_PIECES // batches))
        return cls(documents, batches, tasks, seed)

    @property
    def piece_count(self) -> int:
        """The pieces of all batches."""
        return self.batch_count * self.task_count

    @property
    def damping(self) -> float:
        """What moves are multiplied with, so that those of a large batch do not go too far."""
        return min(1.0, MOST_DOCUMENTS * self.batch_count / max(1, self.document_count))

    def pieces(self, batch: int) -> list[int]:
        """The pieces of a batch, in the order of its tasks."""
        return list(range(batch * self.task_count, (batch + 1) * self.task_count))

    def order(self, epoch: int) -> list[int]:
        """The batches in the order of an epoch."""
        order: list[int] = random_of(self.seed, DEALING, (1 << 20, epoch)).permutation(self.batch_count).tolist()
        return order


class Piece(NamedTuple):
    """The documents of one task in a batch.

    Attributes
    ----------
    block : Block
    steps : ndarray of float32, or None
        How much the step of each document counts; None: 1 each.
    members : ndarray of int32
        The prototype that each document was part of at the start.
    """

    block: Block
    steps: np.ndarray | None
    members: np.ndarray


class HeldOut(NamedTuple):
    """The documents that judge."""

    block: Block


class DealingTask:
    """Deals the documents of a partition to pieces, the held-out ones to the piece after the last; travels to the executors."""

    def __init__(self, deal: Deal, held_out: Draw, mean_weight: float, wants_sparse: bool) -> None:
        self.deal, self.held_out, self.mean_weight, self.wants_sparse = deal, held_out, mean_weight, wants_sparse

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, Any]]:
        for number, block in enumerate(in_layout(blocks, self.wants_sparse)):
            place = (partition, number)
            held_out = self.held_out.mask(block, place)
            if held_out.any():
                yield self.deal.piece_count, (place, block.selected(np.flatnonzero(held_out)), None)
            counted = ~held_out if block.weights is None else ~held_out & (block.weights > 0)
            yield from self._dealt(block, np.flatnonzero(counted), place)

    def _dealt(self, block: Block, rows: np.ndarray, place: tuple[int, int]) -> Iterator[tuple[int, Any]]:
        random = random_of(self.deal.seed, DEALING, place)
        rows = random.permutation(rows)
        steps = None
        if block.weights is not None:
            relative = block.weights[rows] / self.mean_weight
            visits = np.maximum(1, np.ceil(relative / LARGEST_VISIT)).astype(np.int64)
            rows, steps = np.repeat(rows, visits), np.repeat(relative / visits, visits).astype(np.float32)
        # The visits of one document are neighbours here, and so go to different batches.
        slots = (int(random.integers(self.deal.piece_count)) + np.arange(len(rows))) % self.deal.piece_count
        pieces = slots % self.deal.batch_count * self.deal.task_count + slots // self.deal.batch_count
        order = np.argsort(pieces, kind="stable")
        dealt, pieces = block.selected(rows[order]), pieces[order]
        starts = np.flatnonzero(np.diff(pieces, prepend=-1)).tolist()
        for start, stop in zip(starts, [*starts[1:], len(pieces)]):
            part = None if steps is None else steps[order[start:stop]]
            yield int(pieces[start]), (place, dealt.part(start, stop), part)


def assembled(dealt: Iterable[tuple[int, Any]]) -> Piece | None:
    """What all partitions dealt to one piece, in their order; None for nothing."""
    parts = sorted((part for _, part in dealt), key=lambda part: part[0])
    if not parts:
        return None
    block = joined([block for _, block, _ in parts])
    steps = None
    if any(of_part is not None for _, _, of_part in parts):
        steps = np.concatenate(
            [np.ones(part.rows.shape[0], np.float32) if of_part is None else of_part for _, part, of_part in parts]
        )
    return Piece(block, steps, np.full(block.rows.shape[0], -1, dtype=np.int32))

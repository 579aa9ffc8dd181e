"""Which documents are drawn: the same ones however often a lost partition is computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ._blocks import Block, in_layout, joined

#: A block's place: its partition, and its number there.
Place = tuple[int, int]

#: Tells the draws of one training apart.
SEEDING, HOLDING_OUT, DEALING, CHOOSING = 1, 2, 3, 4


def random_of(seed: int, purpose: int, place: Place) -> np.random.Generator:
    """Random numbers of one block, the same whenever they are asked for."""
    key = np.array([seed & (2**64 - 1), purpose << 48 ^ place[0] << 20 ^ place[1]], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def quotas(counts: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How many documents of each class each block gives, so that blocks give in proportion to what they have.

    Parameters
    ----------
    counts : ndarray of int, blocks x classes
    wanted : ndarray of int, classes
        How many in all; at most as many as there are.

    Returns
    -------
    ndarray of int64, blocks x classes
        Each column adds up to what is wanted; what is left by rounding down goes to the largest remainders.
    """
    totals = np.maximum(counts.sum(axis=0), 1)
    exact = counts * (wanted / totals)
    given = np.minimum(np.floor(exact + 1e-9).astype(np.int64), counts)
    missing = wanted - given.sum(axis=0)
    order = np.argsort(-(exact - given), axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(counts))[:, None], axis=0)
    return given + (rank < missing)


class Draw:
    """Draws documents from blocks; travels to the executors.

    Parameters
    ----------
    seed, purpose : int
        Key the random numbers, together with the block's place.
    by_block : mapping from place to ndarray of int64
        How many documents of each of the block's labels.

    Attributes
    ----------
    by_block : dict from place to two arrays of int32
        The labels of which documents are drawn, and how many: of thousands of labels these may be few.
    """

    def __init__(self, seed: int, purpose: int, by_block: Mapping[Place, np.ndarray]) -> None:
        self.seed = seed
        self.purpose = purpose
        self.by_block = {
            place: (np.flatnonzero(counts).astype(np.int32), counts[counts > 0].astype(np.int32))
            for place, counts in by_block.items()
            if counts.any()
        }

    def mask(self, block: Block, place: Place, without: np.ndarray | None = None) -> np.ndarray:
        """The documents that are drawn; those without weight, and those of the mask `without`, never are."""
        count = block.rows.shape[0]
        chosen = np.zeros(count, dtype=bool)
        if place not in self.by_block:
            return chosen
        labels, counts = self.by_block[place]
        wanted = np.zeros(len(block.labels.classes), dtype=np.int64)
        wanted[labels] = counts
        usable = np.ones(count, dtype=bool) if block.weights is None else block.weights > 0
        if without is not None:
            usable &= ~without
        rows = np.flatnonzero(usable)
        codes = block.labels.codes[rows]
        chance = random_of(self.seed, self.purpose, place).random(count)[rows]
        order = np.lexsort((chance, codes))
        starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=len(wanted)))])
        rank = np.arange(len(rows)) - starts[codes[order]]
        chosen[rows[order[rank < wanted[codes[order]]]]] = True
        return chosen


#: Sampled documents of many blocks, each with its block's place.
Sample = Iterable[tuple[Place, Block]]


class SamplingTask:
    """The documents of a draw that another has not drawn, all under one key; travels to the executors."""

    def __init__(self, draw: Draw, without: Draw | None) -> None:
        self.draw, self.without = draw, without

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[Place, Block]]]:
        for number, block in enumerate(blocks):
            place = (partition, number)
            dropped = None if self.without is None else self.without.mask(block, place)
            chosen = np.flatnonzero(self.draw.mask(block, place, dropped))
            if len(chosen):
                yield 0, (place, block.selected(chosen))


def by_one_task(blocks: Any, draw: Draw, without: Draw | None, task: Callable[[Sample], Iterator[Any]]) -> list[Any]:
    """What one task gives for a sample of an RDD of blocks, which never comes near the driver."""
    sampled = blocks.mapPartitionsWithIndex(SamplingTask(draw, without))
    found: list[Any] = sampled.partitionBy(1).values().mapPartitions(task).collect()
    return found


def gathered(sample: Sample, wants_sparse: bool) -> Block | None:
    """Joins the documents of a sample to one block, in the order of their places. Gives None for an empty sample."""
    ordered = [block for _, block in sorted(sample, key=lambda item: item[0])]
    return joined(list(in_layout(ordered, wants_sparse))) if ordered else None

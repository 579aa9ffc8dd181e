"""Which documents are drawn: the same ones however often a lost partition is computed again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ._blocks import Block

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

"""Refinement by averaging: every partition refines on its own rows, the mean of what changed is added, and again.

This is not what a local training does, which lets every document see the weights that the one before it left; what it costs in
accuracy is measured in docs/spark.md. Weights are averaged in proportion to the weight of each partition's documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import _native as native
from .._distributed import calibrated, refined, refined_weights, with_weights
from ._blocks import Block, in_layout, joined
from ._rows import TrainingRows
from ._sampling import Draw
from ._sums import SLICE_BYTES, EncodedSums, Sums, added_up, decoded, encoded, slices

#: Rounds of one epoch each that suit many documents a class, and few.
ROUNDS_FOR_MANY, ROUNDS_FOR_FEW = 5, 10

#: Sets with this many documents a class or more have many.
MANY = 20

#: Documents held out at most, and their share of all at most.
HELD_OUT_LIMIT, HELD_OUT_SHARE = 2_000, 0.12


class Round(NamedTuple):
    """One round; travels to the executors."""

    model: Any
    is_sparse: bool
    threads: int
    held_out: Draw
    rates: tuple[float, float]
    first_step: int
    slice_count: int


class Judgement(NamedTuple):
    """What held-out documents say."""

    held_out_count: int
    accuracy: float
    prototype_accuracy: float


def held_out_sizes(counts: np.ndarray) -> np.ndarray:
    """How many documents of each class are held out; every class keeps one at least."""
    total = max(1, int(counts.sum()))
    share = min(HELD_OUT_SHARE, HELD_OUT_LIMIT / total)
    exact = counts * share
    sizes = np.floor(exact).astype(np.int64)
    # What rounding down left over goes to the largest remainders, so that small classes have a say together.
    left = int(round(exact.sum())) - int(sizes.sum())
    order = np.argsort(-(exact - sizes), kind="stable")
    sizes[order[:left]] += 1
    result: np.ndarray = np.minimum(sizes, np.maximum(counts - 1, 0))
    return result


def round_count(options: dict[str, Any], model: native.Model) -> int:
    """Rounds: those asked for, or as many as suit the model's documents."""
    if options["refine"] != "auto":
        return int(options["refine"])
    is_many = model.prototype_masses().sum() >= MANY * model.info.class_count
    return ROUNDS_FOR_MANY if is_many else ROUNDS_FOR_FEW


def refined_model(
    rows: TrainingRows, model: native.Model, rounds: int, threads: int, held_out: Draw, broadcast: Callable[[bytes, str], Any]
) -> tuple[native.Model, Judgement | None]:
    """The model with refined weights, if held-out documents say that they are better than its centres.

    Raises
    ------
    TooLargeError
        The dense weights would take more memory than a task may have.
    """
    # The weights that the rounds start from are the same for all, and so is what changes.
    model = with_weights(model, None)
    for number in range(rounds):
        with broadcast(model.to_bytes(), f"refinement, round {number + 1}") as sent:
            step = number * rows.partition_count
            rates = (1 - number / rounds, 1 - (number + 1) / rounds)
            task = Round(sent, rows.is_sparse, threads, held_out, rates, step, _slice_count(rows, model))
            changes = rows.blocks.mapPartitionsWithIndex(_RefiningTask(task))
            model = _changed(model, added_up(changes, task.slice_count, unpacked, packed))
    with broadcast(model.to_bytes(), "calibration") as sent:
        return _judged(rows, model, sent, threads, held_out)


def _slice_count(rows: TrainingRows, model: native.Model) -> int:
    """The number of tasks that add up: one for each piece of a partition's changes, and no more than partitions."""
    count = 4 * model.info.refined_value_count // SLICE_BYTES
    return max(1, min(count, rows.partition_count, model.info.prototype_count))


class _RefiningTask:
    """Refines on the rows of a partition; gives slices of what that changed, times the weight of the documents."""

    def __init__(self, task: Round) -> None:
        self.task = task

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[int, Change]]]:
        task = self.task
        parts = list(in_layout(blocks, task.is_sparse))
        if not parts:
            return
        masks = [task.held_out.mask(block, (partition, number)) for number, block in enumerate(parts)]
        block = joined(parts)
        weights = block.weights_without(np.concatenate(masks))
        total = float(block.rows.shape[0] if weights is None else weights.sum())
        if total <= 0:
            return
        model = native.Model.from_bytes(task.model.value, task.threads)
        result = refined(
            model, block.rows, block.labels, weights, task.threads, 1, task.rates, task.first_step + partition
        )
        (before, biases), (after, moved) = refined_weights(model), refined_weights(result)
        sums = Sums((after - before) * total, (moved - biases) * total, total)
        for number, piece in enumerate(slices(sums, task.slice_count)):
            yield number, (partition, packed(piece))


class Change(NamedTuple):
    """What refinement changed, as it travels: two bytes a value, and the two or so that its column takes.

    Attributes
    ----------
    scale : float
        What the values are to be multiplied by.
    sums : EncodedSums
        Changes of the weights as vectors and of the biases as masses, each times the weight of the documents, which is the
        objective.
    """

    scale: float
    sums: EncodedSums


#: What the largest value is scaled to, nearly: float16 has 15 powers of two above 1, and 24 below it.
_LARGEST = 14


def packed(sums: Sums) -> Change:
    """Changes to be sent. What is 2^-38 of the largest vanishes; the rest keeps eleven bits, which a mean over documents
    has no use for."""
    values = sums.vectors if isinstance(sums.vectors, np.ndarray) else sums.vectors.data
    largest = float(np.abs(values).max(initial=0))
    scale = 2.0 ** (int(np.frexp(largest)[1]) - _LARGEST) if largest > 0 else 1.0
    vectors = sums.vectors * (1 / scale)
    if not isinstance(vectors, np.ndarray):
        vectors.data = vectors.data.astype(np.float16).astype(np.float64)
        vectors.eliminate_zeros()
        vectors.sort_indices()
    return Change(scale, encoded(Sums(vectors, sums.masses, sums.objective), "float16"))


def unpacked(change: Change) -> Sums:
    """Changes as they were, within rounding."""
    sums = decoded(change.sums)
    return Sums(sums.vectors * change.scale, sums.masses, sums.objective)


def _changed(model: native.Model, sums: Sums) -> native.Model:
    """The model with the mean of the changes added to its weights."""
    weights, biases = refined_weights(model)
    share = 1 / sums.objective
    return with_weights(model, (weights + sums.vectors * share, biases + sums.masses * share))


def _judged(
    rows: TrainingRows, model: native.Model, sent: Any, threads: int, held_out: Draw
) -> tuple[native.Model, Judgement | None]:
    """One task judges and calibrates on all held-out documents."""

    def choose(partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[tuple[int, int], Block]]]:
        for number, block in enumerate(blocks):
            chosen = np.flatnonzero(held_out.mask(block, (partition, number)))
            if len(chosen):
                yield 0, ((partition, number), block.selected(chosen))

    judge = _JudgingTask(sent, rows.is_sparse, threads)
    found = rows.blocks.mapPartitionsWithIndex(choose).partitionBy(1).values().mapPartitions(judge).collect()
    if not found:
        return model, None
    data, judgement = found[0]
    return native.Model.from_bytes(data, -1), judgement


class _JudgingTask:
    """Calibrates a model on a sample; travels to an executor."""

    def __init__(self, model: Any, is_sparse: bool, threads: int) -> None:
        self.model = model
        self.is_sparse = is_sparse
        self.threads = threads

    def __call__(self, sample: Iterable[tuple[tuple[int, int], Block]]) -> Iterator[tuple[bytes, Judgement]]:
        ordered = [block for _, block in sorted(sample, key=lambda item: item[0])]
        if not ordered:
            return
        block = joined(list(in_layout(ordered, self.is_sparse)))
        model = native.Model.from_bytes(self.model.value, self.threads)
        result, accuracy, plain = calibrated(model, block.rows, block.labels, self.threads)
        yield result.to_bytes(), Judgement(block.rows.shape[0], accuracy, plain)


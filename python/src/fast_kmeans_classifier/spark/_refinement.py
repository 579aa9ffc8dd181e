"""Refinement by averaging: every partition refines on its own rows, the mean of their weights goes back to all, and again.

This is not what a local training does, which lets every document see the weights that the one before it left; what it costs in
accuracy is measured in docs/spark.md. Weights are averaged in proportion to the weight of each partition's documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import _native as native
from .._distributed import average, calibrated, refined
from ._blocks import Block, in_layout, joined
from ._rows import TrainingRows
from ._sampling import Draw

#: Rounds of one epoch each that suit many documents a class, and few.
ROUNDS_FOR_MANY, ROUNDS_FOR_FEW = 5, 10

#: From so many documents a class on there are many.
MANY = 20

#: Models that one task averages.
FAN_IN = 8

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
    for number in range(rounds):
        with broadcast(model.to_bytes(), f"refinement, round {number + 1}") as sent:
            step = number * rows.partition_count
            rates = (1 - number / rounds, 1 - (number + 1) / rounds)
            task = Round(sent, rows.is_sparse, threads, held_out, rates, step)
            model = _averaged(rows.blocks.mapPartitionsWithIndex(_RefiningTask(task)))
    with broadcast(model.to_bytes(), "calibration") as sent:
        return _judged(rows, model, sent, threads, held_out)


class _RefiningTask:
    """Refines on the rows of a partition; gives the model and the weight of the documents."""

    def __init__(self, task: Round) -> None:
        self.task = task

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[float, bytes]]]:
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
        yield partition, (total, result.to_bytes())


def _averaged(models: Any) -> native.Model:
    """The mean of all partitions' models, by a tree of tasks; always in the same order."""
    width = models.getNumPartitions()
    while width > 1:
        width = -(-width // FAN_IN)
        models = models.map(_to_group).partitionBy(width, _itself).values().mapPartitions(_mean)
    (result,) = models.collect()
    return native.Model.from_bytes(result[1][1], -1)


def _to_group(item: tuple[int, tuple[float, bytes]]) -> tuple[int, tuple[int, tuple[float, bytes]]]:
    return item[0] // FAN_IN, item


def _mean(items: Iterable[tuple[int, tuple[float, bytes]]]) -> Iterator[tuple[int, tuple[float, bytes]]]:
    ordered = sorted(items, key=lambda item: item[0])
    if not ordered:
        return
    weights = [weight for _, (weight, _) in ordered]
    models = [native.Model.from_bytes(data, -1) for _, (_, data) in ordered]
    yield ordered[0][0] // FAN_IN, (sum(weights), average(models, weights).to_bytes())


def _itself(key: int) -> int:
    return key


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


"""The driver's side of refinement: as one machine does it, in batches whose documents lie on many machines.

Before the first batch every document is dealt, at random, to one of the batches of an epoch and to one of the tasks that share
a batch; so it does not matter how the frame was partitioned. A batch is a round: every task finds what its documents move by the
weights at the round's start, the driver adds that in the order of the tasks, and what it comes to goes out with the next round.
Executors keep the weights in between; one that has none makes them of the epoch's first weights and of what was sent since.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import numpy as np
from pyspark import StorageLevel
from scipy import sparse

from .. import _native as native
from .._distributed import Refiner
from ._dealing import Deal, DealingTask
from ._refinement_tasks import (
    RECIPES, AssemblingTask, CountingTask, Judgement, JudgingTask, Recipe, RoundTask, TryingTask, Weights, packed, spread_of_partition,
    unpacked,
)
from ._rows import TrainingRows
from ._sampling import CHOOSING, Draw, by_one_task
from ._sums import added_up, decoded, doubles, itself, summed

#: Epochs where the number is left to us; as in a local refinement.
EPOCHS = 5

#: Documents held out at most, and their share of all at most.
HELD_OUT_LIMIT, HELD_OUT_SHARE = 2_000, 0.12

#: Documents on which the recipes are tried at most.
TRIED_LIMIT = 30_000

#: Makes an object known to the executors while a `with` block runs; the text says what for.
Broadcast = Callable[[Any, str], "AbstractContextManager[Any]"]


def held_out_sizes(counts: np.ndarray) -> np.ndarray:
    """How many documents of each class are held out; every class keeps one at least."""
    total = max(1, int(counts.sum()))
    return _spread(counts, min(HELD_OUT_SHARE, HELD_OUT_LIMIT / total), np.maximum(counts - 1, 0))


def _spread(counts: np.ndarray, share: float, most: np.ndarray) -> np.ndarray:
    """A share of each class, at most `most`."""
    exact = counts * share
    sizes = np.floor(exact).astype(np.int64)
    # What rounding down left over goes to the largest remainders, so that small classes have a say together.
    left = int(round(exact.sum())) - int(sizes.sum())
    order = np.argsort(-(exact - sizes), kind="stable")
    sizes[order[:left]] += 1
    result: np.ndarray = np.minimum(sizes, most)
    return result


class Refinement:
    """Refines one model on the rows of a training.

    Parameters
    ----------
    rows : TrainingRows
        Freed from the executors' memory as soon as they are dealt.
    options : dict
        The library's options.
    threads : int
        Threads of a task.
    held_out : Draw
        Documents that only judge.
    held_out_counts : ndarray of int64, blocks x classes
        How many of each block.
    context : SparkContext
    broadcast : Broadcast
    """

    def __init__(
        self, rows: TrainingRows, options: dict[str, Any], threads: int, held_out: Draw, held_out_counts: np.ndarray,
        context: Any, broadcast: Broadcast,
    ) -> None:
        self._rows = rows
        self._options = options
        self._threads = threads
        self._held_out = held_out
        self._available = rows.counts - held_out_counts
        self._context = context
        self._broadcast = broadcast
        self._epochs = EPOCHS if options["refine"] == "auto" else int(options["refine"])

    def run(self, model: native.Model) -> tuple[native.Model, Judgement | None]:
        """The model with refined weights, if held-out documents say that they are better than its centres.

        Raises
        ------
        TooLargeError
            The weights would take more memory than a task may have.
        """
        recipe = self._chosen_recipe()
        if self._options["distance"] == "euclidean":
            # From here on the model carries the unit in which margins are measured to every task.
            model = Refiner.of(model, self._deviation()).model()
        rates = self._feature_rates() if recipe.rates_features and self._rows.is_sparse else None
        documents = int(self._available.sum())
        deal = Deal.of(documents, self._rows.partition_count, int(self._options["random_state"]))
        with ExitStack() as stack:
            start = stack.enter_context(self._broadcast(model.to_bytes(), "dealing documents to batches"))
            sent_rates = stack.enter_context(self._broadcast(rates, "dealing documents to batches"))
            pieces = self._dealt(deal, Weights(uuid.uuid4().hex, start, ()))
            stack.callback(pieces.unpersist)
            refined = self._refined(model, start, pieces, deal, recipe, sent_rates)
            return self._judged(refined, pieces, deal)

    # --- before the first round

    def _chosen_recipe(self) -> Recipe:
        """The recipe that is better on documents that it has not seen, after a sample of the others."""
        counts = self._available.sum(axis=0)
        wanted = _spread(counts, min(1.0, TRIED_LIMIT / max(1, int(counts.sum()))), counts)
        draw = self._rows.draw(
            int(self._options["random_state"]), CHOOSING, wanted, self._rows.counts - self._available
        )
        options = {
            **self._options, "soft": False, "k_init": 1, "k_list": None, "merge_threshold": None, "init_method": "kmeans++",
            "refine": self._epochs, "n_threads": self._threads,
        }
        trying = TryingTask(json.dumps(options), self._rows.is_sparse)
        found = by_one_task(self._rows.blocks, draw, self._held_out, trying)
        return RECIPES[found[0]] if found else RECIPES[0]

    def _deviation(self) -> float:
        """The root mean squared distance of the rows to their mean, as a local refinement measures it."""
        total = added_up(self._rows.blocks.mapPartitionsWithIndex(spread_of_partition), 1, decoded, doubles)
        mean, squares = total.vectors[0] / total.masses[0], total.objective / total.masses[0]
        return float(np.sqrt(max(0.0, squares - mean @ mean)))

    def _feature_rates(self) -> np.ndarray:
        """What moves along each feature are multiplied with: the root of its purity, as in a local refinement."""
        counting = CountingTask(self._held_out, self._rows.classes, self._rows.is_text)
        found = self._rows.blocks.mapPartitionsWithIndex(counting)
        table = added_up(found, 1, decoded, doubles)
        return feature_rates(table.vectors, table.masses[:-1])

    def _dealt(self, deal: Deal, first: Weights) -> Any:
        """The pieces of all batches in the executors' memory, a partition each, and the held-out documents in the last."""
        dealing = DealingTask(deal, self._held_out, self._rows.mean_weight, self._rows.is_sparse)
        dealt = self._rows.blocks.mapPartitionsWithIndex(dealing).partitionBy(deal.piece_count + 1, itself)
        pieces = dealt.mapPartitionsWithIndex(AssemblingTask(first, deal.piece_count, self._threads))
        pieces.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            pieces.count()
        except BaseException:
            pieces.unpersist()
            raise
        self._rows.unpersist()
        return pieces

    # --- rounds

    def _refined(
        self, model: native.Model, first: Any, pieces: Any, deal: Deal, recipe: Recipe, rates: Any
    ) -> native.Model:
        """A run that diverges starts again at half the rate, as a local refinement does."""
        rate = recipe.rate * deal.damping
        for _ in range(9):
            losses: list[float] = []
            refined = model
            for epoch in range(self._epochs):
                refined, loss = self._epoch(refined, first if epoch == 0 else None, epoch, pieces, deal, rate, rates)
                losses.append(loss)
                if not np.isfinite(loss):
                    break
            if not losses or (np.isfinite(losses[-1]) and losses[-1] <= 4 * losses[0] + deal.document_count):
                return refined
            rate /= 2
        return Refiner.of(model).model()

    def _epoch(
        self, model: native.Model, first: Any, epoch: int, pieces: Any, deal: Deal, rate: float, rates: Any
    ) -> tuple[native.Model, float]:
        """One pass over all batches, and the documents' summed loss."""
        refiner, loss = Refiner.of(model), 0.0
        purpose = f"refinement, epoch {epoch + 1}"
        with ExitStack() as stack:
            sent = first or stack.enter_context(self._broadcast(model.to_bytes(), purpose))
            weights = Weights(uuid.uuid4().hex, sent, ())
            for number, batch in enumerate(deal.order(epoch)):
                done = (epoch + number / deal.batch_count) / self._epochs
                task = RoundTask(weights, rates, rate * (1 - done), self._threads)
                found = self._context.runJob(pieces, task, deal.pieces(batch))
                total = summed(map(unpacked, found))
                if total is None:
                    continue
                loss += total.objective
                if not np.isfinite(total.objective):
                    return model, total.objective
                change = packed(total)
                added = unpacked(change)
                refiner.add(added.vectors, added.masses)
                sent = stack.enter_context(self._broadcast(change, f"{purpose}, batch {number + 2}"))
                weights = weights._replace(changes=(*weights.changes, sent))
            return refiner.model(), loss

    def _judged(self, model: native.Model, pieces: Any, deal: Deal) -> tuple[native.Model, Judgement | None]:
        """One task judges and calibrates on all held-out documents."""
        with self._broadcast(model.to_bytes(), "calibration") as sent:
            found = self._context.runJob(pieces, JudgingTask(sent, self._threads), [deal.piece_count])
        if not found:
            return model, None
        data, judgement = found[0]
        return native.Model.from_bytes(data, -1), judgement


def feature_rates(table: Any, class_counts: np.ndarray) -> np.ndarray:
    """The root of each feature's purity, so that a step stays as long as it was on average.

    Purity is the probability that two documents with the feature share their class, after one imagined document that is spread
    over the classes as all documents are.

    Parameters
    ----------
    table : csr_array, (classes + 1) x features
        How many documents of each class have each feature; in the last row the sums of squared values.
    class_counts : ndarray
        Documents of each class.
    """
    counts, squared = sparse.csr_array(table[:-1]), np.asarray(table[[-1]].todense()).ravel()
    shares = class_counts / max(1.0, class_counts.sum())
    of_feature = np.asarray(counts.sum(axis=0)).ravel()
    pairs = np.asarray(counts.multiply(counts).sum(axis=0)).ravel() + 2 * (shares @ counts)
    roots = np.sqrt((pairs + (shares * shares).sum()) / (of_feature + 1) ** 2)
    moved = float(squared @ roots)
    rates: np.ndarray = (roots * (squared.sum() / moved) if moved > 0 else np.ones_like(roots)).astype(np.float32)
    return rates

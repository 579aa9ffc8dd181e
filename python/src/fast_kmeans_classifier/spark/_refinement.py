"""Refinement as one machine does it, in batches whose documents lie on many machines.

Before the first batch every document is dealt, at random, to one of the batches of an epoch and to one of the tasks that share
a batch; so it does not matter how the frame was partitioned. A batch is a round: every task finds what its documents move by the
weights at the round's start, the driver adds that in the order of the tasks, and what it comes to goes out with the next round.
Executors keep the weights in between; one that has none makes them of the epoch's first weights and of what was sent since.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any, NamedTuple

import numpy as np
from pyspark import StorageLevel
from scipy import sparse

from .. import _native as native
from .._distributed import Refiner, calibrated
from ._blocks import Block, in_layout, joined, positions
from ._dealing import Deal, DealingTask, HeldOut, Piece, assembled
from ._rows import TrainingRows
from ._sampling import CHOOSING, Draw
from ._sums import EncodedSums, Sums, added_up, decoded, doubles, encoded

#: Epochs where the number is left to us; as in a local refinement.
EPOCHS = 5

#: Documents held out at most, and their share of all at most.
HELD_OUT_LIMIT, HELD_OUT_SHARE = 2_000, 0.12

#: Documents on which the recipes are tried at most.
TRIED_LIMIT = 30_000

#: Makes an object known to the executors while a `with` block runs; the text says what for.
Broadcast = Callable[[Any, str], "AbstractContextManager[Any]"]


class Recipe(NamedTuple):
    """How refinement moves prototypes; the names and rates are those of a local refinement."""

    name: str
    rate: float
    rates_features: bool


RECIPES = (Recipe("feature-rates", 0.5, True), Recipe("one-rate", 1.0, False))


class Judgement(NamedTuple):
    """What held-out documents say."""

    held_out_count: int
    accuracy: float
    prototype_accuracy: float


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
        sample = self._rows.blocks.mapPartitionsWithIndex(SamplingTask(draw, self._held_out))
        trying = _TryingTask(json.dumps(options), self._rows.is_sparse)
        found = sample.partitionBy(1).values().mapPartitions(trying).collect()
        return RECIPES[found[0]] if found else RECIPES[0]

    def _deviation(self) -> float:
        """The root mean squared distance of the rows to their mean, as a local refinement measures it."""
        total = added_up(self._rows.blocks.mapPartitionsWithIndex(_spread_of_partition), 1, decoded, doubles)
        mean, squares = total.vectors[0] / total.masses[0], total.objective / total.masses[0]
        return float(np.sqrt(max(0.0, squares - mean @ mean)))

    def _feature_rates(self) -> np.ndarray:
        """What moves along each feature are multiplied with: the root of its purity, as in a local refinement."""
        counting = _CountingTask(self._held_out, self._rows.classes, self._rows.is_text)
        found = self._rows.blocks.mapPartitionsWithIndex(counting)
        table = added_up(found, 1, decoded, doubles)
        return feature_rates(table.vectors, table.masses[:-1])

    def _dealt(self, deal: Deal, first: Weights) -> Any:
        """The pieces of all batches in the executors' memory, a partition each, and the held-out documents in the last."""
        dealing = DealingTask(deal, self._held_out, self._rows.mean_weight, self._rows.is_sparse)
        dealt = self._rows.blocks.mapPartitionsWithIndex(dealing).partitionBy(deal.piece_count + 1, _itself)
        pieces = dealt.mapPartitionsWithIndex(_AssemblingTask(first, deal.piece_count, self._threads))
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
                task = _RoundTask(weights, rates, rate * (1 - done), self._threads)
                found = self._context.runJob(pieces, task, deal.pieces(batch))
                moves = [unpacked(change) for change in found]
                if not moves:
                    continue
                total = moves[0]
                for more in moves[1:]:
                    total = total.plus(more)
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
            found = self._context.runJob(pieces, _JudgingTask(sent, self._threads), [deal.piece_count])
        if not found:
            return model, None
        data, judgement = found[0]
        return native.Model.from_bytes(data, -1), judgement


# --- weights at the executors


class Weights(NamedTuple):
    """The weights of a round, as they travel to the executors.

    Attributes
    ----------
    key : str
        Names the first of them; no other training and no other epoch has it.
    first : Broadcast of bytes
        The model at the epoch's start.
    changes : tuple of Broadcast of Change
        What is to be added, in this order.
    """

    key: str
    first: Any
    changes: tuple[Any, ...]

    def refiner(self, threads: int) -> Refiner:
        """These weights: those that this process has from the last round, and what is new."""
        held = _held.pop("weights", None)
        if held is None or held[0] != self.key or held[1] > len(self.changes):
            held = self.key, 0, Refiner.of(native.Model.from_bytes(self.first.value, threads))
        _, count, refiner = held
        for change in self.changes[count:]:
            added = unpacked(change.value)
            refiner.add(added.vectors, added.masses)
        _held["weights"] = self.key, len(self.changes), refiner
        return refiner


#: The weights that this process had in the last round.
_held: dict[str, tuple[str, int, Refiner]] = {}


class _RoundTask:
    """What the documents of a piece move; travels to the executors."""

    def __init__(self, weights: Weights, rates: Any, rate: float, threads: int) -> None:
        self.weights, self.rates, self.rate, self.threads = weights, rates, rate, threads

    def __call__(self, pieces: Iterable[Piece]) -> Iterator[Change]:
        for piece in pieces:
            block, refiner = piece.block, self.weights.refiner(self.threads)
            vectors, biases, loss = refiner.moves(
                block.rows, block.labels, block.weights, piece.steps, piece.members.copy(), self.rates.value, self.rate,
                self.threads,
            )
            yield packed(Sums(vectors, biases, loss))


class _AssemblingTask:
    """Puts what all partitions dealt to a piece together, in their order."""

    def __init__(self, first: Weights, held_out_piece: int, threads: int) -> None:
        self.first, self.held_out_piece, self.threads = first, held_out_piece, threads

    def __call__(self, number: int, dealt: Iterable[tuple[int, Any]]) -> Iterator[Piece | HeldOut]:
        piece = assembled(dealt)
        if piece is None:
            return
        if number == self.held_out_piece:
            yield HeldOut(piece.block)
            return
        block = piece.block
        # The call finds which prototypes the documents are part of before anything has moved.
        self.first.refiner(self.threads).moves(
            block.rows, block.labels, block.weights, piece.steps, piece.members, None, 0.0, self.threads
        )
        yield piece


# --- choices


class SamplingTask:
    """The documents of a draw, all under one key; travels to the executors."""

    def __init__(self, draw: Draw, held_out: Draw | None) -> None:
        self.draw, self.held_out = draw, held_out

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[tuple[int, int], Block]]]:
        for number, block in enumerate(blocks):
            place = (partition, number)
            dropped = None if self.held_out is None else self.held_out.mask(block, place)
            chosen = np.flatnonzero(self.draw.mask(block, place, dropped))
            if len(chosen):
                yield 0, (place, block.selected(chosen))


class _TryingTask:
    """Tries the recipes on a sample, as a local fit does; gives the number of the better one."""

    def __init__(self, options: str, wants_sparse: bool) -> None:
        self.options, self.wants_sparse = options, wants_sparse

    def __call__(self, sample: Iterable[tuple[tuple[int, int], Block]]) -> Iterator[int]:
        ordered = [block for _, block in sorted(sample, key=lambda item: item[0])]
        if not ordered:
            return
        block = joined(list(in_layout(ordered, self.wants_sparse)))
        if len(block.labels.classes) < 2:
            return
        classifier = native.Classifier.new(self.options)
        classifier.fit(block.rows, block.labels, block.weights, None)
        accuracies: dict[str, float] = {}
        for choice in classifier.choices():
            if choice["subject"] == "recipe":
                accuracies.setdefault(choice["candidate"], choice["accuracy"])
        yield int(np.argmax([accuracies.get(recipe.name, 0.0) for recipe in RECIPES]))


def _spread_of_partition(partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[int, EncodedSums]]]:
    """The sum of the rows that count, their number as mass, and the sum of their squared lengths as objective."""
    total: Sums | None = None
    for block in blocks:
        kept = block if block.weights is None else block.selected(np.flatnonzero(block.weights > 0))
        values = kept.rows.values.astype(np.float64)
        summed = np.asarray(kept.rows.matrix().sum(axis=0, dtype=np.float64)).reshape(1, -1)
        sums = Sums(summed, np.array([float(kept.rows.shape[0])]), float((values * values).sum()))
        total = sums if total is None else total.plus(sums)
    if total is not None:
        yield 0, (partition, doubles(total))


class _CountingTask:
    """Counts what feature rates are made of; travels to the executors.

    A row for each class, of how many of its documents have each feature, and its number of documents as mass; in the last row for
    each feature the sum of its squared values in documents of length 1.
    """

    def __init__(self, held_out: Draw, classes: np.ndarray, is_text: bool) -> None:
        self.held_out, self.classes, self.is_text = held_out, classes, is_text

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[int, EncodedSums]]]:
        total: Sums | None = None
        for number, block in enumerate(in_layout(blocks, True)):
            weights = block.weights_without(self.held_out.mask(block, (partition, number)))
            kept = np.ones(block.rows.shape[0], dtype=bool) if weights is None else weights > 0
            counted = self._counted(block.selected(np.flatnonzero(kept)))
            total = counted if total is None else total.plus(counted)
        if total is not None:
            yield 0, (partition, encoded(total, "float64"))

    def _counted(self, block: Block) -> Sums:
        matrix = block.rows.matrix().astype(np.float64)
        matrix.eliminate_zeros()
        squares = matrix.multiply(matrix).tocsr()
        lengths = np.asarray(squares.sum(axis=1)).ravel()
        inverse = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        matrix.data[:] = 1
        places = positions(block.labels.classes, self.classes, self.is_text)[block.labels.codes]
        rows = np.arange(len(places))
        of_class = sparse.csr_array((np.ones(len(places)), (places, rows)), shape=(len(self.classes), len(places)))
        table = sparse.vstack([of_class @ matrix, sparse.csr_array(inverse[None, :]) @ squares], format="csr")
        masses = np.append(np.bincount(places, minlength=len(self.classes)), 0).astype(np.float64)
        return Sums(sparse.csr_array(table).sorted_indices(), masses, 0.0)


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


# --- what travels


class Change(NamedTuple):
    """What is added to weights, as it travels: two bytes a value, and the two or so that its column takes.

    Attributes
    ----------
    scale : float
        What the values are to be multiplied by.
    sums : EncodedSums
        Changes of the weights as vectors and of the biases as masses; the objective is the documents' loss.
    """

    scale: float
    sums: EncodedSums


#: What the largest value is scaled to, nearly: float16 has 15 powers of two above 1, and 24 below it.
_LARGEST = 14


def packed(sums: Sums) -> Change:
    """Changes to be sent. What is 2^-38 of the largest vanishes; the rest keeps eleven bits, which steps have no use for."""
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


def _itself(key: int) -> int:
    return key


# --- the last word


class _JudgingTask:
    """Calibrates a model on the held-out documents; travels to an executor."""

    def __init__(self, model: Any, threads: int) -> None:
        self.model, self.threads = model, threads

    def __call__(self, sample: Iterable[HeldOut]) -> Iterator[tuple[bytes, Judgement]]:
        for held_out in sample:
            block = held_out.block
            model = native.Model.from_bytes(self.model.value, self.threads)
            result, accuracy, plain = calibrated(model, block.rows, block.labels, block.weights, self.threads)
            yield result.to_bytes(), Judgement(block.rows.shape[0], accuracy, plain)

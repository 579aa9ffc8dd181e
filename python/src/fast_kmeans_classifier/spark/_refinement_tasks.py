"""What executors do in refinement: they take part in rounds, count, try the recipes and judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from .. import _native as native
from .._distributed import Refiner, calibrated
from ._blocks import Block, in_layout, positions
from ._dealing import HeldOut, Piece, assembled
from ._sampling import Draw, Sample, gathered
from ._sums import EncodedSums, Sums, decoded, doubles, encoded, summed


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


class RoundTask:
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


class AssemblingTask:
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


class TryingTask:
    """Tries the recipes on a sample, as a local fit does; gives the number of the better one."""

    def __init__(self, options: str, wants_sparse: bool) -> None:
        self.options, self.wants_sparse = options, wants_sparse

    def __call__(self, sample: Sample) -> Iterator[int]:
        block = gathered(sample, self.wants_sparse)
        if block is None or len(block.labels.classes) < 2:
            return
        classifier = native.Classifier.new(self.options)
        classifier.fit(block.rows, block.labels, block.weights, None)
        accuracies: dict[str, float] = {}
        for choice in classifier.choices():
            if choice["subject"] == "recipe":
                accuracies.setdefault(choice["candidate"], choice["accuracy"])
        yield int(np.argmax([accuracies.get(recipe.name, 0.0) for recipe in RECIPES]))


def spread_of_partition(partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[int, EncodedSums]]]:
    """The sum of the rows that count, their number as mass, and the sum of their squared lengths as objective."""

    def sums(block: Block) -> Sums:
        kept = block if block.weights is None else block.selected(np.flatnonzero(block.weights > 0))
        values = kept.rows.values.astype(np.float64)
        vector = np.asarray(kept.rows.matrix().sum(axis=0, dtype=np.float64)).reshape(1, -1)
        return Sums(vector, np.array([float(kept.rows.shape[0])]), float((values * values).sum()))

    total = summed(map(sums, blocks))
    if total is not None:
        yield 0, (partition, doubles(total))


class CountingTask:
    """Counts what feature rates are made of; travels to the executors.

    A row for each class, of how many of its documents have each feature, and its number of documents as mass; in the last row for
    each feature the sum of its squared values in documents of length 1.
    """

    def __init__(self, held_out: Draw, classes: np.ndarray, is_text: bool) -> None:
        self.held_out, self.classes, self.is_text = held_out, classes, is_text

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, tuple[int, EncodedSums]]]:
        total = summed(self._counted(block, (partition, number)) for number, block in enumerate(in_layout(blocks, True)))
        if total is not None:
            yield 0, (partition, doubles(total))

    def _counted(self, block: Block, place: tuple[int, int]) -> Sums:
        weights = block.weights_without(self.held_out.mask(block, place))
        kept = np.ones(block.rows.shape[0], dtype=bool) if weights is None else weights > 0
        block = block.selected(np.flatnonzero(kept))
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


class JudgingTask:
    """Calibrates a model on the held-out documents; travels to an executor."""

    def __init__(self, model: Any, threads: int) -> None:
        self.model, self.threads = model, threads

    def __call__(self, sample: Iterable[HeldOut]) -> Iterator[tuple[bytes, Judgement]]:
        for held_out in sample:
            block = held_out.block
            model = native.Model.from_bytes(self.model.value, self.threads)
            result, accuracy, plain = calibrated(model, block.rows, block.labels, block.weights, self.threads)
            yield result.to_bytes(), Judgement(block.rows.shape[0], accuracy, plain)


# --- moves as they travel


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

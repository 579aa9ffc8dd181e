"""The driver's side of k-means: epochs until nothing moves, class by class as in a local training."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from .. import _library as library
from .. import _native as native
from .._distributed import epoch_sums, next_model, seeded
from .._input import Rows, rows_of
from .._labels import CodedLabels
from ._blocks import Block, in_layout, joined_rows, squared_lengths
from ._merging import groups_to_merge, merged
from ._rows import TrainingRows
from ._sampling import Draw
from ._sums import SLICE_BYTES, EpochTask, Sums, distributed_sums

#: Rows nearer than this to their prototype lie on it.
NEAREST = 1e-6


class Outcome(NamedTuple):
    """What the epochs came to."""

    model: native.Model
    #: The most that any class took.
    epochs: int
    merged_count: int
    pruned_count: int
    reseeded_count: int


class Epochs:
    """k-means over the partitions' rows.

    A class stops when it would stop in a local training: when its assignment no longer changes (hard), or no prototype of it
    moved further than `tol`. Its rows then cost nothing more, and it sends nothing more.

    Parameters
    ----------
    rows : TrainingRows
    options : dict
        The library's options, `soft` as it is wanted here.
    threads : int
        Of a task.
    held_out : Draw or None
        Documents that do not count.
    broadcast : callable
        Takes bytes and what they are for; returns a context manager that has the bytes at the executors.
    """

    def __init__(
        self, rows: TrainingRows, options: dict[str, Any], threads: int, held_out: Draw | None,
        broadcast: Callable[[bytes, str], Any],
    ) -> None:
        self._rows = rows
        self._options = options
        self._threads = threads
        self._held_out = held_out
        self._broadcast = broadcast
        self._epochs = 0
        self._merged = self._pruned = self._reseeded = 0

    def run(self, model: native.Model) -> Outcome:
        """Epochs from a model's prototypes on."""
        active = np.ones(model.info.class_count, dtype=bool)
        sums: Sums | None = None
        while self._epochs < self._options["max_iters"]:
            model, sums = self._until_settled(model, active, sums)
            classes = model.prototype_classes()
            groups = groups_to_merge(model.prototypes(library.CENTERS), classes, np.flatnonzero(active), self._options)
            if not groups:
                break
            # Classes that merged move on from where the merged prototypes lie, until nothing merges.
            self._merged += sum(len(group) - 1 for group in groups)
            active = np.isin(np.arange(len(active)), classes[[group[0] for group in groups]])
            sums = Sums(*merged(sums.vectors, sums.masses, groups), sums.objective)
            gone = [member for group in groups for member in group[1:]]
            model, sums = self._with_prototypes(model, sums, np.setdiff1d(np.arange(len(classes)), gone))
        if sums is not None:
            model = next_model(model, sums.vectors, sums.masses, is_last=True)
        return Outcome(model, self._epochs, self._merged, self._pruned, self._reseeded)

    def _until_settled(
        self, model: native.Model, wanted: np.ndarray, kept: Sums | None
    ) -> tuple[native.Model, Sums]:
        """Trains some classes until they stop, then drops dead prototypes.

        `kept` are the sums of the classes that are not wanted. What is returned are the sums of the model that results.
        """
        settled = ~wanted
        before: Sums | None = None
        while True:
            self._epochs += 1
            fresh = self._sums(model, settled)
            sums = _with(fresh, kept, ~settled[model.prototype_classes()])
            replacements = self._replacements(model, sums, settled)
            moved = next_model(model, sums.vectors, sums.masses, replacements)
            stops = self._stopping(model, moved, sums, before, replacements) & ~settled
            settled = settled | stops
            if settled.all() or self._epochs >= self._options["max_iters"]:
                return self._finished(model, sums)
            kept = before = sums
            model = moved

    def _stopping(
        self, model: native.Model, moved: native.Model, sums: Sums, before: Sums | None, replacements: Any
    ) -> np.ndarray:
        """The classes that are where they stay."""
        classes, count = model.prototype_classes(), model.info.class_count
        shifts = _shifts(model.prototypes(library.CENTERS), moved.prototypes(library.CENTERS))
        has_mass = sums.masses > 0
        shift = np.zeros(count)
        np.maximum.at(shift, classes[has_mass], shifts[has_mass])
        stops: np.ndarray = shift < self._options["tol"]
        if before is not None and not self._options["soft"]:
            same = np.ones(count, dtype=bool)
            same[classes[_differ(sums, before)]] = False
            stops = stops | same
        if replacements is not None:
            stops[classes[replacements[1]]] = False
        # One prototype takes all rows: its sum is the answer.
        return stops | (np.bincount(classes, minlength=count) <= 1)

    def _finished(self, model: native.Model, sums: Sums) -> tuple[native.Model, Sums]:
        """The prototypes of the last sums, without dead ones.

        Rows of those that are dropped move to the others, which can take a round or two.
        """
        while True:
            classes = model.prototype_classes()
            keeps = _kept(sums.masses, classes, self._options["min_weight"])
            dropped = np.setdiff1d(np.arange(len(classes)), keeps)
            if len(dropped) == 0:
                return next_model(model, sums.vectors, sums.masses), sums
            self._pruned += len(dropped)
            lost = np.isin(np.arange(model.info.class_count), classes[dropped])
            model, remaining = self._with_prototypes(model, sums, keeps)
            sums = _with(self._sums(model, ~lost), remaining, lost[model.prototype_classes()])

    def _with_prototypes(self, model: native.Model, sums: Sums, keeps: np.ndarray) -> tuple[native.Model, Sums]:
        """A model with some of a model's prototypes, where their sums put them; and those sums."""
        kept = sums.at(keeps)
        centers = rows_of(model.prototypes(library.CENTERS)[keeps])
        labels = CodedLabels(self._rows.classes, model.prototype_classes()[keeps], self._rows.is_text)
        smaller = seeded(json.dumps(self._options), (centers, labels), centers, labels, None)
        return next_model(smaller, kept.vectors, kept.masses), kept

    # --- jobs

    def _sums(self, model: native.Model, settled: np.ndarray) -> Sums:
        data = model.to_bytes()
        with self._broadcast(data, f"k-means, epoch {self._epochs}") as sent:
            return distributed_sums(self._rows.blocks, self._task(sent, len(data), settled))

    def _task(self, sent: Any, byte_count: int, settled: np.ndarray) -> EpochTask:
        slice_count = max(1, min(self._rows.partition_count, byte_count // SLICE_BYTES))
        return EpochTask(
            sent, self._rows.is_sparse, self._threads, slice_count,
            "float64" if self._options["dtype"] == "float64" else "float32",
            frozenset(self._rows.classes[settled].tolist()), self._held_out,
        )

    def _replacements(self, model: native.Model, sums: Sums, settled: np.ndarray) -> tuple[Rows, np.ndarray] | None:
        """A prototype that no row chose starts again from the row of its class that is served worst."""
        classes = model.prototype_classes()
        empty = np.flatnonzero((sums.masses <= 0) & ~settled[classes])
        has_documents = np.zeros(model.info.class_count)
        np.add.at(has_documents, classes, sums.masses)
        empty = empty[has_documents[classes[empty]] > 0]
        if len(empty) == 0:
            return None
        affected = np.zeros(model.info.class_count, dtype=bool)
        affected[classes[empty]] = True
        candidates = self._farthest(model, ~affected)
        chosen, places = [], []
        for prototype in empty.tolist():
            of_class = candidates.get(int(classes[prototype]), [])
            if of_class:
                chosen.append(of_class.pop(0)[2])
                places.append(prototype)
        self._reseeded += len(places)
        return (joined_rows(chosen), np.array(places, dtype=np.int32)) if places else None

    def _farthest(self, model: native.Model, settled: np.ndarray) -> dict[int, list[tuple[float, Any, Rows]]]:
        """For each class that is not settled its rows that are served worst, worst first, earlier ones first."""
        data = model.to_bytes()
        with self._broadcast(data, f"documents that epoch {self._epochs} serves worst") as sent:
            task = self._task(sent, len(data), settled)
            found = self._rows.blocks.mapPartitionsWithIndex(_FarthestTask(task)).collect()
        by_class: dict[int, list[tuple[float, Any, Rows]]] = {}
        for index, distance, place, row in found:
            by_class.setdefault(index, []).append((-distance, place, row))
        for of_class in by_class.values():
            of_class.sort(key=lambda item: item[:2])
        return by_class


class _FarthestTask:
    """Finds the rows of a partition that are served worst; travels to the executors."""

    def __init__(self, task: EpochTask) -> None:
        self.task = task

    def __call__(self, partition: int, blocks: Iterable[Block]) -> Iterator[tuple[int, float, Any, Rows]]:
        task = self.task
        model = native.Model.from_bytes(task.model.value, task.threads)
        classes = model.prototype_classes()
        for number, block in enumerate(in_layout(blocks, task.is_sparse)):
            weights = task.weights(block, (partition, number))
            found = epoch_sums(model, block.rows, block.labels, weights, task.threads)
            usable = (found.farthest_rows >= 0) & (found.farthest_distances > NEAREST)
            for prototype in np.flatnonzero(usable):
                row = int(found.farthest_rows[prototype])
                yield (
                    int(classes[prototype]), float(found.farthest_distances[prototype]), (partition, number, row),
                    block.rows[row : row + 1],
                )


# --- sums and prototypes


def _with(fresh: Sums, kept: Sums | None, is_fresh: np.ndarray) -> Sums:
    """Fresh sums of some prototypes, those kept of the others."""
    if kept is None or is_fresh.all():
        return fresh
    masses = np.where(is_fresh, fresh.masses, kept.masses)
    if isinstance(fresh.vectors, np.ndarray):
        return Sums(np.where(is_fresh[:, None], fresh.vectors, kept.vectors), masses, fresh.objective)
    # The fresh rows of the others are empty.
    return Sums(fresh.vectors + _only(kept.vectors, ~is_fresh), masses, fresh.objective)


def _only(vectors: Any, wanted: np.ndarray) -> Any:
    """The same compressed rows, those that are not wanted empty."""
    lengths = np.diff(vectors.indptr)
    kept = np.repeat(wanted, lengths)
    offsets = np.concatenate([[0], np.cumsum(np.where(wanted, lengths, 0))])
    return sparse.csr_array((vectors.data[kept], vectors.indices[kept], offsets), shape=vectors.shape)


def _kept(masses: np.ndarray, classes: np.ndarray, least: float) -> np.ndarray:
    """The prototypes that stay when dead ones are dropped: a class keeps its heaviest."""
    keeps = masses > least
    for index in np.setdiff1d(classes, classes[keeps]):
        members = np.flatnonzero(classes == index)
        keeps[members[np.argmax(masses[members])]] = True
    return np.flatnonzero(keeps)


def _differ(one: Sums, other: Sums) -> np.ndarray:
    """The prototypes whose sums are not the same bits."""
    if isinstance(one.vectors, np.ndarray):
        differ = (one.vectors != other.vectors).any(axis=1)
    else:
        differ = np.zeros(len(one.masses), dtype=bool)
        differ[np.unique((one.vectors != other.vectors).nonzero()[0])] = True
    return np.flatnonzero(differ | (one.masses != other.masses))


def _shifts(before: Any, after: Any) -> np.ndarray:
    """How far each prototype moved."""
    moved = after.astype(np.float64) - before.astype(np.float64)
    shifts: np.ndarray = np.sqrt(squared_lengths(moved))
    return shifts



"""The training rows as executors keep them, and what the driver knows of them."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from pyspark import StorageLevel

from .. import _library as library
from .._errors import InvalidParameterError
from ._blocks import Block, is_sparse, positions, union
from ._packing import PACKED_SCHEMA, Names, Problem, packed
from ._sampling import Draw, Place, quotas


class BlockSummary(NamedTuple):
    """What the driver gets of a block."""

    place: Place
    feature_count: int
    is_sparse: bool
    is_text: bool
    #: The labels, and how many documents with a weight above 0 each has.
    labels: np.ndarray
    counts: np.ndarray
    #: The summed weight of the documents.
    weight: float


def _summary(place: Place, block: Block) -> BlockSummary:
    codes, weights = block.labels.codes, block.weights
    counted = codes if weights is None else codes[weights > 0]
    return BlockSummary(
        place, block.rows.shape[1], is_sparse(block.rows), block.labels.is_text, block.labels.classes,
        np.bincount(counted, minlength=len(block.labels.classes)),
        float(len(codes) if weights is None else weights.sum()),
    )


def _summaries(partition: int, blocks: Iterable[Block | Problem]) -> Iterator[BlockSummary | Problem]:
    for number, block in enumerate(blocks):
        yield block if isinstance(block, Problem) else _summary((partition, number), block)


class TrainingRows:
    """Blocks in Spark's cache, a few a partition, and their summaries.

    Attributes
    ----------
    blocks : RDD of Block
    classes : ndarray
        The labels that occur with a weight above 0, sorted.
    is_text, is_sparse : bool
    feature_count : int
    counts : ndarray of int64, blocks x classes
        Documents that count.
    """

    def __init__(self, frame: Any, names: Names) -> None:
        self._names = names
        self.blocks = frame.mapInArrow(packed(names), PACKED_SCHEMA).rdd.map(_unpacked)
        # Serialised by Python already; what does not fit into memory goes to the executor's disk.
        self.blocks.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            self._look(self.blocks.mapPartitionsWithIndex(_summaries).collect())
        except BaseException:
            self.unpersist()
            raise

    def unpersist(self) -> None:
        """Frees the executors' memory."""
        self.blocks.unpersist()

    @property
    def partition_count(self) -> int:
        """Partitions, empty ones too."""
        return int(self.blocks.getNumPartitions())

    @property
    def mean_weight(self) -> float:
        """The weight of a document that counts, on average."""
        return sum(summary.weight for summary in self._summaries) / max(1, int(self.counts.sum()))

    @property
    def class_counts(self) -> np.ndarray:
        """Documents of each class."""
        totals: np.ndarray = self.counts.sum(axis=0)
        return totals

    def draw(self, seed: int, purpose: int, wanted: np.ndarray, without: np.ndarray | None = None) -> Draw:
        """A draw of `wanted[c]` documents of each class c; `without`: how many of each block are drawn already."""
        counts = self.counts if without is None else self.counts - without
        return self.draw_of(seed, purpose, quotas(counts, wanted))

    def draw_of(self, seed: int, purpose: int, by_block: np.ndarray) -> Draw:
        """A draw of some documents of each class from each block."""
        return Draw(
            seed, purpose,
            {
                summary.place: np.where(known >= 0, row[known], 0)
                for summary, known, row in zip(self._summaries, self._positions, by_block)
            },
        )

    def _look(self, found: list[BlockSummary | Problem]) -> None:
        problems = [item for item in found if isinstance(item, Problem)]
        if problems:
            first = min(problems, key=lambda problem: (problem.partition, problem.row))
            raise bad_data(f"{first.text}; it is row {first.row} of partition {first.partition}", first.kind, first.row)
        summaries = sorted((item for item in found if isinstance(item, BlockSummary)), key=lambda item: item.place)
        if not summaries:
            raise bad_data("the frame has no rows; there is nothing to learn from", "no_rows")
        self._summaries = summaries
        self._check_features()
        self.is_text = summaries[0].is_text
        self.is_sparse = any(summary.is_sparse for summary in summaries)
        self.feature_count = summaries[0].feature_count
        self.classes = union([summary.labels[summary.counts > 0] for summary in summaries], self.is_text)
        self._check_classes()
        self._count()

    def _check_features(self) -> None:
        first = self._summaries[0]
        for summary in self._summaries:
            if summary.feature_count != first.feature_count:
                raise bad_data(
                    f"column {self._names.features!r} has vectors of {summary.feature_count} features in partition "
                    f"{summary.place[0]} and of {first.feature_count} in partition {first.place[0]}", "feature_count",
                )

    def _check_classes(self) -> None:
        if len(self.classes) == 0:
            raise bad_data(f"no row has a weight above 0 in column {self._names.weight!r}", "no_weight")
        if len(self.classes) < 2:
            raise bad_data(
                f"FastKMeansClassifier needs at least two classes, and column {self._names.label!r} has one class only: "
                f"{self.classes.tolist()}", "one_class",
            )

    def _count(self) -> None:
        known = set(self.classes.tolist())
        self.counts = np.zeros((len(self._summaries), len(self.classes)), dtype=np.int64)
        #: For each block the class index of each of its labels; -1 for one that does not count.
        self._positions = []
        for number, summary in enumerate(self._summaries):
            places = np.full(len(summary.labels), -1, dtype=np.int64)
            is_known = np.array([label in known for label in summary.labels.tolist()], dtype=bool)
            places[is_known] = positions(summary.labels[is_known], self.classes, self.is_text)
            self._positions.append(places)
            self.counts[number, places[is_known]] = summary.counts[is_known]


def task_threads(session: Any, wanted: int) -> int:
    """Threads of a task: those asked for, or as many processors as Spark counts for it.

    Raises
    ------
    InvalidParameterError
        Neither -1 nor at least 1.
    """
    if wanted == -1:
        return int(session.sparkContext.getConf().get("spark.task.cpus", "1"))
    if wanted < 1:
        raise InvalidParameterError("nThreads", wanted, "-1 (as many as `spark.task.cpus`), or from 1")
    return wanted


def _unpacked(row: Any) -> Block | Problem:
    block: Block | Problem = pickle.loads(row[0])
    return block


def bad_data(text: str, kind: str, row: int | None = None) -> library.BadDataError:
    """The error for rows that cannot be used."""
    return library.BadDataError(text, status=library.BAD_DATA, kind=kind, row=row)

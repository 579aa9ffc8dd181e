"""The first prototypes: chosen by one task among a sample of documents, which never comes near the driver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

from .. import _native as native
from .._distributed import seeded
from ._blocks import Block, positions, squared_lengths
from ._rows import TrainingRows
from ._sampling import SEEDING, Draw, Sample, by_one_task, gathered

#: The rule that says how many prototypes a class pays for asks for at most this many documents a prototype.
DOCUMENTS_PER_PROTOTYPE = 100

#: No more documents are sampled in all.
SAMPLE_LIMIT = 200_000

#: The most prototypes a class gets where `kInit` is 'auto'.
AUTOMATIC_LIMIT = 5


def first_model(
    rows: TrainingRows, options: dict[str, Any], initial: Any, held_out: Draw | None, held_out_counts: np.ndarray | None
) -> native.Model:
    """A model with the first prototypes of every class.

    While the sample holds all documents, they are the ones that a local training chooses from.

    Parameters
    ----------
    options : dict
        The library's options.
    initial : (Rows, CodedLabels) or None
        Prototypes to start from; classes without one are seeded.
    held_out, held_out_counts : Draw and ndarray, blocks x classes, or None
        Documents that are left out.
    """
    limits = prototype_limits(options, rows)
    available = rows.class_counts - (0 if held_out_counts is None else held_out_counts.sum(axis=0))
    wanted = sample_sizes(available, limits)
    draw = rows.draw(int(options["random_state"]), SEEDING, wanted, held_out_counts)
    is_by_rule = options["refine"] != 0 or options["k_init"] == "auto"
    # A sample that was cut short looks like a smaller class; the rule has to know how large it is.
    is_cut = bool((wanted < np.minimum(available, DOCUMENTS_PER_PROTOTYPE * limits)).any())
    sizes = available if is_by_rule and is_cut else None
    task = _SeedingTask(options, initial, rows.is_sparse, rows.is_text, rows.classes, limits, sizes)
    (model,) = by_one_task(rows.blocks, draw, held_out, task)
    return native.Model.from_bytes(model, -1)


class _SeedingTask:
    """Makes a model of the sample; travels to an executor."""

    def __init__(
        self, options: dict[str, Any], initial: Any, wants_sparse: bool, is_text: bool, classes: np.ndarray,
        limits: np.ndarray, sizes: np.ndarray | None,
    ) -> None:
        self.options = options
        self.initial = initial
        self.wants_sparse = wants_sparse
        self.is_text = is_text
        self.classes = classes
        self.limits = limits
        self.sizes = sizes

    def __call__(self, sample: Sample) -> Iterator[bytes]:
        block = gathered(sample, self.wants_sparse)
        assert block is not None
        options = dict(self.options)
        if self.sizes is not None:
            counts = self._counts(block)
            options["k_list"] = [[label, int(count)] for label, count in zip(self.classes.tolist(), counts)]
        yield seeded(json.dumps(options), self.initial, block.rows, block.labels, block.weights).to_bytes()

    def _counts(self, block: Block) -> np.ndarray:
        """Prototypes that each class pays for: its size, and how alike its sampled documents are."""
        assert self.sizes is not None
        fixed = labels_with_counts(self.options, self.classes)
        places = positions(block.labels.classes, self.classes, self.is_text)[block.labels.codes]
        similarities = mean_similarities(block, places, len(self.classes))
        needed = np.minimum(100, 20 + 6 * (1 / np.clip(similarities, 1e-3, 1) - 1))
        paid = np.clip((self.sizes / needed).astype(np.int64), 1, self.limits)
        paid[self.sizes <= 20] = 1
        return np.where(fixed, self.limits, paid)


def mean_similarities(block: Block, places: np.ndarray, class_count: int) -> np.ndarray:
    """The mean cosine of two different documents of each class."""
    matrix = block.rows.matrix()
    lengths = np.sqrt(squared_lengths(matrix))
    scales = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    sums = sparse.csr_array((scales, (places, np.arange(len(places)))), shape=(class_count, len(places))) @ matrix
    counts = np.bincount(places, minlength=class_count).astype(np.float64)
    pairs = counts * (counts - 1)
    different = squared_lengths(sums) - counts
    similarities: np.ndarray = np.divide(different, pairs, out=np.zeros(class_count), where=pairs > 0)
    return similarities


def prototype_limits(options: dict[str, Any], rows: TrainingRows) -> np.ndarray:
    """The most prototypes that each class may get."""
    default = AUTOMATIC_LIMIT if options["k_init"] == "auto" else int(options["k_init"])
    limits = np.full(len(rows.classes), default, dtype=np.int64)
    k_list = options["k_list"] or []
    by_label = dict(map(tuple, k_list)) if k_list and isinstance(k_list[0], list) else None
    for position, label in enumerate(rows.classes.tolist()):
        if by_label is not None:
            limits[position] = by_label.get(label, default)
        elif position < len(k_list):
            limits[position] = k_list[position]
    return limits


def labels_with_counts(options: dict[str, Any], classes: np.ndarray) -> np.ndarray:
    """Classes whose number of prototypes was asked for."""
    k_list = options["k_list"] or []
    if k_list and not isinstance(k_list[0], list):
        return np.ones(len(classes), dtype=bool)
    asked = {label for label, _ in k_list}
    return np.array([label in asked for label in classes.tolist()], dtype=bool)


def sample_sizes(available: np.ndarray, limits: np.ndarray, sample_limit: int = SAMPLE_LIMIT) -> np.ndarray:
    """How many documents of each class are sampled: enough for its prototypes, large classes cut first."""
    wanted = np.minimum(available, DOCUMENTS_PER_PROTOTYPE * limits)
    if wanted.sum() <= sample_limit:
        return wanted
    low, high = 1, int(wanted.max())
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(wanted, middle).sum() <= sample_limit else (low, middle - 1)
    return np.minimum(wanted, low)

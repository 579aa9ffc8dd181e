"""Probabilities of k-means prototypes: fitted by one task to some documents, which it takes out of the prototypes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .. import _native as native
from .._distributed import calibrated
from ._blocks import Block, in_layout, joined
from ._refinement import Broadcast, SamplingTask, held_out_sizes
from ._rows import TrainingRows
from ._sampling import HOLDING_OUT


def calibrated_prototypes(
    model: native.Model, rows: TrainingRows, seed: int, threads: int, broadcast: Broadcast
) -> native.Model:
    """The model with probabilities; as it is where no class has a second document."""
    draw = rows.draw(seed, HOLDING_OUT, held_out_sizes(rows.class_counts))
    sample = rows.blocks.mapPartitionsWithIndex(SamplingTask(draw, None)).partitionBy(1).values()
    with broadcast(model.to_bytes(), "calibration") as sent:
        found = sample.mapPartitions(_CalibratingTask(sent, rows.is_sparse, threads)).collect()
    return native.Model.from_bytes(found[0], -1) if found else model


class _CalibratingTask:
    """Calibrates a model on a sample of its documents; travels to an executor."""

    def __init__(self, model: Any, wants_sparse: bool, threads: int) -> None:
        self.model, self.wants_sparse, self.threads = model, wants_sparse, threads

    def __call__(self, sample: Iterable[tuple[tuple[int, int], Block]]) -> Iterator[bytes]:
        ordered = [block for _, block in sorted(sample, key=lambda item: item[0])]
        if ordered:
            block = joined(list(in_layout(ordered, self.wants_sparse)))
            model = native.Model.from_bytes(self.model.value, self.threads)
            yield calibrated(model, block.rows, block.labels, block.weights, self.threads)[0].to_bytes()

"""Probabilities of k-means prototypes: fitted by one task to some documents, which it takes out of the prototypes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import _native as native
from .._distributed import calibrated
from ._refinement import Broadcast, held_out_sizes
from ._rows import TrainingRows
from ._sampling import HOLDING_OUT, Sample, by_one_task, gathered


def calibrated_prototypes(
    model: native.Model, rows: TrainingRows, seed: int, threads: int, broadcast: Broadcast
) -> native.Model:
    """The model with probabilities; as it is where no class has a second document."""
    draw = rows.draw(seed, HOLDING_OUT, held_out_sizes(rows.class_counts))
    with broadcast(model.to_bytes(), "calibration") as sent:
        found = by_one_task(rows.blocks, draw, None, _CalibratingTask(sent, rows.is_sparse, threads))
    return native.Model.from_bytes(found[0], -1) if found else model


class _CalibratingTask:
    """Calibrates a model on a sample of its documents; travels to an executor."""

    def __init__(self, model: Any, wants_sparse: bool, threads: int) -> None:
        self.model, self.wants_sparse, self.threads = model, wants_sparse, threads

    def __call__(self, sample: Sample) -> Iterator[bytes]:
        block = gathered(sample, self.wants_sparse)
        if block is not None:
            model = native.Model.from_bytes(self.model.value, self.threads)
            yield calibrated(model, block.rows, block.labels, block.weights, self.threads)[0].to_bytes()

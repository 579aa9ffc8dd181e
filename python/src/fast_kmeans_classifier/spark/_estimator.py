"""The estimator: what happens on the driver while executors train."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyspark import keyword_only
from pyspark.ml.base import Estimator
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable

from .. import _library as library
from .. import _native as native
from .._distributed import with_options
from .._errors import InvalidParameterError
from ._calibration import calibrated_prototypes
from ._columns import training_frame
from ._fitted import is_classic, job_description
from ._kmeans import Epochs, Outcome
from ._model import FastKMeansClassificationModel
from ._params import TrainingParams, set_by_name
from ._refinement import Refinement, held_out_sizes
from ._refinement_tasks import Judgement
from ._rows import TrainingRows, task_threads
from ._sampling import HOLDING_OUT, quotas
from ._seeding import first_model

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Self

#: A refinement whose dense weights take more bytes than this is left out, as in a local training.
REFINEMENT_BYTE_LIMIT = 4 << 30


class FastKMeansClassifier(
    Estimator["FastKMeansClassificationModel"], TrainingParams, DefaultParamsReadable["FastKMeansClassifier"],
    DefaultParamsWritable,
):
    """A classifier with several prototypes per class, trained where the data is.

    Executors keep their rows and send sums of them; the driver sees sums and prototypes. With `refine=0` the prototypes
    are those of a local training from the same start, within rounding. Refinement goes as a local one does, in batches whose
    documents lie on all executors; see docs/spark.md.

    Parameters
    ----------
    featuresCol : str, default "features"
        Vectors of `pyspark.ml.linalg`, sparse, dense or mixed, or arrays of numbers.
    labelCol : str, default "label"
        Whole numbers (of any type, as `StringIndexer` gives them), truth values or texts.
    weightCol : str, default None
        How much each document counts, 0 to 1e12; a weight of 0 is as good as absent.
    predictionCol, probabilityCol, rawPredictionCol : str
        The columns that the model adds; an empty name turns one off, which is wise for probabilities of thousands of classes.
    kInit, kList, initMethod, distance, dtype, soft, softType, temperature, lambdaPenalty, mergeThreshold, relativeMerge, \
    percentileThreshold, minWeight, truncationThreshold, maxIter, tol, batchSize, seed, refine, decay
        As `k_init`, `k_list` and so on of `fast_kmeans_classifier.FastKMeansClassifier`; `maxIter` is `max_iters`, `seed` is
        `random_state`.
    nThreads : int, default -1
        Threads of a task; -1: as many as `spark.task.cpus`. They change no bit.
    numPartitions : int, default 0
        Deal the rows out anew into this many partitions; 0: as they come, at most one for each task that can run at a time.

    Examples
    --------
    >>> from fast_kmeans_classifier.spark import FastKMeansClassifier
    >>> model = FastKMeansClassifier(kInit=5).fit(frame)            # doctest: +SKIP
    >>> model.transform(frame).select("prediction", "probability")  # doctest: +SKIP
    """

    @keyword_only
    def __init__(self, **params: Any) -> None:
        super().__init__()
        self.setParams(**{name: value for name, value in params.items() if value is not None})

    @keyword_only
    def setParams(self, **params: Any) -> Self:
        """Sets parameters by name."""
        return set_by_name(self, params)

    def _fit(self, dataset: DataFrame) -> FastKMeansClassificationModel:
        options = self._library_options()
        _check_classic(dataset)
        session = dataset.sparkSession
        threads = task_threads(session, self.getNThreads())
        weight = self.getWeightCol() if self.isDefined(self.weightCol) else None
        frame, names = training_frame(dataset, self.getFeaturesCol(), self.getLabelCol(), weight)
        rows = self._cached_rows(frame, names)
        try:
            model, report = _Training(rows, options, self._initial(), threads, session.sparkContext).run()
        finally:
            rows.unpersist()
        return self._copyValues(FastKMeansClassificationModel(model.to_bytes(), report))

    def _cached_rows(self, frame: DataFrame, names: Any) -> TrainingRows:
        """The rows in the executors' memory."""
        if self.getNumPartitions() < 0:
            raise InvalidParameterError("numPartitions", self.getNumPartitions(), "0 (as they come), or from 1")
        if self.getNumPartitions() > 0:
            return TrainingRows(frame.repartition(self.getNumPartitions()), names)
        return TrainingRows(frame.coalesce(frame.sparkSession.sparkContext.defaultParallelism), names)


class _Training:
    """One training, from cached rows to a model."""

    def __init__(self, rows: TrainingRows, options: dict[str, Any], initial: Any, threads: int, context: Any) -> None:
        self.rows = rows
        self.options = options
        self.initial = initial
        self.threads = threads
        self.context = context

    def run(self) -> tuple[native.Model, dict[str, Any]]:
        """The model, and what happened."""
        refines = self.options["refine"] != 0
        # Shares blur the clusters that refinement starts from; a local training does the same.
        options = {**self.options, "soft": self.options["soft"] and not refines}
        held_out = held_out_counts = None
        if refines:
            held_out_counts = quotas(self.rows.counts, held_out_sizes(self.rows.class_counts))
            held_out = self.rows.draw_of(int(options["random_state"]), HOLDING_OUT, held_out_counts)
        first = first_model(self.rows, options, self.initial, held_out, held_out_counts)
        outcome = Epochs(self.rows, options, self.threads, held_out, self._broadcast).run(first)
        model, judgement, refinement = outcome.model, None, "off"
        if not refines:
            model = calibrated_prototypes(
                model, self.rows, int(options["random_state"]), self.threads, self._broadcast)
        if refines and _refinement_bytes(model) > REFINEMENT_BYTE_LIMIT:
            refinement = "skipped"
        elif held_out is not None and held_out_counts is not None:
            model, judgement = Refinement(
                self.rows, options, self.threads, held_out, held_out_counts, self.context, self._broadcast
            ).run(model)
            refinement = "done" if model.info.is_refined else "no better"
        return with_options(model, json.dumps(self.options)), _report(outcome, refinement, judgement, model)

    @contextmanager
    def _broadcast(self, data: Any, purpose: str) -> Iterator[Any]:
        """An object at the executors while some jobs run, which Spark's pages show under their purpose."""
        with job_description(self.context, f"FastKMeansClassifier: {purpose}"):
            sent = self.context.broadcast(data)
            try:
                yield sent
            finally:
                sent.destroy()


def _refinement_bytes(model: native.Model) -> int:
    if model.info.layout == library.SPARSE:
        # Sparse weights take what the documents need.
        return 0
    lanes = max(8, -(-model.info.prototype_count // 8) * 8)
    return int(4 * lanes * model.info.feature_count)


def _report(outcome: Outcome, refinement: str, judgement: Judgement | None, model: native.Model) -> dict[str, Any]:
    return {
        "epochs": outcome.epochs,
        "num_merged": outcome.merged_count,
        "pruned": outcome.pruned_count,
        "reassigned": outcome.reseeded_count,
        "active_centroids": int(model.info.prototype_count),
        "refinement": refinement,
        "held_out": judgement.held_out_count if judgement else 0,
        "held_out_accuracy": judgement.accuracy if judgement else None,
        "prototype_accuracy": judgement.prototype_accuracy if judgement else None,
    }


def _check_classic(dataset: Any) -> None:
    if not is_classic(dataset):
        raise TypeError(
            "training needs a classic Spark session, since sums and prototypes travel by RDDs and broadcasts; this frame "
            f"is of {type(dataset).__module__}"
        )

"""Parameters of the estimator, in Spark's style: the project's names in camel case, and Spark's own where Spark has one.

`max_iters` is `maxIter` and `random_state` is `seed`, as in every estimator of Spark; `distance` keeps its name, since its
Euclidean similarity is not Spark's `distanceMeasure`. `mode`, `device` and `warm_start` are left out: training in parts is
defined for the default mode, on processors, from a start of its own.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from pyspark.ml.linalg import DenseVector, Vector
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import (
    HasFeaturesCol,
    HasLabelCol,
    HasMaxIter,
    HasPredictionCol,
    HasProbabilityCol,
    HasRawPredictionCol,
    HasSeed,
    HasTol,
    HasWeightCol,
)
from scipy import sparse

from .. import _native as native
from .._errors import InvalidParameterError
from .._input import DenseRows, Rows, SparseRows, rows_of
from .._labels import CodedLabels, coded_labels
from .._parameters import _k_list as checked_k_list
from .._parameters import _whole_or_auto as checked_whole_or_auto
from .._parameters import is_explicit, library_options

#: The library's name of each parameter.
LIBRARY_NAMES = {
    "maxIter": "max_iters",
    "tol": "tol",
    "seed": "random_state",
    "kInit": "k_init",
    "kList": "k_list",
    "initMethod": "init_method",
    "distance": "distance",
    "dtype": "dtype",
    "soft": "soft",
    "softType": "soft_type",
    "temperature": "temperature",
    "lambdaPenalty": "lambda_penalty",
    "mergeThreshold": "merge_threshold",
    "relativeMerge": "relative_merge",
    "percentileThreshold": "percentile_threshold",
    "minWeight": "min_weight",
    "truncationThreshold": "truncation_threshold",
    "batchSize": "batch_size",
    "nThreads": "n_threads",
    "refine": "refine",
    "decay": "decay",
}

#: What the library has and Spark does not.
FIXED = {"device": "cpu", "warm_start": False, "mode": "default"}


def _whole_or_auto(value: Any) -> int | str:
    try:
        return checked_whole_or_auto("the value", value)
    except InvalidParameterError as error:
        raise TypeError(str(error)) from None


def _float_or_none(value: Any) -> float | None:
    return None if value is None else TypeConverters.toFloat(value)


def _k_list(value: Any) -> Any:
    """A list of numbers, or of pairs of label and number: what JSON can keep."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, (list, tuple)) for item in value):
        if not all(len(item) == 2 for item in value):
            raise TypeError("pairs of label and number are needed")
        value = dict(map(tuple, value))
    try:
        return checked_k_list("the value", value)
    except InvalidParameterError as error:
        raise TypeError(str(error)) from None


def _init_method(value: Any) -> Any:
    """A text, or explicit prototypes as lists that JSON can keep."""
    if isinstance(value, (str, dict)):
        return value
    if not is_explicit(value):
        raise TypeError("'kmeans++', 'random', or a pair (prototypes, labels) is needed")
    try:
        rows = rows_of(_matrix(value[0]))
        labels = coded_labels(value[1], None, rows.shape[0])
    except ValueError as error:
        raise TypeError(str(error)) from None
    kept: dict[str, Any] = {
        "shape": list(rows.shape), "values": rows.values.ravel().tolist(),
        "labels": labels.classes[labels.codes].tolist(),
    }
    if isinstance(rows, SparseRows):
        kept |= {"offsets": rows.offsets.tolist(), "columns": rows.columns.tolist()}
    return kept


def _matrix(prototypes: Any) -> Any:
    """Vectors of Spark as one matrix; anything else as it is."""
    if not isinstance(prototypes, (list, tuple)) or not all(isinstance(item, Vector) for item in prototypes):
        return prototypes
    if all(isinstance(item, DenseVector) for item in prototypes):
        return np.array([item.toArray() for item in prototypes])
    rows = [
        sparse.csr_array(item.toArray()[None, :]) if isinstance(item, DenseVector)
        else sparse.csr_array((item.values, item.indices, [0, len(item.indices)]), shape=(1, item.size))
        for item in prototypes
    ]
    return sparse.csr_array(sparse.vstack(rows, format="csr"))


class ColumnParams(HasFeaturesCol, HasPredictionCol, HasProbabilityCol, HasRawPredictionCol):
    """The columns that both the estimator and the model name."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)

    def _output_columns(self) -> dict[str, str]:
        """The columns that `transform` adds, by parameter; an empty name turns one off."""
        names = {
            "predictionCol": self.getPredictionCol(), "probabilityCol": self.getProbabilityCol(),
            "rawPredictionCol": self.getRawPredictionCol(),
        }
        return {parameter: name for parameter, name in names.items() if name}


class TrainingParams(ColumnParams, HasLabelCol, HasWeightCol, HasMaxIter, HasTol, HasSeed):
    """All parameters of training."""

    kInit: Param[Any] = Param(
        Params._dummy(), "kInit",
        "prototypes per class to start with, or 'auto': as many as a class's size and variety pay for, up to 5",
        typeConverter=_whole_or_auto,
    )
    kList: Param[Any] = Param(
        Params._dummy(), "kList",
        "the number for some classes: a list by position in the sorted classes, or a dict by label",
        typeConverter=_k_list,
    )
    initMethod: Param[Any] = Param(
        Params._dummy(), "initMethod",
        "how first prototypes are chosen: 'kmeans++', 'random', or a pair (prototypes, labels)",
        typeConverter=_init_method,
    )
    distance: Param[Any] = Param(
        Params._dummy(), "distance",
        "'cosine' or 'euclidean'",
        typeConverter=TypeConverters.toString,
    )
    dtype: Param[Any] = Param(
        Params._dummy(), "dtype",
        "how prototypes are stored and multiplied: 'float16', 'bfloat16', 'float32' or 'float64'",
        typeConverter=TypeConverters.toString,
    )
    soft: Param[Any] = Param(
        Params._dummy(), "soft",
        "soft assignment; False: hard k-means",
        typeConverter=TypeConverters.toBoolean,
    )
    softType: Param[Any] = Param(
        Params._dummy(), "softType",
        "how similarities become shares: 'linear' or 'softmax'",
        typeConverter=TypeConverters.toString,
    )
    temperature: Param[Any] = Param(
        Params._dummy(), "temperature",
        "divides the logits of 'softmax'; above 0",
        typeConverter=TypeConverters.toFloat,
    )
    lambdaPenalty: Param[Any] = Param(
        Params._dummy(), "lambdaPenalty",
        "kept with the model; only the reference mode, which Spark does not have, reads it",
        typeConverter=TypeConverters.toFloat,
    )
    mergeThreshold: Param[Any] = Param(
        Params._dummy(), "mergeThreshold",
        "merge prototypes of one class that lie closer than this; None: off",
        typeConverter=_float_or_none,
    )
    relativeMerge: Param[Any] = Param(
        Params._dummy(), "relativeMerge",
        "the threshold is a fraction of the mean distance between prototypes",
        typeConverter=TypeConverters.toBoolean,
    )
    percentileThreshold: Param[Any] = Param(
        Params._dummy(), "percentileThreshold",
        "truncate and merge only what also lies below this quantile, 0 to 1; None: off",
        typeConverter=_float_or_none,
    )
    minWeight: Param[Any] = Param(
        Params._dummy(), "minWeight",
        "a prototype with no more mass than this is dead",
        typeConverter=TypeConverters.toFloat,
    )
    truncationThreshold: Param[Any] = Param(
        Params._dummy(), "truncationThreshold",
        "smaller coordinates are dropped where scores are computed",
        typeConverter=TypeConverters.toFloat,
    )
    batchSize: Param[Any] = Param(
        Params._dummy(), "batchSize",
        "kept with the model; only the reference mode, which Spark does not have, reads it",
        typeConverter=TypeConverters.toInt,
    )
    nThreads: Param[Any] = Param(
        Params._dummy(), "nThreads",
        "threads of a task; -1: as many as `spark.task.cpus`",
        typeConverter=TypeConverters.toInt,
    )
    refine: Param[Any] = Param(
        Params._dummy(), "refine",
        "rounds of refinement; 0 turns it off",
        typeConverter=_whole_or_auto,
    )
    decay: Param[Any] = Param(
        Params._dummy(), "decay",
        "kept with the model, for batches that a stream brings later: what is left of a mass after each",
        typeConverter=TypeConverters.toFloat,
    )
    numPartitions: Param[Any] = Param(
        Params._dummy(), "numPartitions",
        "deal the rows out anew into so many partitions; 0: as they come, at most one for each task that "
        "can run at a time",
        typeConverter=TypeConverters.toInt,
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._setDefault(maxIter=50, tol=1e-4, seed=42)
        self._setDefault(
            kInit=3, kList=None, initMethod="kmeans++", distance="cosine", dtype="float32", soft=True,
            softType="linear", temperature=1.0, lambdaPenalty=0.1, mergeThreshold=None, relativeMerge=False,
            percentileThreshold=None, minWeight=1e-3, truncationThreshold=1e-4, batchSize=10240, nThreads=-1,
            refine="auto", decay=1.0, numPartitions=0,
        )

    def getKInit(self) -> int | str:
        """The value of `kInit`."""
        value: int | str = self.getOrDefault(self.kInit)
        return value

    def getKList(self) -> Any:
        """The value of `kList`."""
        value: Any = self.getOrDefault(self.kList)
        return value

    def getInitMethod(self) -> Any:
        """The value of `initMethod`."""
        value: Any = self.getOrDefault(self.initMethod)
        return value

    def getDistance(self) -> str:
        """The value of `distance`."""
        value: str = self.getOrDefault(self.distance)
        return value

    def getDtype(self) -> str:
        """The value of `dtype`."""
        value: str = self.getOrDefault(self.dtype)
        return value

    def getSoft(self) -> bool:
        """The value of `soft`."""
        value: bool = self.getOrDefault(self.soft)
        return value

    def getSoftType(self) -> str:
        """The value of `softType`."""
        value: str = self.getOrDefault(self.softType)
        return value

    def getTemperature(self) -> float:
        """The value of `temperature`."""
        value: float = self.getOrDefault(self.temperature)
        return value

    def getLambdaPenalty(self) -> float:
        """The value of `lambdaPenalty`."""
        value: float = self.getOrDefault(self.lambdaPenalty)
        return value

    def getMergeThreshold(self) -> float | None:
        """The value of `mergeThreshold`."""
        value: float | None = self.getOrDefault(self.mergeThreshold)
        return value

    def getRelativeMerge(self) -> bool:
        """The value of `relativeMerge`."""
        value: bool = self.getOrDefault(self.relativeMerge)
        return value

    def getPercentileThreshold(self) -> float | None:
        """The value of `percentileThreshold`."""
        value: float | None = self.getOrDefault(self.percentileThreshold)
        return value

    def getMinWeight(self) -> float:
        """The value of `minWeight`."""
        value: float = self.getOrDefault(self.minWeight)
        return value

    def getTruncationThreshold(self) -> float:
        """The value of `truncationThreshold`."""
        value: float = self.getOrDefault(self.truncationThreshold)
        return value

    def getBatchSize(self) -> int:
        """The value of `batchSize`."""
        value: int = self.getOrDefault(self.batchSize)
        return value

    def getNThreads(self) -> int:
        """The value of `nThreads`."""
        value: int = self.getOrDefault(self.nThreads)
        return value

    def getRefine(self) -> int | str:
        """The value of `refine`."""
        value: int | str = self.getOrDefault(self.refine)
        return value

    def getDecay(self) -> float:
        """The value of `decay`."""
        value: float = self.getOrDefault(self.decay)
        return value

    def getNumPartitions(self) -> int:
        """The value of `numPartitions`."""
        value: int = self.getOrDefault(self.numPartitions)
        return value

    def _initial(self) -> tuple[Rows, CodedLabels] | None:
        """Explicit prototypes, as the library takes them."""
        kept = self.getInitMethod()
        if not isinstance(kept, dict):
            return None
        shape = tuple(kept["shape"])
        values = np.array(kept["values"], dtype=np.float64)
        labels = coded_labels(kept["labels"], self, shape[0])
        if "offsets" not in kept:
            return DenseRows(values.reshape(shape)), labels
        offsets, columns = (np.array(kept[name], dtype=np.int64) for name in ("offsets", "columns"))
        return SparseRows(shape, offsets, columns, values), labels

    def _library_options(self) -> dict[str, Any]:
        """The library's options, all checked.

        Raises
        ------
        InvalidParameterError
            With the parameter, its value and what is allowed.
        """
        params = {theirs: self.getOrDefault(getattr(self, ours)) for ours, theirs in LIBRARY_NAMES.items()}
        if isinstance(params["init_method"], dict):
            params["init_method"] = "kmeans++"
        k_list = params["k_list"]
        if k_list and isinstance(k_list[0], list):
            params["k_list"] = {label: count for label, count in k_list}
        try:
            options = library_options({**params, **FIXED})
            # Making one checks every value.
            native.Classifier.new(options, self._initial())
        except InvalidParameterError as error:
            raise InvalidParameterError(_in_our_words(str(error))) from None
        checked: dict[str, Any] = json.loads(options)
        return checked


def _in_our_words(message: str) -> str:
    """A message that begins with the parameter's name as Spark's users know it."""
    name, rest = message.split(" ", 1) if " " in message else (message, "")
    ours = {theirs: ours for ours, theirs in LIBRARY_NAMES.items()}
    return f"{ours[name]} {rest}" if name in ours else message


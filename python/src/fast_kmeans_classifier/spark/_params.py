"""Parameters of the estimator, in Spark's style: the project's names in camel case, and Spark's own where Spark has one.

`max_iters` is `maxIter` and `random_state` is `seed`, as in every estimator of Spark; `distance` keeps its name, since its
Euclidean similarity is not Spark's `distanceMeasure`. `mode`, `device` and `warm_start` are left out: training in parts is
defined for the default mode, on processors, and starts afresh.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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
from .._options import TRAINING, Option
from .._parameters import checked, is_explicit, library_options

#: What the library has and Spark does not.
FIXED = {"device": "cpu", "warm_start": False, "mode": "default"}


#: What Spark has a name for.
_NAMES_OF_SPARK = {"max_iters": "maxIter", "random_state": "seed", "min_df": "minDF", "max_df": "maxDF"}


def spark_name(name: str) -> str:
    """A parameter's name in Spark: Spark's own, or ours in camel case."""
    first, *others = name.split("_")
    return _NAMES_OF_SPARK.get(name) or first + "".join(map(str.capitalize, others))


#: The library's name of each parameter.
LIBRARY_NAMES = {spark_name(name): name for name in TRAINING if name not in (*FIXED, "half_life", "k_bytes")}


def _whole_or_auto(value: Any) -> int | str:
    try:
        return checked("the value", value, TRAINING["k_init"])
    except InvalidParameterError as error:
        raise TypeError(str(error)) from None


def _distance(value: Any) -> str:
    if value == "auto":
        raise TypeError("'auto' is no distance for training in parts: name 'cosine' or 'euclidean'")
    text: str = TypeConverters.toString(value)
    return text


def _float_or_none(value: Any) -> float | None:
    return None if value is None else TypeConverters.toFloat(value)


def _k_list(value: Any) -> Any:
    """A list of numbers, or of pairs of label and number: what JSON can keep."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, (list, tuple)) for item in value):
        if not all(len(item) == 2 for item in value):
            raise TypeError("pairs of label and number are needed")
        value = dict(map(tuple, value))
    try:
        return checked("the value", value, TRAINING["k_list"])
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

    numPartitions: Param[Any] = Param(
        Params._dummy(), "numPartitions",
        "deal the rows out anew into this many partitions; 0: as they come, at most one for each task that "
        "can run at a time",
        typeConverter=TypeConverters.toInt,
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._setDefault(numPartitions=0)
        self._setDefault(**{own: TRAINING[name].default for own, name in LIBRARY_NAMES.items()})

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
            raise InvalidParameterError(in_our_words(str(error), LIBRARY_NAMES)) from None
        checked: dict[str, Any] = json.loads(options)
        return checked


#: What a parameter means here, where that is not what it means elsewhere.
_MEANINGS = {
    "distance": "how vectors are compared: cosine or euclidean; no part of the rows can choose for all",
    "init_method": "how first prototypes are chosen: 'kmeans++', 'random', or a pair (prototypes, labels)",
    "lambda_penalty": "kept with the model; only the reference mode, which Spark does not have, reads it",
    "batch_size": "kept with the model; only the reference mode, which Spark does not have, reads it",
    "n_threads": "threads of a task; -1: as many as `spark.task.cpus`",
    "refine": "epochs of refinement; 0 turns it off",
    "decay": "kept with the model, for batches that a stream brings later: what is left of a mass after each",
}


def _converter(name: str, option: Option) -> Any:
    special = {"k_list": _k_list, "init_method": _init_method, "distance": _distance}
    words = {"auto": _whole_or_auto, "none": _float_or_none}
    shapes = {
        "whole": TypeConverters.toInt, "number": TypeConverters.toFloat, "truth": TypeConverters.toBoolean,
        "choice": TypeConverters.toString,
    }
    return special.get(name) or words.get(option.word or "") or shapes[option.shape]


def _accessors(own: str) -> tuple[Any, Any]:
    def get(self: Params) -> Any:
        return self.getOrDefault(getattr(self, own))

    def set_(self: Params, value: Any) -> Any:
        return self._set(**{own: value})

    get.__doc__, set_.__doc__ = f"The value of `{own}`.", f"Sets `{own}`."
    return get, set_


def add_parameters(cls: type, params: dict[str, Param[Any]], others: Iterable[str]) -> None:
    """Gives a class parameters that it has not yet, and each of them and of the others a `get` and a `set`."""
    for own, param in params.items():
        if not hasattr(cls, own):
            setattr(cls, own, param)
    for own in (*params, *others):
        for verb, accessor in zip(("get", "set"), _accessors(own)):
            method = f"{verb}{own[0].upper()}{own[1:]}"
            accessor.__name__, accessor.__qualname__ = method, f"{cls.__name__}.{method}"
            if not hasattr(cls, method):
                setattr(cls, method, accessor)


def _training_param(own: str, name: str) -> Param[Any]:
    option = TRAINING[name]
    meaning = _MEANINGS.get(name, option.help)
    return Param(Params._dummy(), own, meaning, typeConverter=_converter(name, option))


add_parameters(
    TrainingParams, {own: _training_param(own, name) for own, name in LIBRARY_NAMES.items()},
    [*(f"{kind}Col" for kind in ("features", "label", "weight", "prediction", "probability", "rawPrediction")), "numPartitions"],
)


def set_by_name(params: Any, given: dict[str, Any]) -> Any:
    """Sets parameters of an estimator.

    Raises
    ------
    InvalidParameterError
        A name that it has not.
    """
    unknown = [name for name in given if not params.hasParam(name)]
    if unknown:
        known = ", ".join(param.name for param in params.params)
        raise InvalidParameterError(unknown[0], given[unknown[0]], f"a parameter: {known}")
    return params._set(**given)


def in_our_words(message: str, names: dict[str, str]) -> str:
    """A message that begins with the parameter's name as Spark's users know it.

    Parameters
    ----------
    names : dict
        The library's name of each parameter.
    """
    name, rest = message.split(" ", 1) if " " in message else (message, "")
    ours = {theirs: ours for ours, theirs in names.items()}
    return f"{ours[name]} {rest}" if name in ours else message


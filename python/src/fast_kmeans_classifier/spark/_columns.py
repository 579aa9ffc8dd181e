"""Which columns of a frame are used, checked against its schema before any work."""

from __future__ import annotations

from typing import Any

from pyspark.ml.linalg import VectorUDT
from pyspark.sql import types as T

from .._errors import InvalidParameterError
from ._packing import FEATURES, LABEL, WEIGHT, Names


def feature_field(schema: T.StructType, name: str) -> T.StructField:
    """The column of vectors.

    Raises
    ------
    InvalidParameterError
        It is missing, or holds neither vectors nor arrays of numbers.
    """
    field = _field(schema, "featuresCol", name)
    kind = field.dataType
    is_array = isinstance(kind, T.ArrayType) and isinstance(kind.elementType, T.NumericType)
    if not (isinstance(kind, VectorUDT) or is_array):
        raise InvalidParameterError("featuresCol", name, f"a column of vectors or of arrays of numbers, not {_named(kind)}")
    return field


def text_field(schema: T.StructType, parameter: str, name: str) -> T.StructField:
    """A column of texts.

    Raises
    ------
    InvalidParameterError
        It is missing, or of another type.
    """
    field = _field(schema, parameter, name)
    if not isinstance(field.dataType, (T.StringType, T.VarcharType, T.CharType)):
        raise InvalidParameterError(parameter, name, f"a column of texts, not {_named(field.dataType)}")
    return field


def training_frame(dataset: Any, features: str, label: str, weight: str | None) -> tuple[Any, Names]:
    """The frame's features, label and weight under fixed names and types, and what messages call them.

    Raises
    ------
    InvalidParameterError
        A column that is missing, or of a type that cannot be used.
    """
    columns = [_features(dataset, features).alias(FEATURES), _label(dataset, label).alias(LABEL)]
    if weight:
        columns.append(_weight(dataset, weight).alias(WEIGHT))
    return dataset.select(*columns), Names(features, label, weight or None)


def _features(dataset: Any, name: str) -> Any:
    field = feature_field(dataset.schema, name)
    column = dataset[quoted(name)]
    return column if isinstance(field.dataType, VectorUDT) else column.cast("array<double>")


def _label(dataset: Any, name: str) -> Any:
    kind = _field(dataset.schema, "labelCol", name).dataType
    column = dataset[quoted(name)]
    if isinstance(kind, (T.IntegralType, T.BooleanType)):
        return column.cast("bigint")
    if isinstance(kind, T.NumericType):
        return column.cast("double")
    if isinstance(kind, (T.StringType, T.VarcharType, T.CharType)):
        return column.cast("string")
    raise InvalidParameterError("labelCol", name, f"a column of numbers or of texts, not {_named(kind)}")


def _weight(dataset: Any, name: str) -> Any:
    kind = _field(dataset.schema, "weightCol", name).dataType
    if not isinstance(kind, T.NumericType):
        raise InvalidParameterError("weightCol", name, f"a column of numbers, not {_named(kind)}")
    return dataset[quoted(name)].cast("double")


def _field(schema: T.StructType, parameter: str, name: str) -> T.StructField:
    found = [field for field in schema.fields if field.name == name]
    if not found:
        raise InvalidParameterError(parameter, name, f"one of the frame's columns: {', '.join(schema.fieldNames())}")
    if len(found) > 1:
        raise InvalidParameterError(parameter, name, "a name that only one column has")
    return found[0]


def new_columns(schema: T.StructType, outputs: dict[str, str]) -> None:
    """Checks that columns to be added are not there already, nor named alike.

    Raises
    ------
    InvalidParameterError
        A name that is taken.
    """
    taken = set(schema.fieldNames())
    for parameter, name in outputs.items():
        if name in taken:
            raise InvalidParameterError(parameter, name, "a name that no other column has, or '' for none")
        taken.add(name)


def declared_feature_count(field: T.StructField) -> int | None:
    """How many features a column of vectors says it has, in Spark ML's attributes; None if it says nothing."""
    attributes = (field.metadata or {}).get("ml_attr", {})
    count = attributes.get("num_attrs")
    if count is None and "attrs" in attributes:
        count = sum(len(group) for group in attributes["attrs"].values())
    return int(count) if count else None


def mapped(dataset: Any, task: Any, schema: T.StructType) -> Any:
    """The frame after a function for `mapInArrow` that finds columns by their positions."""
    # Names with dots in them mean something else to Spark's parser.
    return dataset.toDF(*[f"column{number}" for number in range(len(dataset.columns))]).mapInArrow(task, schema)


def _named(kind: T.DataType) -> str:
    return kind.simpleString()


def quoted(name: str) -> str:
    """A name as Spark's parser takes it, with dots and quotes in it."""
    return "`" + name.replace("`", "``") + "`"

"""Prediction on executors: Arrow batches in, the same batches with columns added out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import types as T

from .. import _native as native
from .._input import Rows
from ._fitted import kept_by_process
from ._vectors import RowProblem, rows_of_vectors, vectors_of_table


def output_fields(schema: T.StructType, outputs: dict[str, str], is_text: bool) -> T.StructType:
    """The schema with the columns that `outputs` names added."""
    kinds: dict[str, T.DataType] = {
        "predictionCol": T.StringType() if is_text else T.DoubleType(), "probabilityCol": VectorUDT(),
        "rawPredictionCol": VectorUDT(),
    }
    return T.StructType([*schema.fields, *(T.StructField(name, kinds[kind]) for kind, name in outputs.items())])


def predicting(
    sent: Any, key: str, place: int, name: str, outputs: dict[str, str], schema: T.StructType
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function for `mapInArrow`.

    Parameters
    ----------
    sent : Broadcast of bytes
        The model.
    key : str
        Names the model, so that a worker process reads it once.
    place, name : int, str
        Where the features are, and what messages call them.
    outputs : dict
        The columns to add, by parameter.
    schema : StructType
        Of the frame that comes out.
    """
    names = schema.fieldNames()

    def predict(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = kept_by_process(key, lambda: native.Model.from_bytes(sent.value, 1))
        labels = _labels(model)
        for batch in batches:
            try:
                rows = rows_of_vectors(batch.column(place), name, model.info.feature_count) if batch.num_rows else None
            except RowProblem as problem:
                raise problem.of_batch(batch.num_rows) from None
            added = [_answer(model, kind, rows, labels) for kind in outputs]
            yield pa.RecordBatch.from_arrays([*batch.columns, *added], names=names)

    return predict


def _answer(model: native.Model, kind: str, rows: Rows | None, labels: Any) -> Any:
    if kind == "predictionCol":
        indices = np.empty(0, dtype=np.int32) if rows is None else model.predict(rows, 1, native.ROWS_PER_CALL)
        return labels.take(pa.array(indices))
    question = model.probabilities if kind == "probabilityCol" else model.scores
    table = np.empty((0, model.info.class_count)) if rows is None else question(rows, 1, native.ROWS_PER_CALL)
    return vectors_of_table(table)


def _labels(model: native.Model) -> Any:
    labels = model.labels()
    return pa.array(labels.tolist(), pa.string()) if labels.dtype == object else pa.array(labels.astype(np.float64))

"""What fitted models have in common: bytes that say everything, which are saved, sent to the executors and opened there once."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from pyspark.ml.base import Model
from pyspark.ml.util import MLReadable, MLReader, MLWritable, MLWriter

from .._errors import not_fitted
from ._persistence import ModelReader, ModelWriter


class Carried(NamedTuple):
    """Bytes that travel with a task, where a session has no broadcasts; read as a broadcast is."""

    value: bytes


class FittedModel(Model, MLReadable[Any], MLWritable):
    """A model that consists of bytes.

    Attributes
    ----------
    report : dict
        What training did.
    """

    def __init__(self, data: bytes | None = None, report: dict[str, Any] | None = None) -> None:
        super().__init__()
        self._data = data
        self.report = report or {}
        self._made: Any = None
        self._sent: Any = None

    def write(self) -> MLWriter:
        """The writer: `model.write().overwrite().save(path)`."""
        return ModelWriter(self)

    @classmethod
    def read(cls) -> MLReader[Any]:
        """The reader."""
        return ModelReader(cls)

    @staticmethod
    def _opened(data: bytes) -> Any:
        """The library's object that the bytes stand for."""
        raise NotImplementedError

    def _at_executors(self, dataset: Any) -> Any:
        """The bytes at the executors; sent once for each Spark application, in Spark Connect with each task."""
        if not is_classic(dataset):
            return Carried(self._bytes())
        context = dataset.sparkSession.sparkContext
        if self._sent is None or self._sent[0] != context.applicationId:
            self._sent = (context.applicationId, context.broadcast(self._bytes()))
        return self._sent[1]

    @property
    def _key(self) -> str:
        return hashlib.sha256(self._bytes()).hexdigest()

    def _bytes(self) -> bytes:
        if self._data is None:
            raise not_fitted(self)
        return self._data

    def _native(self) -> Any:
        if self._made is None:
            self._made = self._opened(self._bytes())
        return self._made

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": None, "_sent": None}


@contextmanager
def job_description(context: Any, text: str) -> Iterator[None]:
    """What Spark's pages say of the jobs in a `with` block; without a context, as in Spark Connect, nothing."""
    if context is None:
        yield
        return
    before = context.getLocalProperty("spark.job.description")
    context.setJobDescription(text)
    try:
        yield
    finally:
        context.setLocalProperty("spark.job.description", before)


def is_classic(dataset: Any) -> bool:
    """Whether a frame is of a session with RDDs and broadcasts, not of Spark Connect."""
    return hasattr(dataset, "_jdf")


def kept_by_process(key: str, made: Callable[[], Any]) -> Any:
    """The object of a key; worker processes are used again, so it is kept, and the one before it."""
    kept = _kept()
    if key not in kept:
        for old in list(kept)[:-1]:
            del kept[old]
        kept[key] = made()
    return kept[key]


@functools.lru_cache(maxsize=1)
def _kept() -> dict[str, Any]:
    return {}

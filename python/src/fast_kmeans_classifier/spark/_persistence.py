"""Saving and loading a model where Spark saves: parameters as Spark keeps them, beside them the project's own model file.

Its bytes stand in a Parquet file, in pieces, so that any file system that Spark knows will do.
"""

from __future__ import annotations

from typing import Any

from pyspark.ml.util import DefaultParamsReader, DefaultParamsWriter, MLReader, MLWriter

from .. import _library as library

#: Bytes of a piece.
PIECE_BYTES = 32 << 20

#: Grows when older versions could not read what is written.
FORMAT = 1


class ModelWriter(MLWriter):
    """Writes `metadata` and `data` below a path."""

    def __init__(self, instance: Any) -> None:
        super().__init__()
        self.instance = instance

    def saveImpl(self, path: str) -> None:
        """Writes below the path, which is there neither before nor, if this fails early, after."""
        data = self.instance._bytes()
        extra = {"fastKMeansFormat": FORMAT, "report": self.instance.report}
        # PySpark 3.5 takes the context only.
        DefaultParamsWriter.saveMetadata(self.instance, path, self.sc, extra)
        pieces = [
            (number, bytearray(data[start : start + PIECE_BYTES]))
            for number, start in enumerate(range(0, len(data), PIECE_BYTES))
        ]
        frame = self.sparkSession.createDataFrame(pieces, "number int, bytes binary")
        frame.coalesce(1).write.parquet(f"{path}/data")


class ModelReader(MLReader[Any]):
    """Reads what `ModelWriter` wrote."""

    def __init__(self, cls: Any) -> None:
        super().__init__()
        self.cls = cls

    def load(self, path: str) -> Any:
        """The model.

        Raises
        ------
        NewerFormatError
            A newer version of this package wrote it.
        BadModelError
            The bytes are no model, or are damaged.
        """
        metadata = DefaultParamsReader.loadMetadata(path, self.sc)
        found = metadata.get("fastKMeansFormat")
        if found != FORMAT:
            raise library.NewerFormatError(
                f"{path} has format {found}, this version of fast_kmeans_classifier reads format {FORMAT}: "
                "upgrade the package",
                status=library.NEWER_FORMAT, kind="newer_format",
            )
        pieces = self.sparkSession.read.parquet(f"{path}/data").orderBy("number").collect()
        model = self.cls(b"".join(bytes(piece["bytes"]) for piece in pieces), metadata["report"])
        # Reads it, and so checks its digests.
        model._native()
        model._resetUid(metadata["uid"])
        DefaultParamsReader.getAndSetParams(model, metadata)
        return model

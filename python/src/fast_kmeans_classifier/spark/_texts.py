"""Texts on executors: their terms counted in parts, and their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F
from pyspark.sql import types as T

from .. import _library as library
from .._vectorizer_handle import Vectorizer
from ._fitted import kept_by_process
from ._vectors import RowProblem, check_nulls, vectors_of_rows

#: What a part of the texts has of a term. The row without a term has the part's texts, and how many of them are null.
COUNTED_SCHEMA = "term string, documents bigint, occurrences bigint"

#: Bytes of text that are counted at a time: a task holds their terms and rows.
PART_BYTES = 16 << 20

#: Why a part may have no terms: that is no error, since another part may have some.
_WITHOUT_TERMS = ("empty_vocabulary", "texts_too_short")


def counting(options: dict[str, Any], threads: int, part_bytes: int = PART_BYTES) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """The function for `mapInArrow` that counts the terms of a partition.

    Parameters
    ----------
    options : dict
        The library's options. What selects terms comes later, on the counts of all parts.
    """
    wants_occurrences = options["max_features"] is not None and options["hashing"] is None
    plain = {"min_df": 1, "max_df": None, "max_features": None, "sublinear_tf": False, "binary": False, "use_idf": False, "norm": None}
    text = json.dumps({**options, **plain})

    def count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        vectorizer = Vectorizer.new(text)
        waiting: list[Any] = []
        rows = nulls = size = 0
        for batch in batches:
            column = batch.column(0)
            rows, nulls = rows + len(column), nulls + column.null_count
            waiting.append(column)
            size += column.nbytes
            if size >= part_bytes:
                yield from _counted(vectorizer, waiting, threads, wants_occurrences)
                waiting, size = [], 0
        yield from _counted(vectorizer, waiting, threads, wants_occurrences)
        yield _counts([None], [rows], [nulls])

    return count


def _counted(vectorizer: Vectorizer, columns: list[Any], threads: int, wants_occurrences: bool) -> Iterator[pa.RecordBatch]:
    documents = encoded_column(pa.concat_arrays(columns)) if columns else (b"", np.zeros(1, dtype=np.int64))
    if len(documents[1]) == 1:
        return
    try:
        fitted, rows = vectorizer.fit(documents, threads, wants_occurrences)
    except library.BadDataError as error:
        if error.kind in _WITHOUT_TERMS:
            return
        raise
    counts = fitted.frequencies()[1]
    if fitted.info.term_count == 0:
        # A hashing vectoriser has columns without a name.
        found = np.flatnonzero(counts)
        yield _counts(list(map(str, found.tolist())), counts[found], np.zeros(len(found), dtype=np.int64))
        return
    occurrences = np.zeros(len(counts), dtype=np.int64)
    if rows is not None:
        occurrences = np.bincount(rows.indices, weights=rows.data, minlength=len(counts)).astype(np.int64)
    yield _counts(fitted.terms(), counts, occurrences)


def _counts(terms: Any, documents: Any, occurrences: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(terms, pa.string()), pa.array(documents, pa.int64()), pa.array(occurrences, pa.int64())],
        names=["term", "documents", "occurrences"],
    )


def encoded_column(column: Any) -> tuple[bytes, np.ndarray]:
    """Texts of Arrow as the library reads them; null reads as an empty text."""
    large = column.cast(pa.large_string()).fill_null("")
    _, ends, text = large.buffers()
    offsets = np.frombuffer(ends, dtype=np.int64)[large.offset : large.offset + len(large) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    return (text.slice(first, last - first).to_pybytes() if last > first else b""), offsets - first


def selected(counted: Any, options: dict[str, Any]) -> Any:
    """The counts of the terms that a local vectoriser keeps, in no order.

    Parameters
    ----------
    counted : DataFrame
        `COUNTED_SCHEMA` with each term once.
    """
    terms = counted.where(F.col("term").isNotNull())
    if options["hashing"] is not None:
        return terms
    terms = terms.where(F.col("documents") >= options["min_df"])
    if options["max_df"] is not None:
        terms = terms.where(F.col("documents") <= options["max_df"])
    if options["max_features"] is None:
        return terms
    # Of equally frequent terms the first by code point stay; a union has the limit for each of its kinds, whose names differ.
    kinds = [F.lit(True)]
    if "+" in options["analyzer"]:
        is_character = F.substring("term", 1, 1) == "+"
        kinds = [is_character, ~is_character]
    order = (F.col("occurrences").desc(), F.col("term"))
    first, *others = [terms.where(kind).orderBy(*order).limit(options["max_features"]) for kind in kinds]
    for other in others:
        first = first.unionAll(other)
    return first


def collected(counted: Any) -> tuple[np.ndarray, np.ndarray]:
    """Terms and in how many documents each occurs, on the driver, in the order of the terms."""
    pieces = counted.mapInArrow(_packed, "counts binary").collect()
    if not pieces:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    table = pa.concat_tables([pa.ipc.open_stream(bytes(piece[0])).read_all() for piece in pieces])
    terms = np.array(table.column("term").to_pylist(), dtype=object)
    # Python compares texts by code point, as the library does.
    order = np.array(sorted(range(len(terms)), key=terms.__getitem__), dtype=np.int64)
    return terms[order], table.column("documents").to_numpy()[order]


def _packed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches as one binary value each: the driver gets no object for each term."""
    for batch in batches:
        yield pa.RecordBatch.from_arrays([pa.array([_stream(pa.Table.from_batches([batch]))], pa.binary())], ["counts"])


def _stream(table: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


class Parts(NamedTuple):
    """What a fitted vectoriser consists of.

    Attributes
    ----------
    options : str
        The library's options as JSON.
    terms : list of str
        In the order of the columns; empty when hashing.
    inverse : ndarray of float32, columns
    documents : ndarray of int64, columns
        In how many documents each occurs.
    document_count : int
    """

    options: str
    terms: list[str]
    inverse: np.ndarray
    documents: np.ndarray
    document_count: int

    @classmethod
    def of(cls, vectorizer: Vectorizer) -> Parts:
        """The parts of the library's vectoriser."""
        inverse, documents = vectorizer.frequencies()
        return cls(json.dumps(vectorizer.options()), vectorizer.terms(), inverse, documents, int(vectorizer.info.document_count))

    def vectorizer(self) -> Vectorizer:
        """The library's vectoriser, whose making checks them."""
        return Vectorizer.from_parts(self.options, self.terms, self.inverse, self.documents, self.document_count)

    def to_bytes(self) -> bytes:
        """An Arrow stream: options and the number of documents as metadata, columns of numbers, and of terms if there are any."""
        columns: dict[str, Any] = {"inverse": pa.array(self.inverse, pa.float32()), "documents": pa.array(self.documents, pa.int64())}
        if self.terms:
            columns["term"] = pa.array(self.terms, pa.string())
        metadata = {"options": self.options, "documents": str(self.document_count)}
        return _stream(pa.table(columns).replace_schema_metadata(metadata))

    @classmethod
    def from_bytes(cls, data: bytes) -> Parts:
        """The parts from a stream.

        Raises
        ------
        BadModelError
            They are no such stream, or are damaged.
        """
        try:
            table = pa.ipc.open_stream(data).read_all()
            metadata = table.schema.metadata or {}
            terms = table.column("term").to_pylist() if "term" in table.column_names else []
            inverse, documents = (table.column(name).to_numpy() for name in ("inverse", "documents"))
            return cls(metadata[b"options"].decode(), terms, inverse, documents, int(metadata[b"documents"]))
        except (pa.ArrowException, KeyError, ValueError) as error:
            raise library.BadModelError(f"these bytes are no vectoriser, or are damaged: {error}", status=library.BAD_MODEL, kind="bad_model") from None


def vectorizing(sent: Any, key: str, place: int, name: str, schema: T.StructType) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """The function for `mapInArrow` that adds rows.

    Parameters
    ----------
    sent : Broadcast of bytes
        The vectoriser.
    key : str
        Names it, so that a worker process reads it once.
    place, name : int, str
        Where the texts are, and what messages call them.
    schema : StructType
        Of the frame that comes out.
    """
    names = schema.fieldNames()

    def vectorize(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        vectorizer = kept_by_process(key, lambda: Parts.from_bytes(sent.value).vectorizer())
        for batch in batches:
            column = batch.column(place)
            try:
                check_nulls(column, name)
            except RowProblem as problem:
                raise problem.of_batch(batch.num_rows) from None
            rows = vectors_of_rows(vectorizer.transform(encoded_column(column), 1))
            yield pa.RecordBatch.from_arrays([*batch.columns, rows], names=names)

    return vectorize

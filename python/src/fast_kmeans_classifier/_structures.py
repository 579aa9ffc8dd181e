"""Arrays, rows, labels and texts as the library takes them: by structures, which point into arrays and keep them alive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ._input import DenseRows, Rows, SparseRows
from ._labels import CodedLabels
from ._lazy import ctypes, library, np


def address(array: np.ndarray | None) -> int | None:
    return None if array is None else array.ctypes.data


def value_type(array: np.ndarray) -> int:
    return {2: library.FLOAT16, 4: library.FLOAT32, 8: library.FLOAT64}[array.dtype.itemsize]


def index_type(array: np.ndarray) -> int:
    return library.INT64 if array.dtype.itemsize == 8 else library.INT32


def of_rows(rows: Rows) -> library.Rows:
    row_count, column_count = rows.shape
    if isinstance(rows, DenseRows):
        structure = library.Rows(
            layout=library.DENSE, row_count=row_count, column_count=column_count,
            row_stride=rows.values.strides[0] if row_count > 1 else 0, value_type=value_type(rows.values),
            values=address(rows.values),
        )
    else:
        structure = library.Rows(
            layout=library.SPARSE, row_count=row_count, column_count=column_count, value_count=len(rows.values),
            value_type=value_type(rows.values), column_type=index_type(rows.columns),
            offset_type=index_type(rows.offsets), values=address(rows.values), columns=address(rows.columns),
            offsets=address(rows.offsets),
        )
    structure._keep = rows
    return structure


def of_labels(labels: CodedLabels) -> library.Labels:
    codes = np.ascontiguousarray(labels.codes, dtype=np.int64)
    structure = library.Labels(row_count=len(codes), label_count=len(labels.classes), codes=address(codes))
    if labels.is_text:
        text, offsets = encoded_texts(labels.classes.tolist())
        structure.type = library.LABEL_TEXT
        structure.text = ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p)
        structure.text_offsets = address(offsets)
        structure._keep = codes, text, offsets
    else:
        integers = labels.classes.astype(np.int64)
        structure.type = library.LABEL_INTEGER
        structure.integers = address(integers)
        structure._keep = codes, integers
    return structure


def of_documents(documents: tuple[bytes, np.ndarray]) -> library.Documents:
    text, offsets = documents
    structure = library.Documents(
        offset_type=index_type(offsets), count=len(offsets) - 1, byte_count=len(text),
        bytes=ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p), offsets=address(offsets),
    )
    structure._keep = documents
    return structure


def of_text(text: str) -> tuple[bytes, int]:
    encoded = text.encode()
    return encoded, len(encoded)


def encoded_texts(texts: Sequence[str]) -> tuple[bytes, np.ndarray]:
    parts = [text.encode() for text in texts]
    offsets = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    return b"".join(parts), offsets


def decoded_texts(text: np.ndarray, offsets: np.ndarray) -> list[str]:
    data, ends = text.tobytes(), offsets.tolist()
    return [data[start:end].decode() for start, end in zip(ends[:-1], ends[1:])]


def passed(arguments: Sequence[Any]) -> Iterator[Any]:
    """The arguments of a call as ctypes takes them: an array by its address, rows and labels by their structures."""
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            yield address(argument)
        elif isinstance(argument, (SparseRows, DenseRows)):
            yield of_rows(argument)
        elif isinstance(argument, CodedLabels):
            yield of_labels(argument)
        else:
            yield argument

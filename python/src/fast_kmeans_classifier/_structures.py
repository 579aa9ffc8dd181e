"""Arrays as the structures of the library, which point into them, and texts as it gives and takes them.

A structure keeps no array alive unless it says so: its caller does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._input import DenseRows, Rows
from ._labels import CodedLabels
from ._lazy import LazyModule

if TYPE_CHECKING:
    import ctypes

    import numpy as np

    from . import _library as library
else:
    ctypes = LazyModule("ctypes")
    np = LazyModule("numpy")
    library = LazyModule("fast_kmeans_classifier._library")


def address(array: np.ndarray | None) -> int | None:
    return None if array is None else array.ctypes.data


def value_type(array: np.ndarray) -> int:
    return {2: library.FLOAT16, 4: library.FLOAT32, 8: library.FLOAT64}[array.dtype.itemsize]


def index_type(array: np.ndarray) -> int:
    return library.INT64 if array.dtype.itemsize == 8 else library.INT32


def of_rows(rows: Rows) -> library.Rows:
    """The structure that points into the rows; ctypes keeps no reference, the caller's `rows` must live on."""
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


def of_labels(labels: CodedLabels) -> tuple[library.Labels, list[Any]]:
    """The structure, and what must live as long."""
    codes = np.ascontiguousarray(labels.codes, dtype=np.int64)
    structure = library.Labels(row_count=len(codes), label_count=len(labels.classes), codes=address(codes))
    if labels.is_text:
        text, offsets = encoded_texts(labels.classes.tolist())
        structure.type = library.LABEL_TEXT
        structure.text = ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p)
        structure.text_offsets = address(offsets)
        return structure, [codes, text, offsets]
    integers = labels.classes.astype(np.int64)
    structure.type = library.LABEL_INTEGER
    structure.integers = address(integers)
    return structure, [codes, integers]


def of_initial(initial: tuple[Rows, CodedLabels] | None) -> tuple[Any, Any, list[Any]]:
    if initial is None:
        return None, None, []
    labels, keep = of_labels(initial[1])
    return of_rows(initial[0]), labels, [initial, keep]


def of_documents(documents: tuple[bytes, np.ndarray]) -> library.Documents:
    text, offsets = documents
    structure = library.Documents(
        offset_type=index_type(offsets), count=len(offsets) - 1, byte_count=len(text),
        bytes=ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p), offsets=address(offsets),
    )
    structure._keep = documents
    return structure


def encoded_texts(texts: Sequence[str]) -> tuple[bytes, np.ndarray]:
    parts = [text.encode() for text in texts]
    offsets = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    return b"".join(parts), offsets


def decoded_texts(text: np.ndarray, offsets: np.ndarray) -> list[str]:
    data, ends = text.tobytes(), offsets.tolist()
    return [data[start:end].decode() for start, end in zip(ends[:-1], ends[1:])]

"""Texts of every kind, as UTF-8 bytes in one piece."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ._frames import column_values, is_missing
from ._lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
else:
    np = LazyModule("numpy")


def encoded_documents(documents: Any) -> tuple[bytes, np.ndarray]:
    """The documents' bytes one after the other, and where each begins and the last ends (int64).

    Parameters
    ----------
    documents : iterable of str or bytes
        Bytes are taken as UTF-8; what is not is read as U+FFFD later.

    Raises
    ------
    ValueError
        One text instead of many; a missing value.
    TypeError
        Something that is no text.
    """
    texts = listed_documents(documents)
    if all(type(text) is str for text in texts):
        joined = "".join(texts)
        if joined.isascii():
            return joined.encode("ascii"), _ends(len(text) for text in texts)
    parts = [_utf8(text, row) for row, text in enumerate(texts)]
    return b"".join(parts), _ends(len(part) for part in parts)


def listed_documents(documents: Any) -> list[Any]:
    """The documents as a list; they are not looked at.

    Raises
    ------
    ValueError
        One text instead of many.
    TypeError
        Nothing that can be gone through.
    """
    if isinstance(documents, (str, bytes)):
        raise ValueError("Iterable over raw text documents expected, string object received.")
    documents = column_values(documents)
    if hasattr(documents, "ndim") and hasattr(documents, "tolist"):
        if documents.ndim != 1:
            raise ValueError(f"expected a 1D array or one column of texts, got shape {documents.shape}")
        return list(documents.tolist())
    if not isinstance(documents, Iterable):
        raise TypeError(f"expected an iterable of texts, got {type(documents).__name__}")
    return list(documents)


def _utf8(text: Any, row: int) -> bytes:
    if isinstance(text, str):
        try:
            return text.encode()
        except UnicodeEncodeError:
            # Half of a surrogate pair is no character; it reads as one U+FFFD.
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    if isinstance(text, bytes):
        return text
    if is_missing(text):
        raise ValueError(f"document {row} is missing ({text!r}): use '' for an empty text, or leave the row out")
    raise TypeError(f"document {row} is of type {type(text).__name__}; documents are texts")


def _ends(lengths: Iterable[int]) -> np.ndarray:
    return np.fromiter(itertools.accumulate(lengths, initial=0), dtype=np.int64)

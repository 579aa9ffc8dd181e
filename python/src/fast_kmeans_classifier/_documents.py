"""Texts of every kind, as UTF-8 bytes in one piece."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ._errors import nearest_name
from ._frames import column_values, is_frame, is_missing
from ._lazy import np


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


def joined_fields(rows: Any, columns: Sequence[Mapping[str, Any]]) -> Any:
    """Rows of several named columns as the library reads them: the fields as one text, with the unit separator between them.

    Parameters
    ----------
    rows : data frame, dict of columns, or iterable of dicts
        Others are taken for texts that are joined already.
    columns : list of dict
        With `name` and `kind`: text, category or number.

    Raises
    ------
    ValueError
        A column is missing, or the columns have different lengths.
    """
    names = [str(column["name"]) for column in columns]
    if is_frame(rows):
        rows = rows.collect() if hasattr(rows, "collect") else rows
        found = getattr(rows, "column_names", None) or list(rows.columns)
        table = {name: column_values(rows[name]) for name in names if name in found}
    elif isinstance(rows, Mapping):
        found, table = list(rows), {name: column_values(rows[name]) for name in names if name in rows}
    else:
        rows = listed_documents(rows)
        if not rows or not all(isinstance(row, Mapping) for row in rows):
            return rows
        for position, row in enumerate(rows):
            _check_names(names, row, f"row {position}")
        found, table = names, {name: [row[name] for row in rows] for name in names}
    _check_names(names, found, "X")
    lengths = {name: len(values) for name, values in table.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns have different lengths: {lengths}")
    fields = [[_field(value) for value in table[name]] for name in names]
    return ["\x1f".join(row) for row in zip(*fields)]


def _check_names(names: list[str], found: Iterable[Any], where: str) -> None:
    for name in names:
        if name not in found:
            raise ValueError(f"{where} has no column {name!r}{nearest_name(name, found)}; the model reads {names}")


def _field(value: Any) -> str:
    """A value as files have it: whole numbers without a point, and nothing for a missing one."""
    if is_missing(value):
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    elif isinstance(value, (bool, np.bool_)):
        value = str(value).lower()
    elif isinstance(value, (float, np.floating)) and np.isfinite(value) and value == int(value):
        value = int(value)
    return str(value).replace("\x1f", " ")


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

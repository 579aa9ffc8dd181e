"""The library's vectoriser as a Python object, and the rows that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _native as native
from ._labels import CodedLabels
from ._lazy import ctypes, library, np, sparse
from ._structures import encoded_texts, of_documents, of_text


class Vectorizer(native.Handle):
    """Turns text into rows; immutable."""

    __slots__ = ("info",)
    _type = "vectorizer"

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.info = library.VectorizerInfo()
        native.call("fkm_vectorizer_get_info", self, self.info)

    @classmethod
    def new(cls, options: str) -> Vectorizer:
        """One that has seen nothing."""
        return cls._made_by("fkm_vectorizer_new", *of_text(options))

    @classmethod
    def from_parts(
        cls,
        options: str,
        terms: Sequence[str],
        inverse_frequencies: np.ndarray,
        frequencies: np.ndarray | None = None,
        document_count: int = 0,
    ) -> Vectorizer:
        """One from its parts; terms in code point order."""
        text, offsets = encoded_texts(terms)
        inverse = np.ascontiguousarray(inverse_frequencies, dtype=np.float32)
        if frequencies is not None:
            frequencies = np.ascontiguousarray(frequencies, dtype=np.int64)
        return cls._made_by(
            "fkm_vectorizer_from_parts", *of_text(options), text, offsets, len(terms), inverse, frequencies, len(inverse),
            document_count,
        )

    @classmethod
    def choosing(
        cls, options: str, training: str, documents: tuple[bytes, np.ndarray], labels: CodedLabels
    ) -> tuple[Vectorizer, list[dict[str, Any]]]:
        """One that has seen nothing, with what the analyzer `auto` is for labelled documents, and what was tried."""
        chosen = ctypes.c_void_p()
        tried = native.parsed(
            "fkm_vectorizer_choose", *of_text(options), *of_text(training), of_documents(documents), labels, ctypes.byref(chosen)
        )
        return cls(chosen.value or 0), tried

    def words(self, documents: tuple[bytes, np.ndarray]) -> list[Any]:
        """Of each document its words, each with its share in the columns."""
        return list(native.parsed("fkm_vectorizer_words", self, of_documents(documents)))

    def options(self) -> dict[str, Any]:
        """The options, all of them."""
        return dict(native.parsed("fkm_vectorizer_options", self))

    def fit(self, documents: tuple[bytes, np.ndarray], threads: int, wants_rows: bool) -> tuple[Vectorizer, Any]:
        """A fitted vectoriser and, if wanted, the documents' rows."""
        fitted, matrix = ctypes.c_void_p(), ctypes.c_void_p()
        wanted = ctypes.byref(matrix) if wants_rows else None
        native.call("fkm_vectorizer_fit", self, of_documents(documents), threads, ctypes.byref(fitted), wanted, None)
        rows = matrix_rows(Matrix(matrix.value or 0)) if wants_rows else None
        return Vectorizer(fitted.value or 0), rows

    def transform(self, documents: tuple[bytes, np.ndarray], threads: int) -> sparse.csr_matrix:
        """The documents' rows."""
        matrix = ctypes.c_void_p()
        native.call("fkm_vectorizer_transform", self, of_documents(documents), threads, ctypes.byref(matrix), None)
        return matrix_rows(Matrix(matrix.value or 0))

    def terms(self) -> list[str]:
        """The vocabulary in column order; empty when hashing."""
        if self.info.term_count == 0:
            return []
        return self._texts("fkm_vectorizer_copy_vocabulary", self.info.term_count, self.info.term_text_size)

    def frequencies(self) -> tuple[np.ndarray, np.ndarray]:
        """Of each column its inverse document frequency, and in how many documents it occurred."""
        inverse = np.empty(self.info.frequency_count, dtype=np.float32)
        counts = np.empty(self.info.frequency_count, dtype=np.int64)
        native.call("fkm_vectorizer_copy_frequencies", self, inverse, counts)
        return inverse, counts


class Matrix(native.Handle):
    """Rows that the library made."""

    __slots__ = ()
    _type = "matrix"


def matrix_rows(matrix: Matrix) -> sparse.csr_matrix:
    """The matrix as SciPy's type. Large arrays are not copied; the matrix lives as long as these."""
    rows = library.Rows()
    native.call("fkm_matrix_rows", matrix, rows)
    offsets = _borrowed(matrix, np.dtype(np.int64), rows.offsets, rows.row_count + 1)
    columns = _borrowed(matrix, np.dtype(np.int32), rows.columns, rows.value_count)
    values = _borrowed(matrix, np.dtype(np.float32), rows.values, rows.value_count)
    shape = (rows.row_count, rows.column_count)
    made = sparse.csr_matrix((values, columns, offsets), shape=shape, copy=False)
    # They are; it saves SciPy from looking.
    made.has_sorted_indices = True
    made.has_canonical_format = True
    return made


#: Arrays of fewer bytes are copied: that is faster than to keep the matrix for them.
_COPIED = 1 << 16


def _borrowed(owner: Matrix, kind: Any, address: int | None, count: int) -> np.ndarray:
    if count == 0 or not address:
        return np.empty(0, dtype=kind)
    size = count * kind.itemsize
    if size < _COPIED:
        return np.frombuffer(bytearray(ctypes.string_at(address, size)), dtype=kind)
    array = (ctypes.c_char * size).from_address(address)
    array._owner = owner
    return np.frombuffer(array, dtype=kind)

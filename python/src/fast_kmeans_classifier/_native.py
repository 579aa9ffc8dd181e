"""The library's handles as Python objects: NumPy arrays go in and come out by their addresses.

Everything here trusts its arguments: rows, labels and weights have been through `_input`, `_labels` and `_weights`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ._errors import DeviceError, InvalidParameterError
from ._input import DenseRows, Rows, SparseRows
from ._labels import CodedLabels
from ._lazy import LazyModule

if TYPE_CHECKING:
    import ctypes
    import json

    import numpy as np
    from scipy import sparse

    from . import _library as library
else:
    ctypes = LazyModule("ctypes")
    json = LazyModule("json")
    np = LazyModule("numpy")
    sparse = LazyModule("scipy.sparse")
    library = LazyModule("fast_kmeans_classifier._library")

#: Gets phase, units done, units in all, and the epoch or None.
Progress = Callable[[str, int, int, "int | None"], None]

#: Rows that one answering call takes, so that Ctrl-C is heard between calls.
ROWS_PER_CALL = 100_000


def call(name: str, *arguments: Any) -> None:
    """Calls the library; what it says of options and devices is said in this package's words."""
    try:
        library.call(name, *arguments)
    except library.InvalidOptionError as error:
        raise InvalidParameterError(str(error)) from None
    except library.DeviceRefusedError as error:
        raise DeviceError(str(error)) from None


def check_device(name: str) -> None:
    """Raises if the device cannot be used here."""
    call("fkm_device_check", name.encode())


class Handle:
    """Owns one handle of the library and frees it."""

    __slots__ = ("_free", "value")
    _type = ""

    def __init__(self, value: int) -> None:
        self.value = value
        # Kept, because while Python shuts down nothing can be looked up any more.
        self._free = getattr(library.load(), f"fkm_{self._type}_free")

    @property
    def _as_parameter_(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.value)

    @classmethod
    def _made_by(cls, name: str, *arguments: Any) -> Any:
        handle = ctypes.c_void_p()
        call(name, *arguments, ctypes.byref(handle))
        return cls(handle.value or 0)

    def __del__(self) -> None:
        value = getattr(self, "value", 0)
        if value:
            self.value = 0
            self._free(value)


class Classifier(Handle):
    """What learns. One call at a time."""

    __slots__ = ()
    _type = "classifier"

    @classmethod
    def new(cls, options: str, initial: tuple[Rows, CodedLabels] | None = None) -> Classifier:
        """A classifier that has learned nothing; `initial` are prototypes to start from."""
        encoded = options.encode()
        rows, labels, _keep = _initial(initial)
        made: Classifier = cls._made_by("fkm_classifier_new", encoded, len(encoded), rows, labels)
        return made

    @classmethod
    def resuming(cls, model: Model) -> Classifier:
        """One that goes on from a model."""
        made: Classifier = cls._made_by("fkm_classifier_resume", model)
        return made

    def clone(self) -> Classifier:
        """An independent copy."""
        made: Classifier = type(self)._made_by("fkm_classifier_clone", self)
        return made

    def set_options(self, options: str) -> None:
        """Changes options for the calls that follow."""
        encoded = options.encode()
        call("fkm_classifier_set_options", self, encoded, len(encoded))

    def fit(
        self, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, progress: library.ProgressHandler | None
    ) -> library.Report:
        """Learns from all rows; see `fkm_classifier_fit`."""
        report = library.Report()
        labels_in, keep = _labels_structure(labels)
        call("fkm_classifier_fit", self, _rows_structure(rows), labels_in, _address(weights), progress, None, report)
        del keep
        return report

    def fit_batch(
        self,
        rows: Rows,
        labels: CodedLabels,
        weights: np.ndarray | None,
        initial: tuple[Rows, CodedLabels] | None,
        progress: library.ProgressHandler | None,
    ) -> library.Report:
        """Learns from one batch; see `fkm_classifier_fit_batch`."""
        report = library.Report()
        labels_in, keep = _labels_structure(labels)
        first_rows, first_labels, keep_first = _initial(initial)
        call(
            "fkm_classifier_fit_batch", self, _rows_structure(rows), labels_in, _address(weights), first_rows,
            first_labels, progress, None, report,
        )
        del keep, keep_first
        return report

    def remove_class(self, label: CodedLabels) -> None:
        """Takes a class out; indices above it fall."""
        structure, _keep = _labels_structure(label)
        call("fkm_classifier_remove_class", self, structure)

    def rename_class(self, label: CodedLabels, name: CodedLabels) -> None:
        """Gives a class another label."""
        (old, _keep), (new, _keep_too) = _labels_structure(label), _labels_structure(name)
        call("fkm_classifier_rename_class", self, old, new)

    def merge_classes(self, labels: CodedLabels, target: CodedLabels) -> None:
        """Makes several classes one; indices above those that go fall."""
        (sources, _keep), (into, _keep_too) = _labels_structure(labels), _labels_structure(target)
        call("fkm_classifier_merge_classes", self, sources, into)

    def model(self) -> Model:
        """What has been learned, immutable."""
        made: Model = Model._made_by("fkm_classifier_model", self)
        return made


class Model(Handle):
    """What answers; immutable, for any number of threads."""

    __slots__ = ("_device", "info")
    _type = "model"

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self._device: str | None = None
        self.info = library.ModelInfo()
        call("fkm_model_get_info", self, self.info)

    @property
    def device(self) -> str:
        """Where it answers."""
        if self._device is None:
            self._device = str(self.options()["device"])
        return self._device

    def on_device(self, name: str) -> Model:
        """The same model, answering elsewhere."""
        made: Model = type(self)._made_by("fkm_model_on_device", self, name.encode())
        return made

    def rejecting(self, measure: int, rate: float, per_class: bool) -> Model:
        """The same model with a rule of when to answer "none of these"."""
        made: Model = type(self)._made_by("fkm_model_rejecting", self, measure, rate, int(per_class))
        return made

    def open_set(self) -> library.OpenSet | None:
        """What it can tell about documents of unknown classes, and its rule; None if it cannot tell."""
        found = library.OpenSet()
        try:
            call("fkm_model_get_open_set", self, found)
        except library.UnsupportedError:
            return None
        return found

    def open_set_scores(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """How much each row looks like one of any known class, as log-odds."""
        scores = np.empty(rows.shape[0], dtype=np.float32)
        for part in _parts(rows, rows_per_call):
            call("fkm_model_open_set_scores", self, _rows_structure(rows[part]), threads, _address(scores[part]))
        return scores

    @classmethod
    def load(cls, path: str | os.PathLike[str], threads: int) -> Model:
        """Reads a model file."""
        made: Model = cls._made_by("fkm_model_load", os.fsencode(path), threads)
        return made

    @classmethod
    def from_bytes(cls, data: bytes, threads: int) -> Model:
        """The same from memory."""
        made: Model = cls._made_by(
            "fkm_model_from_bytes", ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data), threads
        )
        return made

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a model file, whole or not at all."""
        call("fkm_model_save", self, os.fsencode(path))

    def to_bytes(self) -> bytes:
        """The content of a model file."""
        return _buffer("fkm_model_to_bytes", self)

    def options(self) -> dict[str, Any]:
        """The options that it was trained with."""
        options: dict[str, Any] = json.loads(_buffer("fkm_model_options", self))
        return options

    def labels(self) -> np.ndarray:
        """Class labels by index: int64, or texts as objects."""
        count = self.info.class_count
        if self.info.label_type == library.LABEL_INTEGER:
            integers = np.empty(count, dtype=np.int64)
            call("fkm_model_copy_integer_labels", self, _address(integers))
            return integers
        text = np.empty(self.info.label_text_size, dtype=np.uint8)
        offsets = np.empty(count + 1, dtype=np.int64)
        call("fkm_model_copy_text_labels", self, _address(text), _address(offsets))
        return np.array(_texts(text, offsets), dtype=object)

    def prototypes(self, which: int) -> Any:
        """Centres or refined weights: `csr_matrix` or, if the model is dense, an array; float32 unless stored wider."""
        info = self.info
        refined = which == library.REFINED
        count = info.refined_value_count if refined else info.center_value_count
        wide = self.options()["dtype"] == "float64"
        value_type, dtype = (library.FLOAT64, np.float64) if wide else (library.FLOAT32, np.float32)
        shape = (info.prototype_count, info.feature_count)
        if info.layout == library.DENSE:
            dense = np.empty(shape, dtype=dtype)
            call("fkm_model_copy_prototypes", self, which, library.INT32, None, None, value_type, _address(dense))
            return dense
        small = max(count, info.feature_count) < 2**31
        index_type, index = (library.INT32, np.int32) if small else (library.INT64, np.int64)
        offsets = np.empty(info.prototype_count + 1, dtype=index)
        columns = np.empty(count, dtype=index)
        values = np.empty(count, dtype=dtype)
        call(
            "fkm_model_copy_prototypes", self, which, index_type, _address(offsets), _address(columns), value_type,
            _address(values),
        )
        return sparse.csr_matrix((values, columns, offsets), shape=shape)

    def prototype_classes(self) -> np.ndarray:
        """The class index of each prototype."""
        indices = np.empty(self.info.prototype_count, dtype=np.int32)
        call("fkm_model_copy_prototype_masses", self, _address(indices), None, None)
        return indices

    def prototype_masses(self) -> np.ndarray:
        """The weight of the documents that each prototype stands for."""
        masses = np.empty(self.info.prototype_count, dtype=np.float64)
        call("fkm_model_copy_prototype_masses", self, None, _address(masses), None)
        return masses

    def predict(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The class index of each row."""
        indices = np.empty(rows.shape[0], dtype=np.int32)
        for part in _parts(rows, rows_per_call):
            call("fkm_model_predict", self, _rows_structure(rows[part]), threads, _address(indices[part]))
        return indices

    def top(self, rows: Rows, threads: int, count: int, rows_per_call: int) -> tuple[np.ndarray, ...]:
        """Class indices, prototypes, similarities, confidences (rows x count each), and rejected (rows)."""
        n = rows.shape[0]
        classes = np.empty((n, count), dtype=np.int32)
        prototypes = np.empty((n, count), dtype=np.int32)
        similarities = np.empty((n, count), dtype=np.float32)
        confidences = np.empty((n, count), dtype=np.float32)
        rejected = np.empty(n, dtype=np.uint8)
        for part in _parts(rows, rows_per_call):
            call(
                "fkm_model_predict_top", self, _rows_structure(rows[part]), threads, count, _address(classes[part]),
                _address(prototypes[part]), _address(similarities[part]), _address(confidences[part]), None,
                _address(rejected[part]),
            )
        return classes, prototypes, similarities, confidences, rejected.astype(bool)

    def scores(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The score of every class: rows x classes."""
        scores = np.empty((rows.shape[0], self.info.class_count), dtype=np.float32)
        for part in _parts(rows, rows_per_call):
            call(
                "fkm_model_scores", self, _rows_structure(rows[part]), threads, library.BY_CLASS, library.FLOAT32,
                _address(scores[part]),
            )
        return scores

    def probabilities(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The probability of every class: rows x classes."""
        table = np.empty((rows.shape[0], self.info.class_count), dtype=np.float32)
        for part in _parts(rows, rows_per_call):
            call(
                "fkm_model_probabilities", self, _rows_structure(rows[part]), threads, library.FLOAT32,
                _address(table[part]),
            )
        return table

    def explain(
        self, rows: Rows, threads: int, wanted: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The best prototype of the wanted class of each row, its score, and what each value adds to it."""
        n = rows.shape[0]
        prototypes = np.empty(n, dtype=np.int32)
        scores = np.empty(n, dtype=np.float32)
        shares = np.empty(len(rows.values) if isinstance(rows, SparseRows) else rows.shape, dtype=np.float32)
        call(
            "fkm_model_explain", self, _rows_structure(rows), threads, _address(wanted), _address(prototypes),
            _address(scores), _address(shares),
        )
        return prototypes, scores, shares

    def vectorizer(self) -> Vectorizer:
        """The vectoriser that was saved with the model."""
        made: Vectorizer = Vectorizer._made_by("fkm_model_vectorizer", self)
        return made

    def with_vectorizer(self, vectorizer: Vectorizer | None) -> Model:
        """The same model with this vectoriser."""
        made: Model = type(self)._made_by("fkm_model_with_vectorizer", self, vectorizer)
        return made


class Vectorizer(Handle):
    """Turns text into rows; immutable."""

    __slots__ = ("info",)
    _type = "vectorizer"

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.info = library.VectorizerInfo()
        call("fkm_vectorizer_get_info", self, self.info)

    @classmethod
    def new(cls, options: str) -> Vectorizer:
        """One that has seen nothing."""
        encoded = options.encode()
        made: Vectorizer = cls._made_by("fkm_vectorizer_new", encoded, len(encoded))
        return made

    @classmethod
    def from_parts(
        cls,
        options: str,
        terms: Sequence[str],
        inverse_frequencies: np.ndarray,
        frequencies: np.ndarray | None,
        document_count: int,
    ) -> Vectorizer:
        """One from its parts; terms in code point order."""
        encoded = options.encode()
        text, offsets = _encoded(terms)
        inverse = np.ascontiguousarray(inverse_frequencies, dtype=np.float32)
        if frequencies is not None:
            frequencies = np.ascontiguousarray(frequencies, dtype=np.int64)
        made: Vectorizer = cls._made_by(
            "fkm_vectorizer_from_parts", encoded, len(encoded), text, _address(offsets), len(terms),
            _address(inverse), _address(frequencies), len(inverse), document_count,
        )
        return made

    def options(self) -> dict[str, Any]:
        """The options, all of them."""
        options: dict[str, Any] = json.loads(_buffer("fkm_vectorizer_options", self))
        return options

    def fit(self, documents: tuple[bytes, np.ndarray], threads: int, wants_rows: bool) -> tuple[Vectorizer, Any]:
        """A fitted vectoriser and, if wanted, the documents' rows."""
        fitted, matrix = ctypes.c_void_p(), ctypes.c_void_p()
        structure = _documents_structure(documents)
        call(
            "fkm_vectorizer_fit", self, structure, threads, ctypes.byref(fitted),
            ctypes.byref(matrix) if wants_rows else None, None,
        )
        rows = _matrix_rows(_Matrix(matrix.value or 0)) if wants_rows else None
        return Vectorizer(fitted.value or 0), rows

    def transform(self, documents: tuple[bytes, np.ndarray], threads: int) -> sparse.csr_matrix:
        """The documents' rows."""
        matrix = _Matrix._made_by_transform(self, _documents_structure(documents), threads)
        return _matrix_rows(matrix)

    def terms(self) -> list[str]:
        """The vocabulary in column order; empty when hashing."""
        if self.info.term_count == 0:
            return []
        text = np.empty(self.info.term_text_size, dtype=np.uint8)
        offsets = np.empty(self.info.term_count + 1, dtype=np.int64)
        call("fkm_vectorizer_copy_vocabulary", self, _address(text), _address(offsets))
        return _texts(text, offsets)

    def frequencies(self) -> tuple[np.ndarray, np.ndarray]:
        """Of each column its inverse document frequency, and in how many documents it occurred."""
        inverse = np.empty(self.info.frequency_count, dtype=np.float32)
        counts = np.empty(self.info.frequency_count, dtype=np.int64)
        call("fkm_vectorizer_copy_frequencies", self, _address(inverse), _address(counts))
        return inverse, counts


class _Matrix(Handle):
    """Rows that the library made."""

    __slots__ = ()
    _type = "matrix"

    @classmethod
    def _made_by_transform(cls, vectorizer: Vectorizer, documents: Any, threads: int) -> _Matrix:
        handle = ctypes.c_void_p()
        call("fkm_vectorizer_transform", vectorizer, documents, threads, ctypes.byref(handle), None)
        return cls(handle.value or 0)


# --- structures


def _address(array: np.ndarray | None) -> int | None:
    return None if array is None else array.ctypes.data


def _value_type(array: np.ndarray) -> int:
    return {2: library.FLOAT16, 4: library.FLOAT32, 8: library.FLOAT64}[array.dtype.itemsize]


def _index_type(array: np.ndarray) -> int:
    return library.INT64 if array.dtype.itemsize == 8 else library.INT32


def _rows_structure(rows: Rows) -> library.Rows:
    """The structure that points into the rows; ctypes keeps no reference, the caller's `rows` must live on."""
    row_count, column_count = rows.shape
    if isinstance(rows, DenseRows):
        structure = library.Rows(
            layout=library.DENSE, row_count=row_count, column_count=column_count,
            row_stride=rows.values.strides[0] if row_count > 1 else 0, value_type=_value_type(rows.values),
            values=_address(rows.values),
        )
    else:
        structure = library.Rows(
            layout=library.SPARSE, row_count=row_count, column_count=column_count, value_count=len(rows.values),
            value_type=_value_type(rows.values), column_type=_index_type(rows.columns),
            offset_type=_index_type(rows.offsets), values=_address(rows.values), columns=_address(rows.columns),
            offsets=_address(rows.offsets),
        )
    structure._keep = rows
    return structure


def _labels_structure(labels: CodedLabels) -> tuple[library.Labels, list[Any]]:
    """The structure, and what must live as long."""
    codes = np.ascontiguousarray(labels.codes, dtype=np.int64)
    structure = library.Labels(row_count=len(codes), label_count=len(labels.classes), codes=_address(codes))
    if labels.is_text:
        text, offsets = _encoded(labels.classes.tolist())
        structure.type = library.LABEL_TEXT
        structure.text = ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p)
        structure.text_offsets = _address(offsets)
        return structure, [codes, text, offsets]
    integers = labels.classes.astype(np.int64)
    structure.type = library.LABEL_INTEGER
    structure.integers = _address(integers)
    return structure, [codes, integers]


def _initial(initial: tuple[Rows, CodedLabels] | None) -> tuple[Any, Any, list[Any]]:
    if initial is None:
        return None, None, []
    labels, keep = _labels_structure(initial[1])
    return _rows_structure(initial[0]), labels, [initial, keep]


def _documents_structure(documents: tuple[bytes, np.ndarray]) -> library.Documents:
    text, offsets = documents
    structure = library.Documents(
        offset_type=_index_type(offsets), count=len(offsets) - 1, byte_count=len(text),
        bytes=ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p), offsets=_address(offsets),
    )
    structure._keep = documents
    return structure


# --- parts and results


def _parts(rows: Rows, rows_per_call: int) -> list[slice]:
    count = rows.shape[0]
    step = max(1, rows_per_call)
    return [slice(first, min(first + step, count)) for first in range(0, count, step)]


def _buffer(name: str, handle: Handle) -> bytes:
    buffer = ctypes.c_void_p()
    call(name, handle, ctypes.byref(buffer))
    data: bytes = library.take_buffer(buffer)
    return data


def _encoded(texts: Sequence[str]) -> tuple[bytes, np.ndarray]:
    parts = [text.encode() for text in texts]
    offsets = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    return b"".join(parts), offsets


def _texts(text: np.ndarray, offsets: np.ndarray) -> list[str]:
    data, ends = text.tobytes(), offsets.tolist()
    return [data[start:end].decode() for start, end in zip(ends[:-1], ends[1:])]


def _matrix_rows(matrix: _Matrix) -> sparse.csr_matrix:
    """The matrix's memory as SciPy's type, not copied; the matrix lives as long as its arrays."""
    rows = library.Rows()
    call("fkm_matrix_rows", matrix, rows)
    offsets = _borrowed(matrix, ctypes.c_int64, rows.offsets, rows.row_count + 1)
    columns = _borrowed(matrix, ctypes.c_int32, rows.columns, rows.value_count)
    values = _borrowed(matrix, ctypes.c_float, rows.values, rows.value_count)
    shape = (rows.row_count, rows.column_count)
    made = sparse.csr_matrix((values, columns, offsets), shape=shape, copy=False)
    # They are; it saves SciPy from looking.
    made.has_sorted_indices = True
    made.has_canonical_format = True
    return made


def _borrowed(owner: _Matrix, kind: Any, address: int | None, count: int) -> np.ndarray:
    if count == 0 or not address:
        return np.empty(0, dtype=np.dtype(kind))
    array = (kind * count).from_address(address)
    array._owner = owner
    return np.frombuffer(array, dtype=np.dtype(kind))

"""The library's handles as Python objects: NumPy arrays go in and come out by their addresses.

Everything here trusts its arguments: rows, labels and weights have been through `_input`, `_labels` and `_weights`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._errors import DeviceError, InvalidParameterError
from ._input import Rows, SparseRows
from ._labels import CodedLabels
from ._lazy import LazyModule
from ._structures import address, decoded_texts, of_initial, of_labels, of_rows

if TYPE_CHECKING:
    import ctypes
    import json

    import numpy as np
    from scipy import sparse

    from . import _library as library
    from ._vectorizer_handle import Vectorizer
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
    """Calls the library; its errors about options and devices get this package's words."""
    try:
        library.call(name, *arguments)
    except library.InvalidOptionError as error:
        raise InvalidParameterError(str(error)) from None
    except library.DeviceRefusedError as error:
        build = "; in Python: pip install torch, then python -m fast_kmeans_classifier.torch_plugin"
        raise DeviceError(f"{error}{build if error.kind.startswith('plugin') else ''}") from None


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
        rows, labels, _keep = of_initial(initial)
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

    def choices(self) -> list[dict[str, Any]]:
        """What the last learning call tried on held-out rows."""
        choices: list[dict[str, Any]] = json.loads(buffer("fkm_classifier_choices", self))
        return choices

    def fit(
        self, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, progress: library.ProgressHandler | None
    ) -> library.Report:
        """Learns from all rows; see `fkm_classifier_fit`."""
        report = library.Report()
        labels_in, keep = of_labels(labels)
        call("fkm_classifier_fit", self, of_rows(rows), labels_in, address(weights), progress, None, report)
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
        labels_in, keep = of_labels(labels)
        first_rows, first_labels, keep_first = of_initial(initial)
        call(
            "fkm_classifier_fit_batch", self, of_rows(rows), labels_in, address(weights), first_rows,
            first_labels, progress, None, report,
        )
        del keep, keep_first
        return report

    def remove_class(self, label: CodedLabels) -> None:
        """Takes a class out; indices above it fall."""
        structure, _keep = of_labels(label)
        call("fkm_classifier_remove_class", self, structure)

    def rename_class(self, label: CodedLabels, name: CodedLabels) -> None:
        """Gives a class another label."""
        (old, _keep), (new, _keep_too) = of_labels(label), of_labels(name)
        call("fkm_classifier_rename_class", self, old, new)

    def merge_classes(self, labels: CodedLabels, target: CodedLabels) -> None:
        """Makes several classes one; indices above those that go fall."""
        (sources, _keep), (into, _keep_too) = of_labels(labels), of_labels(target)
        call("fkm_classifier_merge_classes", self, sources, into)

    def predict(self, rows: Rows, threads: int) -> np.ndarray:
        """The class index of each row, without a model for a few rows after a batch."""
        indices = np.empty(rows.shape[0], dtype=np.int32)
        call("fkm_classifier_predict", self, of_rows(rows), threads, address(indices))
        return indices

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
            call("fkm_model_open_set_scores", self, of_rows(rows[part]), threads, address(scores[part]))
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
        return buffer("fkm_model_to_bytes", self)

    def options(self) -> dict[str, Any]:
        """The options that it was trained with."""
        options: dict[str, Any] = json.loads(buffer("fkm_model_options", self))
        return options

    def labels(self) -> np.ndarray:
        """Class labels by index: int64, or texts as objects."""
        count = self.info.class_count
        if self.info.label_type == library.LABEL_INTEGER:
            integers = np.empty(count, dtype=np.int64)
            call("fkm_model_copy_integer_labels", self, address(integers))
            return integers
        text = np.empty(self.info.label_text_size, dtype=np.uint8)
        offsets = np.empty(count + 1, dtype=np.int64)
        call("fkm_model_copy_text_labels", self, address(text), address(offsets))
        return np.array(decoded_texts(text, offsets), dtype=object)

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
            call("fkm_model_copy_prototypes", self, which, library.INT32, None, None, value_type, address(dense))
            return dense
        small = max(count, info.feature_count) < 2**31
        index_type, index = (library.INT32, np.int32) if small else (library.INT64, np.int64)
        offsets = np.empty(info.prototype_count + 1, dtype=index)
        columns = np.empty(count, dtype=index)
        values = np.empty(count, dtype=dtype)
        call(
            "fkm_model_copy_prototypes", self, which, index_type, address(offsets), address(columns), value_type,
            address(values),
        )
        return sparse.csr_matrix((values, columns, offsets), shape=shape)

    def prototype_classes(self) -> np.ndarray:
        """The class index of each prototype."""
        indices = np.empty(self.info.prototype_count, dtype=np.int32)
        call("fkm_model_copy_prototype_masses", self, address(indices), None, None)
        return indices

    def prototype_masses(self) -> np.ndarray:
        """The weight of the documents that each prototype stands for."""
        masses = np.empty(self.info.prototype_count, dtype=np.float64)
        call("fkm_model_copy_prototype_masses", self, None, address(masses), None)
        return masses

    def predict(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The class index of each row."""
        indices = np.empty(rows.shape[0], dtype=np.int32)
        for part in _parts(rows, rows_per_call):
            call("fkm_model_predict", self, of_rows(rows[part]), threads, address(indices[part]))
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
                "fkm_model_predict_top", self, of_rows(rows[part]), threads, count, address(classes[part]),
                address(prototypes[part]), address(similarities[part]), address(confidences[part]), None,
                address(rejected[part]),
            )
        return classes, prototypes, similarities, confidences, rejected.astype(bool)

    def best(self, rows: Rows, threads: int, rows_per_call: int) -> tuple[np.ndarray, np.ndarray]:
        """The class index of each row and its confidence."""
        classes = np.empty(rows.shape[0], dtype=np.int32)
        confidences = np.empty(rows.shape[0], dtype=np.float32)
        for part in _parts(rows, rows_per_call):
            call(
                "fkm_model_predict_top", self, of_rows(rows[part]), threads, 1, address(classes[part]), None, None,
                address(confidences[part]), None, None,
            )
        return classes, confidences

    def sets(self, rows: Rows, threads: int, coverage: float, per_class: bool, rows_per_call: int) -> list[np.ndarray]:
        """Of each row the class indices of its set, the most probable first."""
        from ._vectorizer_handle import Matrix, matrix_rows

        found: list[np.ndarray] = []
        for part in _parts(rows, rows_per_call) or [slice(0, 0)]:
            made = Matrix._made_by("fkm_model_predict_sets", self, of_rows(rows[part]), threads, coverage, int(per_class))
            sets = matrix_rows(made)
            for start, end in zip(sets.indptr[:-1], sets.indptr[1:]):
                found.append(sets.indices[start:end][np.argsort(-sets.data[start:end], kind="stable")])
        return found

    def select(
        self, rows: Rows, threads: int, count: int, similarity: float, seed: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Rows to label next, their best classes, the confidences in these, and the margins to the second."""
        length = max(0, min(count, rows.shape[0]))
        chosen, classes = np.empty(length, dtype=np.int64), np.empty(length, dtype=np.int32)
        confidences, margins = (np.empty(length, dtype=np.float32) for _ in range(2))
        found = ctypes.c_int64()
        call(
            "fkm_model_select", self, of_rows(rows), threads, count, similarity, seed, address(chosen), address(classes),
            address(confidences), address(margins), ctypes.byref(found),
        )
        kept = slice(0, found.value)
        return chosen[kept], classes[kept], confidences[kept], margins[kept]

    def scores(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The score of every class: rows x classes."""
        scores = np.empty((rows.shape[0], self.info.class_count), dtype=np.float32)
        for part in _parts(rows, rows_per_call):
            call(
                "fkm_model_scores", self, of_rows(rows[part]), threads, library.BY_CLASS, library.FLOAT32,
                address(scores[part]),
            )
        return scores

    def probabilities(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The probability of every class: rows x classes."""
        table = np.empty((rows.shape[0], self.info.class_count), dtype=np.float32)
        for part in _parts(rows, rows_per_call):
            call(
                "fkm_model_probabilities", self, of_rows(rows[part]), threads, library.FLOAT32,
                address(table[part]),
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
            "fkm_model_explain", self, of_rows(rows), threads, address(wanted), address(prototypes),
            address(scores), address(shares),
        )
        return prototypes, scores, shares

    def vectorizer(self) -> Vectorizer:
        """The vectoriser that was saved with the model."""
        from ._vectorizer_handle import Vectorizer

        made: Vectorizer = Vectorizer._made_by("fkm_model_vectorizer", self)
        return made

    def with_vectorizer(self, vectorizer: Vectorizer | None) -> Model:
        """The same model with this vectoriser."""
        made: Model = type(self)._made_by("fkm_model_with_vectorizer", self, vectorizer)
        return made


# --- parts and results


def _parts(rows: Rows, rows_per_call: int) -> list[slice]:
    count = rows.shape[0]
    step = max(1, rows_per_call)
    return [slice(first, min(first + step, count)) for first in range(0, count, step)]


def description_weights(
    options: str, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, count: int
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The weight of each row where the last `count` of them describe classes, and what was tried."""
    encoded = options.encode()
    structure, _keep = of_labels(labels)
    found = np.empty(rows.shape[0], dtype=np.float64)
    tried = ctypes.c_void_p()
    call(
        "fkm_description_weights", encoded, len(encoded), of_rows(rows), structure,
        None if weights is None else address(weights), count, address(found), ctypes.byref(tried),
    )
    choices: list[dict[str, Any]] = json.loads(library.take_buffer(tried))
    return found, choices


def buffer(name: str, handle: Handle) -> bytes:
    """The bytes that a function of a handle gives as a new buffer."""
    buffer = ctypes.c_void_p()
    call(name, handle, ctypes.byref(buffer))
    data: bytes = library.take_buffer(buffer)
    return data

"""The library's handles as Python objects: NumPy arrays, rows, labels and texts go in, NumPy arrays come out.

Everything here trusts its arguments: rows, labels and weights have been through `_input`, `_labels` and `_weights`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._errors import DeviceError, InvalidParameterError
from ._input import Rows, SparseRows
from ._labels import CodedLabels
from ._lazy import Self, ctypes, json, library, np, sparse
from ._structures import decoded_texts, of_text, passed

if TYPE_CHECKING:
    from ._vectorizer_handle import Vectorizer

#: Gets phase, units done, units in all, and the epoch or None.
Progress = Callable[[str, int, int, "int | None"], None]

#: Rows that one answering call takes, so that Ctrl-C is heard between calls.
ROWS_PER_CALL = 100_000


def call(name: str, *arguments: Any) -> None:
    """Calls the library with what `passed` makes of the arguments; its errors about options and devices get this package's words."""
    try:
        library.call(name, *passed(arguments))
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
    def _made_by(cls, name: str, *arguments: Any) -> Self:
        handle = ctypes.c_void_p()
        call(name, *arguments, ctypes.byref(handle))
        return cls(handle.value or 0)

    def _texts(self, name: str, count: int, byte_count: int) -> list[str]:
        """Texts that a function copies."""
        text, offsets = np.empty(byte_count, dtype=np.uint8), np.empty(count + 1, dtype=np.int64)
        call(name, self, text, offsets)
        return decoded_texts(text, offsets)

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
        return cls._made_by("fkm_classifier_new", *of_text(options), *(initial or (None, None)))

    @classmethod
    def resuming(cls, model: Model) -> Classifier:
        """One that goes on from a model."""
        return cls._made_by("fkm_classifier_resume", model)

    def clone(self) -> Classifier:
        """An independent copy."""
        return type(self)._made_by("fkm_classifier_clone", self)

    def set_options(self, options: str) -> None:
        """Changes options for the calls that follow."""
        call("fkm_classifier_set_options", self, *of_text(options))

    def choices(self) -> list[dict[str, Any]]:
        """What the last learning call tried on held-out rows."""
        return list(parsed("fkm_classifier_choices", self))

    def warnings(self) -> list[str]:
        """What the last learning call warns of."""
        return list(parsed("fkm_classifier_warnings", self))

    def fit(
        self, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, progress: library.ProgressHandler | None
    ) -> library.Report:
        """Learns from all rows; see `fkm_classifier_fit`."""
        report = library.Report()
        call("fkm_classifier_fit", self, rows, labels, weights, progress, None, report)
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
        call("fkm_classifier_fit_batch", self, rows, labels, weights, *(initial or (None, None)), progress, None, report)
        return report

    def remove_class(self, label: CodedLabels) -> None:
        """Takes a class out; indices above it fall."""
        call("fkm_classifier_remove_class", self, label)

    def rename_class(self, label: CodedLabels, name: CodedLabels) -> None:
        """Gives a class another label."""
        call("fkm_classifier_rename_class", self, label, name)

    def merge_classes(self, labels: CodedLabels, target: CodedLabels) -> None:
        """Makes several classes one; indices above those that go fall."""
        call("fkm_classifier_merge_classes", self, labels, target)

    def predict(self, rows: Rows, threads: int) -> np.ndarray:
        """The class index of each row, without a model for a few rows after a batch."""
        indices = np.empty(rows.shape[0], dtype=np.int32)
        call("fkm_classifier_predict", self, rows, threads, indices)
        return indices

    def model(self) -> Model:
        """What has been learned, immutable."""
        return Model._made_by("fkm_classifier_model", self)


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
        return type(self)._made_by("fkm_model_on_device", self, name.encode())

    def rejecting(self, measure: int, rate: float, per_class: bool) -> Model:
        """The same model with a rule of when to answer "none of these"."""
        return type(self)._made_by("fkm_model_rejecting", self, measure, rate, int(per_class))

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
        self._answer("fkm_model_open_set_scores", rows, threads, rows_per_call, scores)
        return scores

    @classmethod
    def load(cls, path: str | os.PathLike[str], threads: int) -> Model:
        """Reads a model file."""
        return cls._made_by("fkm_model_load", os.fsencode(path), threads)

    @classmethod
    def from_bytes(cls, data: bytes, threads: int) -> Model:
        """The same from memory."""
        return cls._made_by(
            "fkm_model_from_bytes", ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data), threads
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a model file, whole or not at all."""
        call("fkm_model_save", self, os.fsencode(path))

    def to_bytes(self) -> bytes:
        """The content of a model file."""
        return buffer("fkm_model_to_bytes", self)

    def options(self) -> dict[str, Any]:
        """The options that it was trained with."""
        return dict(parsed("fkm_model_options", self))

    def labels(self) -> np.ndarray:
        """Class labels by index: int64, or texts as objects."""
        count = self.info.class_count
        if self.info.label_type == library.LABEL_INTEGER:
            integers = np.empty(count, dtype=np.int64)
            call("fkm_model_copy_integer_labels", self, integers)
            return integers
        return np.array(self._texts("fkm_model_copy_text_labels", count, self.info.label_text_size), dtype=object)

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
            call("fkm_model_copy_prototypes", self, which, library.INT32, None, None, value_type, dense)
            return dense
        small = max(count, info.feature_count) < 2**31
        index_type, index = (library.INT32, np.int32) if small else (library.INT64, np.int64)
        offsets = np.empty(info.prototype_count + 1, dtype=index)
        columns = np.empty(count, dtype=index)
        values = np.empty(count, dtype=dtype)
        call("fkm_model_copy_prototypes", self, which, index_type, offsets, columns, value_type, values)
        return sparse.csr_matrix((values, columns, offsets), shape=shape)

    def prototype_classes(self) -> np.ndarray:
        """The class index of each prototype."""
        indices = np.empty(self.info.prototype_count, dtype=np.int32)
        call("fkm_model_copy_prototype_masses", self, indices, None, None)
        return indices

    def prototype_masses(self) -> np.ndarray:
        """The weight of the documents that each prototype stands for."""
        masses = np.empty(self.info.prototype_count, dtype=np.float64)
        call("fkm_model_copy_prototype_masses", self, None, masses, None)
        return masses

    def predict(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The class index of each row."""
        indices = np.empty(rows.shape[0], dtype=np.int32)
        self._answer("fkm_model_predict", rows, threads, rows_per_call, indices)
        return indices

    def top(self, rows: Rows, threads: int, count: int, rows_per_call: int) -> tuple[np.ndarray, ...]:
        """Class indices, prototypes, similarities, confidences (rows x count each), and rejected (rows)."""
        n = rows.shape[0]
        classes, prototypes = (np.empty((n, count), dtype=np.int32) for _ in range(2))
        similarities, confidences = (np.empty((n, count), dtype=np.float32) for _ in range(2))
        rejected = np.empty(n, dtype=np.uint8)
        found = count, classes, prototypes, similarities, confidences, None, rejected
        self._answer("fkm_model_predict_top", rows, threads, rows_per_call, *found)
        return classes, prototypes, similarities, confidences, rejected.astype(bool)

    def best(self, rows: Rows, threads: int, rows_per_call: int) -> tuple[np.ndarray, np.ndarray]:
        """The class index of each row and its confidence."""
        classes = np.empty(rows.shape[0], dtype=np.int32)
        confidences = np.empty(rows.shape[0], dtype=np.float32)
        self._answer("fkm_model_predict_top", rows, threads, rows_per_call, 1, classes, None, None, confidences, None, None)
        return classes, confidences

    def sets(self, rows: Rows, threads: int, coverage: float, per_class: bool, rows_per_call: int) -> list[np.ndarray]:
        """Of each row the class indices of its set, the most probable first."""
        from ._vectorizer_handle import Matrix, matrix_rows

        found: list[np.ndarray] = []
        for part in _parts(rows, rows_per_call) or [slice(0, 0)]:
            made = Matrix._made_by("fkm_model_predict_sets", self, rows[part], threads, coverage, int(per_class))
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
            "fkm_model_select", self, rows, threads, count, similarity, seed, chosen, classes, confidences, margins, ctypes.byref(found)
        )
        kept = slice(0, found.value)
        return chosen[kept], classes[kept], confidences[kept], margins[kept]

    def scores(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The score of every class: rows x classes."""
        scores = np.empty((rows.shape[0], self.info.class_count), dtype=np.float32)
        self._answer("fkm_model_scores", rows, threads, rows_per_call, library.BY_CLASS, library.FLOAT32, scores)
        return scores

    def probabilities(self, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The probability of every class: rows x classes."""
        table = np.empty((rows.shape[0], self.info.class_count), dtype=np.float32)
        self._answer("fkm_model_probabilities", rows, threads, rows_per_call, library.FLOAT32, table)
        return table

    def _answer(self, name: str, rows: Rows, threads: int, rows_per_call: int, *arguments: Any) -> None:
        """Calls a function for some rows at a time; arrays among the arguments are filled."""
        for part in _parts(rows, rows_per_call):
            call(name, self, rows[part], threads, *(one[part] if isinstance(one, np.ndarray) else one for one in arguments))

    def explain(
        self, rows: Rows, threads: int, wanted: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The best prototype of the wanted class of each row, its score, and what each value adds to it."""
        n = rows.shape[0]
        prototypes = np.empty(n, dtype=np.int32)
        scores = np.empty(n, dtype=np.float32)
        shares = np.empty(len(rows.values) if isinstance(rows, SparseRows) else rows.shape, dtype=np.float32)
        call("fkm_model_explain", self, rows, threads, wanted, prototypes, scores, shares)
        return prototypes, scores, shares

    def vectorizer(self) -> Vectorizer:
        """The vectoriser that was saved with the model."""
        from ._vectorizer_handle import Vectorizer

        return Vectorizer._made_by("fkm_model_vectorizer", self)

    def with_vectorizer(self, vectorizer: Vectorizer | None) -> Model:
        """The same model with this vectoriser."""
        return type(self)._made_by("fkm_model_with_vectorizer", self, vectorizer)


# --- parts and results


def _parts(rows: Rows, rows_per_call: int) -> list[slice]:
    count = rows.shape[0]
    step = max(1, rows_per_call)
    return [slice(first, min(first + step, count)) for first in range(0, count, step)]


def description_weights(
    options: str, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, count: int
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The weight of each row where the last `count` of them describe classes, and what was tried."""
    found = np.empty(rows.shape[0], dtype=np.float64)
    return found, list(parsed("fkm_description_weights", *of_text(options), rows, labels, weights, count, found))


def buffer(name: str, *arguments: Any) -> bytes:
    """The bytes that a function gives as a new buffer."""
    found = ctypes.c_void_p()
    call(name, *arguments, ctypes.byref(found))
    return library.take_buffer(found)


def parsed(name: str, *arguments: Any) -> Any:
    """What the JSON says that a function gives as a new buffer."""
    return json.loads(buffer(name, *arguments))

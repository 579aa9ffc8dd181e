"""What a fitted estimator has learned: the library's handles, made when they are first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from . import _native as native
from ._errors import WrongTypeError, nearest_name
from ._labels import CodedLabels
from ._lazy import library, np

if TYPE_CHECKING:
    from ._input import Rows


class LearnedState:
    """A classifier that learns and the model that answers for it, either made from the other.

    Learning calls take turns. Answering ones need no turn: a model is immutable.
    """

    #: The library answers this many rows without making a model.
    FEW_ROWS = 64

    def __init__(self, classifier: native.Classifier | None = None, model: native.Model | None = None) -> None:
        self._classifier = classifier
        self._model = model
        #: The options that the classifier knows; None: those of the model.
        self.options: str | None = None
        #: When to answer "none of these": measure, rate, whether by class; None: as the library has it.
        self.rule: tuple[int, float, bool] | None = None
        #: Whether the rows that it learned from were sparse, as the library numbers it; None before it has learned.
        self.layout: int | None = None if model is None else model.info.layout
        self._placed: tuple[native.Model, str, native.Model] | None = None
        self.lock = threading.Lock()

    def model(self) -> native.Model:
        """What answers now."""
        model = self._model
        if model is None:
            with self.lock:
                model = self._current()
        return model

    def _current(self) -> native.Model:
        """The model, made if needed; call with the lock held."""
        if self._model is None:
            assert self._classifier is not None
            model = self._classifier.model()
            self._model = model if self.rule is None else model.rejecting(*self.rule)
        return self._model

    def model_on(self, device: str) -> native.Model:
        """What answers now, on a device."""
        model = self.model()
        if model.device == device:
            return model
        placed = self._placed
        if placed is None or placed[0] is not model or placed[1] != device:
            placed = (model, device, model.on_device(device))
            self._placed = placed
        return placed[2]

    def predict(self, device: str, rows: Rows, threads: int, rows_per_call: int) -> np.ndarray:
        """The class index of each row; a few rows between two batches need no model."""
        if self._model is None and device in ("cpu", "auto") and rows.shape[0] <= self.FEW_ROWS:
            with self.lock:
                if self._model is None:
                    return self.classifier().predict(rows, threads)
        return self.model_on(device).predict(rows, threads, rows_per_call)

    def reject(self, measure: int, rate: float, per_class: bool) -> None:
        """Sets when to answer "none of these", for the models of later batches too."""
        with self.lock:
            self._model = self._current().rejecting(measure, rate, per_class)
            self.rule = (measure, rate, per_class)

    def classifier(self) -> native.Classifier:
        """What learns; call with the lock held."""
        if self._classifier is None:
            assert self._model is not None
            self._classifier = native.Classifier.resuming(self._model)
        return self._classifier

    def has_learned(self, options: str | None, layout: int | None) -> None:
        """The model is out of date; call with the lock held."""
        self._model = None
        self.options, self.layout = options, layout

    def forget_rule(self) -> None:
        """No more rejection; call with the lock held."""
        self.rule = (library.ACCEPT_ALL, 0.0, False)

    def copy(self) -> LearnedState:
        """An independent state with the same content."""
        with self.lock:
            classifier = self._classifier.clone() if self._classifier is not None else None
            copied = LearnedState(classifier, self._model)
            copied.options, copied.rule, copied.layout = self.options, self.rule, self.layout
        return copied


class LabelTable:
    """The labels of a classifier, in the type that the user gave them, and where each class's column is.

    The library's class index counts in order of appearance; the columns of probabilities are in the order of `classes`. The two
    differ only where `partial_fit` was told all classes beforehand.
    """

    def __init__(self, classes: np.ndarray, is_text: bool, declared: bool = False) -> None:
        self.classes = classes
        self.is_text = is_text
        self.declared = declared
        #: Column of each class index; None: the index itself.
        self.columns: np.ndarray | None = np.empty(0, dtype=np.int64) if declared else None
        self._positions = {label: position for position, label in enumerate(self._keys(classes))}

    def _keys(self, labels: np.ndarray) -> list[object]:
        keys: list[object] = labels.tolist() if self.is_text else labels.astype(np.int64).tolist()
        return keys

    def check_kind(self, labels: CodedLabels, what: str) -> None:
        """Raises if the labels are texts and the table's are numbers, or the reverse."""
        if labels.is_text != self.is_text:
            kinds = ("texts", "numbers") if self.is_text else ("numbers", "texts")
            raise WrongTypeError(f"the classifier has learned labels that are {kinds[0]}, {what} are {kinds[1]}")

    def unknown(self, labels: np.ndarray) -> np.ndarray:
        """Those of some sorted distinct labels that are not in the table."""
        missing = [key not in self._positions for key in self._keys(labels)]
        unknown: np.ndarray = labels[np.array(missing, dtype=bool)]
        return unknown

    def with_seen(self, labels: np.ndarray) -> tuple[LabelTable, np.ndarray]:
        """The table after the library has learned from these sorted distinct labels, and those that were new to it."""
        if self.declared:
            positions = np.array([self._positions[key] for key in self._keys(labels)], dtype=np.int64)
            assert self.columns is not None
            fresh = np.isin(positions, self.columns, invert=True)
            table = LabelTable(self.classes, self.is_text, declared=True)
            table.columns = np.concatenate([self.columns, positions[fresh]])
            return table, labels[fresh]
        new = self.unknown(labels)
        if len(new) == 0:
            return self, new
        return LabelTable(np.concatenate([self.classes, new]), self.is_text), new

    def without(self, indices: list[int]) -> LabelTable:
        """The table after the library has taken these class indices out; declared labels stay declared."""
        if self.columns is None:
            return LabelTable(np.delete(self.classes, indices), self.is_text)
        table = LabelTable(self.classes, self.is_text, declared=True)
        table.columns = np.delete(self.columns, indices)
        return table

    def renamed(self, index: int, label: np.ndarray) -> LabelTable:
        """The table after the class of an index got another label, given as an array of one."""
        parts = (self.classes[:index], label, self.classes[index + 1 :])
        return LabelTable(np.concatenate(parts), self.is_text)

    def labels_of(self, indices: np.ndarray) -> np.ndarray:
        """Labels of class indices."""
        labels: np.ndarray = self.classes.take(indices if self.columns is None else self.columns.take(indices))
        return labels

    def index_of(self, label: object) -> int:
        """The class index of a label.

        Raises
        ------
        ValueError
            The classifier knows no such class.
        """
        key = label if isinstance(label, str) else _whole_number(label)
        position = self._positions.get(key)
        if position is not None and self.columns is not None:
            found = np.flatnonzero(self.columns == position)
            position = int(found[0]) if len(found) else None
        if position is None:
            raise ValueError(f"the classifier knows no class {label!r}{nearest_name(label, self.classes.tolist())}")
        return position

    def in_columns(self, table: np.ndarray, missing: float) -> np.ndarray:
        """A table by class index, with its columns in the order of `classes`."""
        if self.columns is None:
            return table
        full = np.full((len(table), len(self.classes)), missing, dtype=table.dtype)
        full[:, self.columns] = table
        return full


def _whole_number(label: object) -> int | None:
    """A number as labels are kept; None for what is no whole number."""
    try:
        number = float(label)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return int(label) if number.is_integer() else None  # type: ignore[call-overload]

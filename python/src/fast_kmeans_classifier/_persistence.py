"""Copies, pickles and model files of a classifier."""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING, Any

from . import _native as native
from ._answers import Answers
from ._estimator import _parameters_of
from ._lazy import Self, library
from ._parameters import params_of_options, thread_count
from ._state import LabelTable, LearnedState

if TYPE_CHECKING:
    from ._vectorizer import TfidfVectorizer

#: Grows when older versions of this package could not read what `__getstate__` gives.
PICKLE_FORMAT = 1

#: What copies and pickles bring in another form than the other attributes.
_LEARNED = ("_state", "_table")


class Persistence(Answers):
    """Saving and loading. A loaded classifier goes on learning to the bit as if it had never stopped."""

    def save(self, path: str | os.PathLike[str], vectorizer: TfidfVectorizer | None = None) -> None:
        """Writes a model file that the command line, the Swift library and `load` read; whole or not at all.

        Parameters
        ----------
        path : str or path
            Usually with the ending `.safetensors`.
        vectorizer : TfidfVectorizer
            The one that made the features, to be kept with the model; then `fastkmeans predict` takes text.

        Raises
        ------
        OSError
            The file cannot be written.
        ValueError
            The vectoriser has another number of features than the model, or has callables.
        """
        self._check_is_fitted()
        model = self._state.model()
        if vectorizer is not None:
            if not hasattr(vectorizer, "_for_file"):
                raise TypeError(f"vectorizer is of type {type(vectorizer).__name__}; this package's TfidfVectorizer is needed")
            model = model.with_vectorizer(vectorizer._for_file())
        model.save(_checked_path(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str], n_threads: int = -1) -> Self:
        """A classifier from a model file, however that was made.

        Parameters are those of the training. Whole-number labels come back as int64, texts as objects. The vectoriser, if
        there is one: `TfidfVectorizer.load(path)`.

        Raises
        ------
        OSError
            The file cannot be read.
        ValueError
            It is no model, is damaged, or was written by a newer version.
        """
        model = native.Model.load(_checked_path(path), thread_count(n_threads))
        loaded = cls(**{**params_of_options(model.options()), "n_threads": n_threads})
        loaded._take_model(model)
        return loaded

    def _take_model(self, model: native.Model) -> None:
        self._state = LearnedState(model=model)
        self._table = LabelTable(model.labels(), model.info.label_type == library.LABEL_TEXT)
        self.classes_ = self._table.classes
        self.n_features_in_ = int(model.info.feature_count)

    def __copy__(self) -> Self:
        return self._copied(dict)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._copied(lambda attributes: copy.deepcopy(attributes, memo))

    def _copied(self, copied_attributes: Any) -> Self:
        other = type(self).__new__(type(self))
        other.__dict__.update(copied_attributes(_attributes(self, _LEARNED)))
        if self._is_fitted():
            other._state = self._state.copy()
            # Tables are never changed, only replaced.
            other._table = self._table
        return other

    def __getstate__(self) -> dict[str, Any]:
        state = pickled(self, *_LEARNED)
        if self._is_fitted():
            table = self._table
            state["model"] = self._state.model().to_bytes()
            state["labels"] = (table.classes, table.is_text, table.declared, table.columns)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        unpickled(self, state)
        if "model" not in state:
            return
        self._state = LearnedState(model=native.Model.from_bytes(state["model"], -1))
        classes, is_text, declared, columns = state["labels"]
        self._table = LabelTable(classes, is_text, declared)
        self._table.columns = columns


def _attributes(estimator: object, without: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in estimator.__dict__.items() if name not in without}


def pickled(estimator: object, *without: str) -> dict[str, Any]:
    """What every pickle has: all attributes but some."""
    from . import __version__

    return {"format": PICKLE_FORMAT, "version": __version__, "attributes": _attributes(estimator, without)}


def unpickled(estimator: object, state: Any, **younger: Any) -> None:
    """Takes what `pickled` gave; raises if a pickle's content comes from a version that this one does not understand.

    Parameters that the version that pickled it did not have are those of `younger`, else their defaults.
    """
    from . import __version__

    kind = type(estimator)
    if not isinstance(state, dict) or "format" not in state:
        raise library.BadModelError(f"this is no pickle of {kind.__name__} that version {__version__} of the package knows")
    if state["format"] > PICKLE_FORMAT:
        raise library.NewerFormatError(
            f"this {kind.__name__} was pickled by version {state['version']} of fast_kmeans_classifier, in a format that version "
            f"{__version__} cannot read: upgrade the package, or hand models on by save() and load()"
        )
    estimator.__dict__.update({**dict(_parameters_of(kind)), **younger, **state["attributes"]})


def _checked_path(path: str | os.PathLike[str]) -> str | os.PathLike[str]:
    if b"\0" in os.fsencode(path):
        raise ValueError("a path cannot contain a NUL character")
    return path

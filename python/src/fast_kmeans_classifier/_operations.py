"""What can be done to a fitted classifier without learning: changes of its classes, and when it rejects."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from . import _native as native
from ._errors import InvalidParameterError
from ._labels import CodedLabels, coded_labels
from ._lazy import Self, library, np
from ._parameters import _real, _truth
from ._persistence import Persistence
from ._state import LabelTable


class OpenSet(NamedTuple):
    """What a model can tell about documents of classes that it has never seen.

    Attributes
    ----------
    known_count : int
        Held-out documents that stand for known classes.
    unknown_count : int
        Documents of classes that trial models had not seen.
    separation : float
        The probability that a document of a known class looks more like one than a document of an unknown class, 0...1.
    """

    known_count: int
    unknown_count: int
    separation: float


class Operations(Persistence):
    """Classes that go, merge or get another name; documents that are none of them."""

    def remove_class(self, label: Any) -> Self:
        """Takes a class out. The others stay to the bit; it may come again with a later batch.

        Raises
        ------
        ValueError
            A class that the classifier does not know, or its last one.
        """
        index = self._index_of(label)
        coded = self._coded([label])
        self._change(lambda learner: learner.remove_class(coded), lambda table: table.without([index]))
        return self

    def rename_class(self, label: Any, name: Any) -> Self:
        """Gives a class another label, a text or a number as the others; nothing else changes, its column included.

        Raises
        ------
        ValueError
            A class that the classifier does not know, a name that is taken, or classes that `partial_fit` was told beforehand.
        TypeError
            A text where labels are numbers, or the reverse.
        """
        index = self._index_of(label)
        if self._table.declared:
            raise ValueError("partial_fit was told the classes; a label that is not among them cannot come up")
        old, new = self._coded([label]), self._coded([name])
        self._change(
            lambda learner: learner.rename_class(old, new), lambda table: table.renamed(index, new.classes)
        )
        return self

    def merge_classes(self, labels: Iterable[Any], into: Any) -> Self:
        """Makes several classes one, `into`: it gets the prototypes and refined weights of the others, which go.

        Prototypes stay where they are: what was answered with one of the classes is answered with `into`.

        Parameters
        ----------
        labels : list
            The classes that go.
        into : object
            A class that stays.

        Raises
        ------
        ValueError
            A class that the classifier does not know or that is named twice.
        """
        if isinstance(labels, (str, bytes)) or not isinstance(labels, Iterable):
            raise TypeError(f"labels is {labels!r}; a list of labels is needed")
        names = list(labels)
        if not names:
            raise ValueError("labels is empty; name the classes that go")
        indices = [self._index_of(name) for name in names]
        self._index_of(into)
        sources, target = self._coded(names), self._coded([into])
        self._change(lambda learner: learner.merge_classes(sources, target), lambda table: table.without(indices))
        return self

    def reject(
        self, false_accept_rate: float | None = None, false_reject_rate: float | None = None, per_class: bool = False
    ) -> Self:
        """From now on `predict_top_k` says `rejected` ("none of these") at this rate; without any rate, as after `fit`.

        Labels and confidences stay as they are. The rule goes with `save`, pickles and copies and through `fit_batch`; `fit`
        forgets it. Rates hold on average over classes like those of the training, see docs/confidence.md.

        Parameters
        ----------
        false_accept_rate : float
            Of the documents of unknown classes, the share that is accepted; above 0, below 1.
        false_reject_rate : float
            Of the documents of known classes, the share that is rejected; above 0, below 1. One of the two.
        per_class : bool
            Each predicted class keeps the rate on its own, where it has 30 held-out documents to tell.

        Raises
        ------
        NotFittedError
            Before `fit`.
        UnsupportedError
            A model that cannot tell: not refined, fewer than three classes, or too few documents; see `open_set_`.
        ValueError
            A rate out of range, or finer than the held-out documents can tell.
        """
        self._check_is_fitted()
        if false_accept_rate is not None and false_reject_rate is not None:
            raise InvalidParameterError("false_reject_rate", false_reject_rate, "one of the two rates")
        by_class = _truth("per_class", per_class)
        if false_accept_rate is not None:
            rate = _rate("false_accept_rate", false_accept_rate)
            self._state.reject(library.FALSE_ACCEPT, rate, by_class)
        elif false_reject_rate is not None:
            rate = _rate("false_reject_rate", false_reject_rate)
            self._state.reject(library.FALSE_REJECT, rate, by_class)
        else:
            self._state.reject(library.ACCEPT_ALL, 0.0, False)
        return self

    @property
    def rejection_(self) -> dict[str, Any] | None:
        """The arguments of `reject` that hold; None without a rate."""
        found = self._open_set()
        if found is None or found.measure == library.ACCEPT_ALL:
            return None
        name = "false_accept_rate" if found.measure == library.FALSE_ACCEPT else "false_reject_rate"
        return {name: float(found.rate), "per_class": bool(found.is_per_class)}

    @property
    def open_set_(self) -> OpenSet | None:
        """What the model can tell about documents of unknown classes; None if it cannot tell (see `reject`)."""
        found = self._open_set()
        return None if found is None else OpenSet(found.known_count, found.unknown_count, float(found.separation))

    def open_set_scores(self, X: Any) -> np.ndarray:
        """How much each document looks like one of any known class, as log-odds: the higher, the more.

        Parameters
        ----------
        X : documents x features, as in `predict`

        Returns
        -------
        ndarray of float32, documents

        Raises
        ------
        UnsupportedError
            As in `reject`.
        """
        scores: np.ndarray = self._asked(X, "open_set_scores", native.ROWS_PER_CALL)
        return scores

    def _open_set(self) -> library.OpenSet | None:
        self._check_is_fitted()
        return self._state.model().open_set()

    def _index_of(self, label: Any) -> int:
        self._check_is_fitted()
        return self._table.index_of(label)

    def _coded(self, labels: list[Any]) -> CodedLabels:
        for label in labels:
            if hasattr(label, "__len__") and not isinstance(label, str):
                raise TypeError(f"{label!r} is no label; a single text or number is needed")
        coded = coded_labels(labels, self)
        self._table.check_kind(coded, str(labels))
        return coded

    def _change(
        self, change: Callable[[native.Classifier], None], changed_table: Callable[[LabelTable], LabelTable]
    ) -> None:
        """Changes what has been learned, and the labels with it."""
        state = self._state
        with state.lock:
            change(state.classifier())
            state.has_learned(state.options, state.layout)
            self._table = changed_table(self._table)
            self.classes_ = self._table.classes


def _rate(name: str, value: Any) -> float:
    rate = _real(name, value)
    # What is no number has come as a text; the library would not take it for one.
    return rate if isinstance(rate, float) else math.nan

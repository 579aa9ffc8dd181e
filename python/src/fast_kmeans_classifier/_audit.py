"""Looks into labelled data: wrong labels, duplicates, leaks, rows far from everything."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import _native as native
from ._classifier import FastKMeansClassifier
from ._input import Rows, rows_of
from ._labels import CodedLabels, coded_labels
from ._lazy import np
from ._progress import progress_for
from ._structures import of_text
from ._text_classifier import TextClassifier
from ._vectorizer import TfidfVectorizer


class SimilarRows(NamedTuple):
    """Rows and the rows that they are like, the most alike first.

    Attributes
    ----------
    rows : ndarray of int64
    others : ndarray of int64
        Earlier rows of the same data, or rows of the other data.
    similarities : ndarray of float32
        Their cosines; 1: the same features.
    """

    rows: np.ndarray
    others: np.ndarray
    similarities: np.ndarray


class Audit(NamedTuple):
    """What models that have not seen the rows say about the rows' labels; arrays have an entry a row.

    Attributes
    ----------
    order : ndarray of int64
        All rows, the most doubtful first; rows that could not be judged come last.
    suggested : ndarray
        The label that fits best; the given one where the row could not be judged.
    confidence, label_confidence : ndarray of float32
        The probability of the suggested label and of the given one.
    margin : ndarray of float32
        By how much the suggested label's score lies above the given one's; below 0 where the given one is the best; NaN where
        the row could not be judged: no other row has its label, or the model does not know it.
    probable : ndarray of bool
        Whether the label is probably wrong.
    reasons : list of list of (str or int, float)
        What spoke for the suggested label and against the given one, the strongest first: terms of texts, columns of rows.
    unknown : ndarray of bool
        Rows without any feature that others have.
    similarity : ndarray of float32
        To the prototype that answered; the rows with the lowest are the outliers.
    duplicates, conflicts : SimilarRows
        Rows like an earlier one, and rows like an earlier one that has another label.
    leaks : SimilarRows
        Rows that `against` has too; empty without it.
    """

    order: np.ndarray
    suggested: np.ndarray
    confidence: np.ndarray
    label_confidence: np.ndarray
    margin: np.ndarray
    probable: np.ndarray
    reasons: list[list[tuple[str | int, float]]]
    unknown: np.ndarray
    similarity: np.ndarray
    duplicates: SimilarRows
    conflicts: SimilarRows
    leaks: SimilarRows

    @property
    def issues(self) -> np.ndarray:
        """The rows whose labels are probably wrong, the most doubtful first."""
        found: np.ndarray = self.order[self.probable[self.order]]
        return found


def find_label_issues(
    X: Any, y: Any, *, folds: int = 5, model: FastKMeansClassifier | None = None, verbose: Any = None, **parameters: Any
) -> np.ndarray:
    """The rows whose labels are probably wrong, the most doubtful first.

    Parameters
    ----------
    X, y, folds, model, verbose, **parameters : as in `audit`

    Returns
    -------
    ndarray of int64

    Examples
    --------
    >>> from fast_kmeans_classifier import find_label_issues
    >>> texts = ["screen is black", "black screen", "screen stays black"] * 5 + ["refund the invoice", "wrong invoice"] * 5
    >>> labels = ["hardware"] * 15 + ["billing"] * 10
    >>> labels[3] = "billing"
    >>> find_label_issues(texts, labels).tolist()
    [3]
    """
    return _label_audit(X, y, folds, model, verbose, parameters, reasons=0)[1].issues


def audit(
    X: Any,
    y: Any,
    *,
    folds: int = 5,
    model: FastKMeansClassifier | None = None,
    similarity: float = 0.95,
    against: Any = None,
    duplicates: bool = True,
    reasons: int = 5,
    verbose: Any = None,
    **parameters: Any,
) -> Audit:
    """Looks into labelled data: wrong labels, duplicates, leaks, rows far from everything.

    Each row is answered by a model that has not seen it. An error is probable where another class is as sure as it is, on average,
    of rows that carry its label.

    Parameters
    ----------
    X : texts, or rows of numbers in any form that `fit` takes
    y : array-like
        Their labels.
    folds : int
        Each is answered by a model of the others.
    model : FastKMeansClassifier or TextClassifier
        A fitted one that has not seen the rows; it answers in place of folds.
    similarity : float
        Rows are near duplicates from this cosine on.
    against : as X
        Rows that should not stand in X too, such as those of a test.
    duplicates : bool
        Whether to look for duplicates and conflicts. Of dense rows every pair is compared.
    reasons : int
        How many reasons at most for each suggestion.
    verbose : bool or callable
        As in `fit`.
    **parameters
        Of the models of the folds: those of `TextClassifier` for texts, else those of `FastKMeansClassifier`.

    Raises
    ------
    ValueError
        One label only; no label that two rows have; folds out of range; other faults of X and y as `fit` names them.
    """
    asked, found = _label_audit(X, y, folds, model, verbose, parameters, reasons)
    repeated, conflicts, leaks = found.duplicates, found.conflicts, found.leaks
    if duplicates:
        repeated, conflicts = _duplicates(asked.rows, asked.labels, None, similarity, asked.threads)
    if against is not None:
        rows, others = asked.both(against)
        leaks = _duplicates(rows, None, others, similarity, asked.threads)[0]
    return found._replace(duplicates=repeated, conflicts=conflicts, leaks=leaks)


class _Asked:
    """The rows of an audit as numbers, and what made them."""

    def __init__(self, X: Any, y: Any, model: FastKMeansClassifier | None, parameters: dict[str, Any]) -> None:
        self._X = X
        self._is_text = isinstance(model, TextClassifier) if model is not None else _holds_texts(X)
        if model is not None and parameters:
            raise ValueError(f"a model answers as it was trained; leave {sorted(parameters)} out")
        self.estimator = model if model is not None else (TextClassifier if self._is_text else FastKMeansClassifier)(**parameters)
        self.threads = self.estimator._threads()
        if model is not None:
            self.rows = model._rows_to_ask(X)
        elif self._is_text:
            self._vectorizer = self._new_vectorizer()
            self.rows = rows_of(self._vectorizer.fit_transform(X), self.estimator)
        else:
            self.rows = rows_of(X, self.estimator)
        self.labels: CodedLabels = coded_labels(y, self.estimator, self.rows.shape[0])

    def _new_vectorizer(self) -> TfidfVectorizer:
        assert isinstance(self.estimator, TextClassifier)
        return self.estimator._own_vectorizer()

    def both(self, against: Any) -> tuple[Rows, Rows]:
        """These rows and others on the same columns: of texts without a model, on the words of both."""
        if not self._is_text or hasattr(self.estimator, "_state"):
            others = self.estimator._rows_to_ask(against) if hasattr(self.estimator, "_state") else rows_of(against, self.estimator)
            return self.rows, others
        vectorizer = self._new_vectorizer()
        vectorizer.fit([*self._X, *against])
        return rows_of(vectorizer.transform(self._X), self.estimator), rows_of(vectorizer.transform(against), self.estimator)

    def names(self) -> Any:
        """The names of the columns; None where there are none."""
        vectorizer = self.__dict__.get("_vectorizer", getattr(self.estimator, "vectorizer_", None))
        if vectorizer is None or vectorizer._is_hashing():
            return None
        return vectorizer.get_feature_names_out()


def _holds_texts(X: Any) -> bool:
    if isinstance(X, (str, bytes)):
        raise ValueError("expected many texts, got one")
    kind = getattr(getattr(X, "dtype", None), "kind", None)
    if kind in ("U", "T"):
        return True
    if hasattr(X, "shape") and len(X.shape) != 1:
        return False
    first = next(iter(X), None) if hasattr(X, "__iter__") else None
    return isinstance(first, (str, bytes))


def _label_audit(
    X: Any, y: Any, folds: int, model: FastKMeansClassifier | None, verbose: Any, parameters: dict[str, Any], reasons: int
) -> tuple[_Asked, Audit]:
    asked = _Asked(X, y, model, parameters)
    estimator, rows, labels = asked.estimator, asked.rows, asked.labels
    count = rows.shape[0]
    suggested = np.empty(count, dtype=np.int32)
    confidence, own, margin, similarity = (np.empty(count, dtype=np.float32) for _ in range(4))
    probable, unknown = (np.empty(count, dtype=np.uint8) for _ in range(2))
    columns = np.empty((count, reasons), dtype=np.int64)
    leads = np.empty((count, reasons), dtype=np.float32)
    options = estimator._library_options()
    with progress_for(estimator.verbose if verbose is None else verbose) as progress:
        native.call(
            "fkm_audit_labels", None if model is None else model._model(), *of_text(options), rows, labels, folds, progress.handler, None,
            suggested, confidence, own, margin, probable, unknown, similarity, reasons, columns, leads,
        )
    order = np.argsort(np.where(np.isnan(margin), np.inf, -margin), kind="stable").astype(np.int64)
    empty = _similar_rows(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    return asked, Audit(
        order, _classes(model, labels)[suggested], confidence, own, margin, probable.astype(bool),
        _named(columns, leads, asked.names() if reasons else None), unknown.astype(bool), similarity, empty, empty, empty,
    )


def _classes(model: FastKMeansClassifier | None, labels: CodedLabels) -> np.ndarray:
    """The classes in the order in which the library counts them."""
    if model is None:
        return labels.classes
    columns = model._table.columns
    known = model.classes_ if columns is None else model.classes_[columns]
    seen = set(known.tolist())
    unknown = np.array([label not in seen for label in labels.classes.tolist()], dtype=bool)
    return np.concatenate([known, labels.classes[unknown]]) if unknown.any() else known


def _named(columns: np.ndarray, leads: np.ndarray, names: Any) -> list[list[tuple[str | int, float]]]:
    return [
        [(column if names is None else str(names[column]), lead) for column, lead in zip(own, own_leads) if column >= 0]
        for own, own_leads in zip(columns.tolist(), leads.tolist())
    ]


def _duplicates(
    rows: Rows, labels: CodedLabels | None, others: Rows | None, similarity: float, threads: int
) -> tuple[SimilarRows, SimilarRows]:
    count = rows.shape[0]
    like, conflicts = (np.empty(count, dtype=np.int64) for _ in range(2))
    similarities, conflict_similarities = (np.empty(count, dtype=np.float32) for _ in range(2))
    found = like, similarities, conflicts, conflict_similarities
    native.call("fkm_audit_duplicates", rows, labels, others, similarity, threads, *found)
    return _similar_rows(like, similarities), _similar_rows(conflicts, conflict_similarities)


def _similar_rows(others: np.ndarray, similarities: np.ndarray) -> SimilarRows:
    rows = np.flatnonzero(others >= 0)
    rows = rows[np.argsort(-similarities[rows], kind="stable")].astype(np.int64)
    return SimilarRows(rows, others[rows], similarities[rows])

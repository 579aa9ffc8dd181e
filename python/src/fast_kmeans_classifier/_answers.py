"""What a fitted classifier answers, what its prototypes are, and how it shows itself in a notebook."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import _native as native
from ._errors import InvalidParameterError
from ._estimator import Estimator
from ._frames import check_feature_names, feature_names
from ._input import DenseRows, Rows, SparseRows, check_finite, rows_of
from ._labels import coded_labels
from ._lazy import html, library, np, sparse
from ._parameters import _whole, device_name, thread_count
from ._state import LabelTable, LearnedState
from ._weights import checked_weights


_STYLE = "text-align:left;padding:2px 12px 2px 0"
_CLASSES_SHOWN = 8


class TopK(NamedTuple):
    """The best classes of each document, best first.

    Attributes
    ----------
    labels : ndarray, documents x k
    similarities : ndarray of float32, documents x k
        To the class's best prototype: a cosine in -1...1, or 1 / (1 + squared distance).
    confidences : ndarray of float32, documents x k
        The probability of the class, 0...1.
    prototypes : ndarray of int32, documents x k
        That prototype, by its row in `centroids_`.
    rejected : ndarray of bool, documents
        None of the classes: the document has no feature that any prototype knows, or falls below the rate of `reject`. The
        best class is still the best one.
    """

    labels: np.ndarray
    similarities: np.ndarray
    confidences: np.ndarray
    prototypes: np.ndarray
    rejected: np.ndarray

    @property
    def remaining(self) -> np.ndarray:
        """What all classes that are not listed have together: float32, documents.

        None of them has more than this, nor more than the last confidence listed: a bound that needs no full table.
        """
        left: np.ndarray = np.maximum(0, 1 - self.confidences.sum(axis=1, dtype=np.float64)).astype(np.float32)
        return left


class Explanation(NamedTuple):
    """Why a document belongs to a class.

    Attributes
    ----------
    label : object
        The class that is explained.
    prototype : int
        Its best prototype, by its row in `centroids_`.
    score : float
        What that prototype scores for the document.
    features : list of (str or int, float)
        Features with what each adds to the score, the largest first; by name where names are known, else by column.
    """

    label: Any
    prototype: int
    score: float
    features: list[tuple[str | int, float]]


class Answers(Estimator):
    """Predictions of every kind, and the prototypes that they come from, under today's names and those of the PyTorch class."""

    n_threads: int
    n_jobs: int | None
    device: Any
    classes_: np.ndarray
    _state: LearnedState
    _table: LabelTable

    def _is_fitted(self) -> bool:
        return "_state" in self.__dict__

    def _threads(self) -> int:
        return thread_count(self.n_threads, self.n_jobs)

    def _model(self) -> native.Model:
        """What answers, where `device` says."""
        return self._state.model_on(device_name(self.device))

    def _rows_to_ask(self, X: Any) -> Rows:
        self._check_is_fitted()
        names = feature_names(X)
        rows = rows_of(X, self)
        self._check_features(rows, names)
        return rows

    def _check_features(self, rows: Rows, names: np.ndarray | None) -> None:
        check_feature_names(self.__dict__.get("feature_names_in_"), names, self)
        expected = self.__dict__["n_features_in_"]
        if rows.shape[1] != expected:
            raise ValueError(
                f"X has {rows.shape[1]} features, but {type(self).__name__} is expecting {expected} features as input."
            )

    def _asked(self, X: Any, question: str, *arguments: Any) -> Any:
        """Puts a question to the model."""
        rows = self._rows_to_ask(X)
        threads = self._threads()
        with finite(rows):
            if question == "predict":
                return self._state.predict(device_name(self.device), rows, threads, *arguments)
            return getattr(self._model(), question)(rows, threads, *arguments)

    def predict(self, X: Any, batch_size: int | str | None = "auto") -> np.ndarray:
        """The class of each document: that of its best prototype; equal ones go to the class that was known first.

        Parameters
        ----------
        X : array-like, sparse matrix, data frame or tensor; documents x features
        batch_size : int, 'auto' or None
            Documents at a time; the answer does not depend on it.

        Returns
        -------
        ndarray, documents
            Labels in the type that `fit` got.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            Another number of features than at `fit`, NaN, no rows.
        """
        indices = self._asked(X, "predict", rows_per_call(batch_size))
        return self._table.labels_of(indices)

    def predict_confidence(self, X: Any, batch_size: int | str | None = "auto") -> tuple[np.ndarray, np.ndarray]:
        """The class of each document, as `predict` gives it, and its probability, as `predict_proba` gives it.

        It comes out of the search for the best classes, and needs no table of all.

        Parameters
        ----------
        X, batch_size : as in `predict`

        Returns
        -------
        labels, confidences : ndarray, ndarray of float32
            One of each a document; confidences are 0...1.
        """
        indices, confidences = self._asked(X, "best", rows_per_call(batch_size))
        return self._table.labels_of(indices), confidences

    def predict_proba(self, X: Any, batch_size: int | str | None = "auto") -> np.ndarray:
        """The probability of every class for every document.

        Calibrated on held-out documents where `refine` is on and there were enough. For thousands of classes see
        `predict_top_k`, which needs no table.

        Returns
        -------
        ndarray of float32, documents x classes
            0...1, columns in the order of `classes_`; each row adds up to 1.
        """
        table = self._asked(X, "probabilities", rows_per_call(batch_size))
        return self._table.in_columns(table, 0.0)

    def predict_log_proba(self, X: Any, batch_size: int | str | None = "auto") -> np.ndarray:
        """The natural logarithm of `predict_proba`, float64: in float32, neighbours would become equal; minus infinity for 0."""
        with np.errstate(divide="ignore"):
            logarithms: np.ndarray = np.log(self.predict_proba(X, batch_size).astype(np.float64))
        return logarithms

    def decision_function(self, X: Any) -> np.ndarray:
        """How strongly each document belongs to each class; the largest is the predicted class.

        Returns
        -------
        ndarray
            More than two classes: float32, documents x classes: the score of each class, that of its best prototype; minus
            infinity for a class that `partial_fit` was told of and no document has shown. Two classes: float64, documents: the
            logarithm of the odds of the second class, above 0 where it is predicted.
        """
        if len(getattr(self, "classes_", ())) == 2:
            return self._log_odds(X)
        scores = self._asked(X, "scores", native.ROWS_PER_CALL)
        return self._table.in_columns(scores, -np.inf)

    def _log_odds(self, X: Any) -> np.ndarray:
        """Of two classes; scikit-learn wants it to rise with the probability, which differences of scores need not."""
        probabilities = self.predict_proba(X).astype(np.float64)
        logarithms = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))
        odds = logarithms[:, 1] - logarithms[:, 0]
        is_second = self.predict(X) == self.classes_[1]
        # Scores that differ in the last bit may give the same probability.
        least = np.finfo(np.float64).eps
        decided: np.ndarray = np.where(is_second, np.maximum(odds, least), np.minimum(odds, 0))
        return decided

    def predict_top_k(self, X: Any, k: int = 5) -> TopK:
        """The `k` best classes of each document with similarity, confidence and prototype, best first.

        Memory grows with documents x k, not with the number of classes.

        Parameters
        ----------
        X : documents x features, as in `predict`
        k : int
            At least 1; with fewer classes than that all are given.
        """
        count = _whole("k", k)
        if count < 1:
            raise InvalidParameterError("k", k, "a whole number from 1")
        self._check_is_fitted()
        count = min(count, int(self._state.model().info.class_count))
        indices, prototypes, similarities, confidences, rejected = self._asked(X, "top", count, native.ROWS_PER_CALL)
        return TopK(self._table.labels_of(indices), similarities, confidences, prototypes, rejected)

    def predict_set(self, X: Any, coverage: float = 0.95, per_class: bool = False) -> list[np.ndarray]:
        """The fewest classes for each document that hold the right one as often as asked, the most probable first.

        The promise holds on average over documents that come as those of the training came; a document without any feature that
        a prototype knows has none. Every set has one class at least, and at most ten.

        Parameters
        ----------
        X : documents x features, as in `predict`
        coverage : float
            How often a set is to hold the right class, above 0, below 1.
        per_class : bool
            Whether the promise holds for the documents of each class, where enough of them were held out; sets are larger then.

        Raises
        ------
        ValueError
            A coverage out of range or beyond what the best ten classes give; a classifier that kept no held-out answers: it was not
            refined, comes from a file of an earlier version, or had too few documents.
        """
        found = self._asked(X, "sets", float(coverage), bool(per_class), native.ROWS_PER_CALL)
        return [self._table.labels_of(indices) for indices in found]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of documents whose class is predicted right, weighted.

        Parameters
        ----------
        X : documents x features, as in `predict`
        y : array-like, documents
        sample_weight : array-like, documents; None: 1 each
        """
        predicted = self.predict(X)
        labels = coded_labels(y, self, len(predicted))
        weights = checked_weights(sample_weight, len(predicted), self)
        if labels.is_text != self._table.is_text:
            return 0.0
        return float(np.average(labels.classes[labels.codes] == predicted, weights=weights))

    def explain(self, X: Any, label: Any = None, top: int = 10, feature_names: Any = None) -> list[Explanation]:
        """Which prototype won, and what each feature of the document added to its score.

        Parameters
        ----------
        X : documents x features, as in `predict`
        label : object
            The class to explain; None: the predicted one.
        top : int
            How many features at most.
        feature_names : array-like of str, features
            Names of the columns, such as a vectoriser's `get_feature_names_out()`; None: those of the data frame that `fit`
            got, else column numbers.

        Returns
        -------
        list of Explanation, one for each document

        Raises
        ------
        ValueError
            A class that the classifier does not know; a wrong number of names.
        """
        if feature_names is None:
            feature_names = self.__dict__.get("feature_names_in_")
        rows = self._rows_to_ask(X)
        if feature_names is not None and not hasattr(feature_names, "__len__"):
            raise TypeError(f"feature_names is {feature_names!r}; a list of names is needed")
        if feature_names is not None and len(feature_names) != rows.shape[1]:
            raise ValueError(f"there are {len(feature_names)} feature names and {rows.shape[1]} features")
        model, threads = self._model(), self._threads()
        if label is None:
            wanted = model.predict(rows, threads, native.ROWS_PER_CALL)
        else:
            wanted = np.full(rows.shape[0], self._table.index_of(label), dtype=np.int32)
        prototypes, scores, shares = model.explain(rows, threads, wanted)
        labels = self._table.labels_of(wanted)
        return [
            Explanation(
                labels[row], int(prototypes[row]), float(scores[row]),
                _largest(*_shares_of(rows, shares, row), _whole("top", top), feature_names),
            )
            for row in range(rows.shape[0])
        ]

    # --- prototypes: each access makes new arrays. With refinement the centres describe the documents of a class, and scores come
    # from weights that refinement made of them.

    @property
    def centroids_(self) -> sparse.csr_matrix:
        """The prototypes: `csr_matrix` of shape (prototypes, features), those of a class side by side."""
        return sparse.csr_matrix(self._vectors(library.CENTERS))

    @property
    def refined_weights_(self) -> sparse.csr_matrix | None:
        """What scores are computed with: `csr_matrix` of shape (prototypes, features), or None without refinement."""
        self._check_is_fitted()
        if not self._state.model().info.is_refined:
            return None
        return sparse.csr_matrix(self._vectors(library.REFINED))

    @property
    def centroid_labels_(self) -> np.ndarray:
        """The class of each prototype, in the type of the labels: shape (prototypes,)."""
        self._check_is_fitted()
        return self._table.labels_of(self._state.model().prototype_classes())

    @property
    def centroid_weights_(self) -> np.ndarray:
        """The summed weight of the documents that each prototype stands for: float64, shape (prototypes,)."""
        self._check_is_fitted()
        return self._state.model().prototype_masses()

    @property
    def coef_(self) -> np.ndarray:
        """The linear scores of a model with one prototype a class, as scikit-learn's `SelectFromModel` and the like take them.

        `X @ coef_.T + intercept_` is largest for the class that is predicted; under the cosine `X` has rows of unit length. A
        class without any document has zeros and minus infinity. Shape (classes, features); of two classes (1, features), the
        second less the first.

        Raises
        ------
        AttributeError
            Before `fit`, and where a class has several prototypes.
        """
        return self._linear()[0]

    @property
    def intercept_(self) -> np.ndarray:
        """What `coef_` comes with: shape (classes,), or (1,) of two classes."""
        return self._linear()[1]

    def _linear(self) -> tuple[np.ndarray, np.ndarray]:
        self._check_is_fitted()
        model = self._state.model()
        classes, count = model.prototype_classes(), len(self._table.classes)
        if len(set(classes.tolist())) < len(classes):
            raise AttributeError("coef_ and intercept_ are there where every class has one prototype: fit with k_init=1")
        columns = classes if self._table.columns is None else self._table.columns[classes]
        vectors = model.prototypes(library.REFINED if model.info.is_refined else library.CENTERS)
        found = vectors.toarray() if sparse.issparse(vectors) else vectors
        if model.info.is_refined or model.options()["distance"] == "cosine":
            # What a row of zeros scores.
            zeros = DenseRows(np.zeros((1, found.shape[1]), dtype=np.float32))
            added = model.scores(zeros, 1, 1)[0][classes]
        else:
            added = np.square(found, dtype=np.float64).sum(axis=1) / -2
        weights = np.zeros((count, found.shape[1]), dtype=found.dtype)
        intercepts = np.full(count, -np.inf, dtype=found.dtype)
        weights[columns], intercepts[columns] = found, added
        return (weights, intercepts) if count > 2 else (np.diff(weights, axis=0), np.diff(intercepts))

    @property
    def centroids(self) -> np.ndarray:
        """The prototypes as a dense table of shape (prototypes, features), as the PyTorch class has them.

        Empty before `fit`. For many features `centroids_` takes a fraction of the memory.
        """
        if not self._is_fitted():
            return _tensor_like(np.empty(0, dtype=np.float32))
        vectors = self._vectors(library.CENTERS)
        return _tensor_like(vectors.toarray() if sparse.issparse(vectors) else vectors)

    @property
    def centroid_labels(self) -> np.ndarray:
        """`centroid_labels_`; empty before `fit`."""
        return _tensor_like(self.centroid_labels_ if self._is_fitted() else np.empty(0, dtype=np.int64))

    @property
    def centroid_weights(self) -> np.ndarray:
        """`centroid_weights_`; empty before `fit`."""
        return _tensor_like(self.centroid_weights_ if self._is_fitted() else np.empty(0, dtype=np.float64))

    def _vectors(self, which: int) -> Any:
        self._check_is_fitted()
        return self._state.model().prototypes(which)

    # --- Jupyter

    def _repr_html_(self) -> str:
        rows = [_row(name, repr(value)) for name, value in self._changed_parameters().items()]
        if self._is_fitted():
            rows += [_row(name, text) for name, text in self._summary()]
        else:
            rows.append(_row("state", "not fitted"))
        return f"<div><b>{html.escape(type(self).__name__)}</b><table>{''.join(rows)}</table></div>"

    def _summary(self) -> list[tuple[str, str]]:
        info = self._state.model().info
        names = [str(label) for label in self._table.classes[:_CLASSES_SHOWN]]
        more = len(self._table.classes) - len(names)
        return [
            ("classes", f"{len(self._table.classes)}: {', '.join(names)}{f', and {more} more' if more else ''}"),
            ("prototypes", f"{info.prototype_count}, {'refined' if info.is_refined else 'as k-means left them'}"),
            ("features", str(info.feature_count)),
            ("probabilities", "calibrated on held-out documents" if info.is_calibrated else "from similarities"),
        ]


@contextlib.contextmanager
def finite(rows: Rows) -> Iterator[None]:
    """The library's errors about numbers that are not finite get scikit-learn's words."""
    try:
        yield
    except library.BadDataError as error:
        if error.kind == "not_finite":
            check_finite(rows)
        raise


def rows_per_call(batch_size: Any) -> int:
    """Documents at a time from what the user says of it."""
    if batch_size is None or batch_size == "auto":
        return native.ROWS_PER_CALL
    count = _whole("batch_size", batch_size, "a whole number from 1, 'auto' or None")
    if count < 1:
        raise InvalidParameterError("batch_size", batch_size, "a whole number from 1, 'auto' or None")
    return count


def _shares_of(rows: Rows, shares: np.ndarray, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns and shares of one row."""
    if isinstance(rows, SparseRows):
        place = slice(int(rows.offsets[row]), int(rows.offsets[row + 1]))
        return rows.columns[place], shares[place]
    return np.arange(rows.shape[1]), shares[row]


def _largest(columns: np.ndarray, shares: np.ndarray, top: int, names: Any) -> list[tuple[str | int, float]]:
    order = np.argsort(-shares, kind="stable")[: max(0, top)]
    return [
        (str(names[columns[place]]) if names is not None else int(columns[place]), float(shares[place]))
        for place in order
        if shares[place] != 0
    ]


def _tensor_like(array: np.ndarray) -> np.ndarray:
    from ._arrays import tensor_like

    return tensor_like(array)


def _row(name: str, text: str) -> str:
    return f'<tr><th style="{_STYLE}">{html.escape(name)}</th><td style="{_STYLE}">{html.escape(text)}</td></tr>'

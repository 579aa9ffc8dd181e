"""Chooses which rows to label next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ._lazy import np
from ._parameters import _real, _seed, _whole

if TYPE_CHECKING:
    from ._classifier import FastKMeansClassifier


class Selection(NamedTuple):
    """Rows that are worth a label, the most valuable first, and what the classifier says of them so far.

    Attributes
    ----------
    rows : ndarray of int64
        Their positions in X.
    labels : ndarray
        The best class of each.
    confidence : ndarray of float32
        Its probability.
    margin : ndarray of float32
        The probability of the best class less that of the second: the smaller, the less sure. 0 for a row of which nothing is
        known.
    """

    rows: np.ndarray
    labels: np.ndarray
    confidence: np.ndarray
    margin: np.ndarray


def select(
    model: FastKMeansClassifier, X: Any, count: int = 100, *, similarity: float = 0.9, random_state: Any = 42
) -> Selection:
    """Chooses which rows to label next.

    Those of whose classes the model is least sure, spread over its prototypes, without near duplicates.

    Parameters
    ----------
    model : FastKMeansClassifier or TextClassifier
        A fitted one.
    X : what `model.predict` takes: texts, or rows of numbers in any form
        The rows without labels to choose from.
    count : int
        How many, from 1; with fewer rows than that, or too few that differ, the choice is smaller.
    similarity : float
        Rows are near duplicates from this cosine on, above 0, at most 1.
    random_state : int, RandomState, Generator or None
        Seeds the draws among rows of equal worth. The same model, rows and seed give the same choice.

    Returns
    -------
    Selection

    Raises
    ------
    NotFittedError
        The model has not learned.
    ValueError
        A count or similarity out of range; rows that `predict` refuses.

    Examples
    --------
    >>> from fast_kmeans_classifier import TextClassifier, select
    >>> texts = ["screen stays black", "no picture on the screen", "invoice is wrong", "refund for my invoice"]
    >>> clf = TextClassifier().fit(texts, ["hardware", "hardware", "billing", "billing"])
    >>> select(clf, ["black screen again", "invoice on the screen", "another invoice"], count=1).rows.tolist()
    [1]
    """
    least = _whole("count", count, "a whole number from 1")
    seed = _seed("random_state", random_state) % 2**64
    rows, classes, confidence, margin = model._asked(X, "select", least, float(_real("similarity", similarity)), seed)
    return Selection(rows, model._table.labels_of(classes), confidence, margin)

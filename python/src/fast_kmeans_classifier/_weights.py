"""Weights of documents and of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._errors import InvalidParameterError, nearest_name
from ._frames import column_values
from ._input import numbers_from_objects
from ._labels import CodedLabels
from ._lazy import np
from ._tensors import is_tensor, tensor_values


def checked_weights(sample_weight: Any, row_count: int, estimator: object = None) -> np.ndarray | None:
    """Weights as float64 without gaps, one for each row; None stays None.

    Raises
    ------
    ValueError
        Another shape than (documents,) or a single number, what is no real number, NaN, infinity, a negative weight, or
        none above 0.
    TypeError
        A single truth value: the third argument of `fit` once was `verbose`.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, (bool, np.bool_)):
        raise TypeError(
            f"sample_weight is {sample_weight!r}: if it was meant for verbose, pass it by name, verbose={sample_weight!r}"
        )
    if is_tensor(sample_weight):
        sample_weight = tensor_values(sample_weight, estimator)
    weights = _numbers(column_values(sample_weight))
    if np.isscalar(sample_weight):
        weights = np.full(row_count, weights.item())
    if weights.ndim != 1:
        raise ValueError(f"Sample weights must be 1D array or scalar, got {weights.ndim}D array.")
    if len(weights) != row_count:
        raise ValueError(f"sample_weight.shape == {weights.shape}, expected {(row_count,)}!")
    if not np.isfinite(weights).all():
        row = int(np.argmin(np.isfinite(weights)))
        raise ValueError(f"Input sample_weight contains NaN or infinity; the first is in row {row}.")
    if weights.min() < 0:
        raise ValueError(f"Negative values in sample_weight; the first is in row {int(np.argmax(weights < 0))}.")
    if weights.max() == 0:
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return weights


def _numbers(sample_weight: Any) -> np.ndarray:
    array = np.asarray(sample_weight)
    if array.dtype.kind == "c":
        raise ValueError("sample_weight holds complex numbers; a weight is a real one")
    try:
        return np.ascontiguousarray(numbers_from_objects(array) if array.dtype.kind == "O" else array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"sample_weight holds what is no number: {error}") from error


def with_class_weights(
    class_weight: Any, labels: CodedLabels, weights: np.ndarray | None, known: Sequence[Any] | None
) -> np.ndarray | None:
    """The weights of documents, each times the weight of its class.

    Parameters
    ----------
    class_weight : None, 'balanced' or dict
        'balanced': every class weighs the same, and all documents together as much as before. A class that a dict does not
        name has 1.
    known : sequence
        All classes that can be named; None: others may come later, and 'balanced' cannot be told.

    Raises
    ------
    ValueError
        Another value, a negative weight, a class that there is not, or 'balanced' where only a part of the data is seen.
    """
    if class_weight is None:
        return weights
    factors = np.ones(len(labels.classes))
    if isinstance(class_weight, Mapping):
        codes = {label: code for code, label in enumerate(labels.classes.tolist())}
        for label, weight in class_weight.items():
            if not isinstance(weight, (int, float, np.number)) or not 0 <= float(weight) < np.inf:
                raise InvalidParameterError("class_weight", class_weight, "weights from 0")
            if label in codes:
                factors[codes[label]] = weight
            elif isinstance(label, str) != labels.is_text or known is not None and label not in known:
                near = nearest_name(label, codes if known is None else known)
                raise InvalidParameterError(f"class_weight names the class {label!r}, which no row has{near}")
    elif class_weight != "balanced":
        raise InvalidParameterError("class_weight", class_weight, "'balanced', a dict from label to weight, or None")
    elif known is None:
        raise ValueError(
            "class_weight 'balanced' is not supported for partial_fit and fit_batch, which see a part of the data: pass a dict "
            "of weights, such as scikit-learn's compute_class_weight gives for a large enough sample of y"
        )
    else:
        sums = np.bincount(labels.codes, weights, minlength=len(factors))
        there = sums > 0
        factors[there] = sums.sum() / (there.sum() * sums[there])
    by_row: np.ndarray = factors[labels.codes]
    return by_row if weights is None else weights * by_row

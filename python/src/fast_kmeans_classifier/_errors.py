"""Exceptions and warnings that are the package's own.

Where scikit-learn is in use, what is raised is an instance of its class too, so that either can be caught.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from ._lazy import difflib, loaded


class NotFittedError(ValueError, AttributeError):
    """The estimator was asked for something that it learns in `fit`, before `fit`."""


class InvalidParameterError(ValueError, TypeError):
    """A parameter has a value or a type that is not allowed."""

    def __init__(self, parameter: str, value: object = None, allowed: str = "") -> None:
        # With one argument (as unpickling gives it) that is the whole message.
        message = f"{parameter} is {value!r}; allowed: {allowed}" if allowed else parameter
        super().__init__(message)


class WrongTypeError(TypeError, ValueError):
    """Rows or labels of a type that cannot be learned from; scikit-learn raises one of the two, as the case may be."""


def nearest_name(name: object, names: Iterable[object]) -> str:
    """What a message adds about a name that there is not: the one that is nearest to it; nothing where none is near."""
    known = {str(one).lower(): str(one) for one in names}
    near = difflib.get_close_matches(str(name).lower(), known, 1)
    return f" (did you mean {known[near[0]]!r}?)" if near else ""


class DeviceError(RuntimeError):
    """The device that was asked for cannot be used here."""


class DataConversionWarning(UserWarning):
    """The data had to be brought into another shape or type than it was given in."""


@functools.lru_cache(maxsize=None)
def _joined(own: type, other: type) -> type:
    if issubclass(own, other):
        return own
    return type(own.__name__, (own, other), {"__module__": own.__module__, "__reduce__": _reduce, "_own": own})


def _reduce(error: BaseException) -> tuple[Any, ...]:
    """Pickles as the package's own class: a joined class has no name to be found by."""
    return type(error)._own, error.args  # type: ignore[attr-defined]


def _with_sklearn(own: type) -> Any:
    exceptions = loaded("sklearn.exceptions")
    return _joined(own, getattr(exceptions, own.__name__)) if exceptions else own


def not_fitted(estimator: object, call: str = "fit") -> NotFittedError:
    """The error for `estimator` being used before `call`."""
    text = (
        f"This {type(estimator).__name__} instance is not fitted yet. "
        f"Call '{call}' with appropriate arguments before using this estimator."
    )
    error: NotFittedError = _with_sklearn(NotFittedError)(text)
    return error


def data_conversion_warning() -> type[Warning]:
    """The category to warn with."""
    category: type[Warning] = _with_sklearn(DataConversionWarning)
    return category

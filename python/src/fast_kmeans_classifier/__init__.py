"""A classifier that keeps several prototypes per class, for text and embeddings, with scikit-learn's conventions.

    from fast_kmeans_classifier import FastKMeansClassifier
    clf = FastKMeansClassifier(k_init=5).fit(X_train, y_train, verbose=True)
    clf.predict(X_test)
    clf.fit_batch(X_new, y_new)["active_centroids"]

    from fast_kmeans_classifier import TextClassifier
    TextClassifier().fit(texts, labels).save("tickets.safetensors")

NumPy, SciPy and the library itself are loaded on first use: importing this takes milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._answers import Explanation, TopK
from ._audit import Audit, SimilarRows, audit, find_label_issues
from ._classifier import FastKMeansClassifier
from ._errors import DataConversionWarning, DeviceError, InvalidParameterError, NotFittedError
from ._operations import OpenSet
from ._selection import Selection, select
from ._text_classifier import TextClassifier
from ._vectorizer import TfidfVectorizer
from ._version import __version__

if TYPE_CHECKING:
    from ._library import (
        BadDataError,
        BadModelError,
        CancelledError,
        FastKMeansError,
        FileError,
        InternalError,
        NewerFormatError,
        TooLargeError,
        UnsupportedError,
    )

__all__ = [
    "Audit",
    "BadDataError",
    "BadModelError",
    "CancelledError",
    "DataConversionWarning",
    "DeviceError",
    "Explanation",
    "FastKMeansClassifier",
    "FastKMeansError",
    "FileError",
    "InternalError",
    "InvalidParameterError",
    "NewerFormatError",
    "NotFittedError",
    "OpenSet",
    "Selection",
    "SimilarRows",
    "TextClassifier",
    "TfidfVectorizer",
    "TooLargeError",
    "TopK",
    "UnsupportedError",
    "__version__",
    "audit",
    "find_label_issues",
    "select",
]


def __getattr__(name: str) -> Any:
    """The library's exceptions: they come with ctypes, which nobody pays for who does not ask."""
    if name in __all__:
        from . import _library

        return getattr(_library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

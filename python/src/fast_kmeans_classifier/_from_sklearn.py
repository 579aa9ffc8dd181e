"""What a fitted vectoriser of scikit-learn consists of, in this package's terms."""

from __future__ import annotations

from typing import Any

from ._errors import not_fitted
from ._lazy import np


#: Settings that have one value here.
_FIXED: dict[str, Any] = {
    "token_pattern": r"(?u)\b\w\w+\b",
    "preprocessor": None,
    "tokenizer": None,
    "strip_accents": None,
    "input": "content",
}


def parts_of(fitted: Any) -> tuple[dict[str, Any], list[str], np.ndarray]:
    """Parameters, terms in column order, and the inverse document frequency of each.

    Raises
    ------
    ValueError
        It is no `TfidfVectorizer`, is not fitted, or has settings or a column order that cannot be taken over.
    """
    if not all(hasattr(fitted, name) for name in ("analyzer", "norm", "use_idf", "sublinear_tf")):
        raise ValueError(f"expected scikit-learn's TfidfVectorizer, got {type(fitted).__name__}")
    if not hasattr(fitted, "vocabulary_"):
        raise not_fitted(fitted)
    _check_settings(fitted)
    terms = sorted(fitted.vocabulary_, key=fitted.vocabulary_.__getitem__)
    if terms != sorted(terms):
        raise ValueError("the vocabulary's columns are not in the order of its terms; fit without `vocabulary`")
    params = {
        "analyzer": fitted.analyzer,
        "ngrams" if fitted.analyzer == "word" else "char_ngrams": tuple(fitted.ngram_range),
        "binary": bool(fitted.binary),
        "norm": fitted.norm,
        "use_idf": bool(fitted.use_idf),
        "smooth_idf": bool(fitted.smooth_idf),
        "lowercase": bool(fitted.lowercase),
        "sublinear_tf": bool(fitted.sublinear_tf),
        "stop_words": _stop_words(fitted),
        # They have done their work: the vocabulary is what they left.
        "min_df": 1,
        "max_features": None,
    }
    inverse = np.asarray(fitted.idf_, dtype=np.float32) if fitted.use_idf else np.ones(len(terms), dtype=np.float32)
    return params, terms, inverse


def _check_settings(fitted: Any) -> None:
    found = {name: getattr(fitted, name) for name in _FIXED}
    different = [f"{name}={value!r}" for name, value in found.items() if value != _FIXED[name]]
    if callable(fitted.analyzer):
        different.append(f"analyzer={fitted.analyzer!r}")
    if different:
        raise ValueError(f"these settings of the vectoriser cannot be taken over: {', '.join(different)}")


def _stop_words(fitted: Any) -> list[str] | None:
    words = fitted.get_stop_words()
    return sorted(words) if words else None

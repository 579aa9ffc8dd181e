"""A classifier of texts: vectoriser and classifier in one estimator and one file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from . import _native as native
from ._answers import Explanation
from ._classifier import FastKMeansClassifier
from ._documents import listed_documents
from ._errors import InvalidParameterError, WrongTypeError
from ._estimator import _parameters_of
from ._input import Rows, rows_of
from ._labels import coded_labels
from ._lazy import Self, np
from ._parameters import _whole, params_of_options, thread_count
from ._persistence import _checked_path
from ._vectorizer import TfidfVectorizer
from ._weights import checked_weights


class TextClassifier(FastKMeansClassifier):
    """Classifies texts: a `TfidfVectorizer` and a `FastKMeansClassifier` in one.

    Where the classifier takes rows of numbers, this takes texts: a list, an array, a series, or one column of a data frame. It
    learns at once (`fit`) or batch after batch (`fit_batch`), and `save` writes one file that `fastkmeans predict`, Swift and C open.
    A model of several columns, which `fastkmeans train` makes, takes data frames, dicts of columns and lists of dicts.

    Parameters
    ----------
    ngrams, min_df, analyzer, char_ngrams and the other parameters of `TfidfVectorizer`
        All but `dtype` as there: how texts become rows.
    class_descriptions : dict, default None
        Texts about classes: by label a text, or a list of texts. They are learned as documents; how much one counts, `fit` finds
        out on held-out documents. So a class can be answered that no document has. `fit_batch` and `partial_fit` learn those of
        classes that are not known yet, as one document each.
    **parameters
        As in `FastKMeansClassifier`: how classes are learned from the rows.

    Attributes
    ----------
    vectorizer_ : TfidfVectorizer
        What turns texts into rows. `fit` learns its vocabulary; so does a first `fit_batch`, unless `hashing` is set. Its
        `analyzer` is what `auto` became.
    report_ : dict
        As in `FastKMeansClassifier`; `choices` begins with what was tried for `analyzer="auto"`, and for the weight of
        descriptions (`description_weight`).

    Examples
    --------
    >>> from fast_kmeans_classifier import TextClassifier
    >>> texts = ["screen stays black", "no picture on the screen", "invoice is wrong", "refund for my invoice"]
    >>> clf = TextClassifier().fit(texts, ["hardware", "hardware", "billing", "billing"])
    >>> clf.predict(["the screen is black"]).tolist()
    ['hardware']
    >>> clf.explain(["the screen is black"])[0].features[0][0]
    'screen'
    """

    vectorizer_: TfidfVectorizer

    def __init__(
        self,
        ngrams: Any = "auto",
        min_df: float = 1,
        max_features: int | None = None,
        sublinear_tf: bool = True,
        stop_words: Any = None,
        lowercase: bool = True,
        hashing: int | None = None,
        *,
        analyzer: Any = "auto",
        char_ngrams: Any = (2, 5),
        char_weight: float = 1.0,
        max_df: float | None = None,
        binary: bool = False,
        use_idf: bool = True,
        smooth_idf: bool = True,
        norm: str | None = "l2",
        ngram_range: Any = None,
        token_pattern: str | None = r"(?u)\b\w\w+\b",
        tokenizer: Any = None,
        preprocessor: Any = None,
        strip_accents: Any = None,
        vocabulary: Any = None,
        encoding: str = "utf-8",
        decode_error: str = "replace",
        class_descriptions: Mapping[Any, Any] | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(**parameters)
        self.ngrams = ngrams
        self.min_df = min_df
        self.max_features = max_features
        self.sublinear_tf = sublinear_tf
        self.stop_words = stop_words
        self.lowercase = lowercase
        self.hashing = hashing
        self.analyzer = analyzer
        self.char_ngrams = char_ngrams
        self.char_weight = char_weight
        self.max_df = max_df
        self.binary = binary
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.norm = norm
        self.ngram_range = ngram_range
        self.token_pattern = token_pattern
        self.tokenizer = tokenizer
        self.preprocessor = preprocessor
        self.strip_accents = strip_accents
        self.vocabulary = vocabulary
        self.encoding = encoding
        self.decode_error = decode_error
        self.class_descriptions = class_descriptions

    def explain(self, X: Any, label: Any = None, top: int = 10, feature_names: Any = None) -> list[Explanation]:
        """Which prototype won, and what each word of the text added to its score.

        What n-grams of characters add goes to the words that they are of.

        Parameters
        ----------
        X : texts
        label : object
            The class to explain; None: the predicted one.
        top : int
            How many words at most.
        feature_names : array-like of str, features
            Names of the columns, which are explained then in place of the words.

        Returns
        -------
        list of Explanation, one for each text
        """
        self._check_is_fitted()
        if feature_names is not None:
            return super().explain(X, label, top, feature_names)
        if not self.vectorizer_._has_parts_of_words():
            names = None if self.vectorizer_._is_hashing() else self.vectorizer_.get_feature_names_out()
            return super().explain(X, label, top, names)
        texts, top = listed_documents(self.vectorizer_._joined(X)), _whole("top", top)
        found = super().explain(texts, label, self.n_features_in_)
        words = self.vectorizer_._words(texts)
        return [one._replace(features=_by_word(one.features, own, top)) for one, own in zip(found, words)]

    def save(self, path: str | os.PathLike[str], vectorizer: TfidfVectorizer | None = None) -> None:
        """Writes classifier and vectoriser into one file that the command line, the Swift library and `load` read.

        Parameters
        ----------
        path : str or path
            Usually with the ending `.safetensors`; written whole or not at all.
        vectorizer : TfidfVectorizer
            None: the classifier's own.
        """
        self._check_is_fitted()
        super().save(path, self.vectorizer_ if vectorizer is None else vectorizer)

    @classmethod
    def load(cls, path: str | os.PathLike[str], n_threads: int = -1) -> Self:
        """A classifier of texts from a model file that any door wrote; it goes on learning as if it had never stopped.

        Raises
        ------
        OSError
            The file cannot be read.
        ValueError
            It is no model, is damaged, was written by a newer version, or was trained on rows of numbers: then
            `FastKMeansClassifier.load` opens it.
        """
        model = native.Model.load(_checked_path(path), thread_count(n_threads))
        if not model.info.has_vectorizer:
            raise ValueError(
                f"{os.fsdecode(path)}: it was trained on rows of numbers, not on texts; open it with FastKMeansClassifier.load"
            )
        return cls._of_model(model, n_threads)

    @classmethod
    def _of_model(cls, model: native.Model, n_threads: int) -> Self:
        vectorizer = TfidfVectorizer._of_handle(model.vectorizer(), n_threads)
        parameters = {**params_of_options(model.options()), "n_threads": n_threads}
        own = {name: getattr(vectorizer, name) for name in _vectorizer_parameters()}
        loaded = cls(**own, **parameters)
        loaded._take_model(model)
        loaded.vectorizer_ = vectorizer
        return loaded

    def _learn(
        self, X: Any, y: Any, sample_weight: Any, verbose: Any, whole: bool, classes: Any = None
    ) -> dict[str, Any]:
        """Learns from texts; the vectoriser takes its place when all is done."""
        tried: list[dict[str, Any]] = []
        goes_on = self._is_fitted() and (not whole or self.warm_start)
        described = self._descriptions(self.classes_.tolist() if goes_on else [])
        if described:
            X = listed_documents(X)
            count = len(X)
            X, y = [*X, *(text for _, text in described)], self._labels_with(y, count, [label for label, _ in described])
        if goes_on:
            vectorizer = self.vectorizer_
            rows = vectorizer.transform(X)
        else:
            # A hashing one need not see documents first, as a stream asks for.
            vectorizer = self._own_vectorizer()
            learns = whole or self.hashing is None
            if learns and self.analyzer == "auto":
                X = listed_documents(X)
                vectorizer, tried = vectorizer._chosen(X, y, self, self._library_options())
            rows = vectorizer.fit_transform(X) if learns else vectorizer._prepared().transform(X)
        if described:
            weights = checked_weights(sample_weight, count, self)
            if whole:
                sample_weight, weighed = native.description_weights(
                    self._library_options(), rows_of(rows, self), coded_labels(y, self), weights, len(described)
                )
                tried = [*tried, *weighed]
            elif weights is not None:
                sample_weight = np.append(weights, np.full(len(described), weights.mean()))
        super()._learn(rows, y, sample_weight, verbose, whole, classes)
        self.vectorizer_ = vectorizer
        self.report_["choices"] = [*tried, *self.report_["choices"]]
        return dict(self.report_)

    def _descriptions(self, known: list[Any]) -> list[tuple[Any, Any]]:
        """Labels and texts of the descriptions, but those of known classes."""
        given, allowed = self.class_descriptions, "None, or a dict from label to a text or a list of texts"
        if given is None:
            return []
        if not isinstance(given, Mapping):
            raise InvalidParameterError("class_descriptions", given, allowed)
        seen, found = set(known), []
        for label, texts in given.items():
            own = [texts] if isinstance(texts, (str, bytes)) else texts
            if not isinstance(own, (list, tuple)) or not all(isinstance(text, (str, bytes)) for text in own):
                raise InvalidParameterError(f"class_descriptions[{label!r}]", texts, "a text or a list of texts")
            found += [(label, text) for text in own if label not in seen]
        return found

    def _labels_with(self, y: Any, count: int, more: list[Any]) -> np.ndarray:
        """The labels of documents, and behind them those of descriptions in the same type."""
        labels, own = coded_labels(y, self, count), coded_labels(more, self)
        if labels.is_text != own.is_text:
            raise WrongTypeError("the labels of class_descriptions and y must both be texts or both be numbers")
        classes = own.classes
        if not own.is_text and (classes.astype(labels.classes.dtype) == classes).all():
            classes = classes.astype(labels.classes.dtype)
        return np.concatenate([labels.classes[labels.codes], classes[own.codes]])

    def _own_vectorizer(self) -> TfidfVectorizer:
        """A vectoriser with this classifier's parameters, which has seen nothing."""
        return TfidfVectorizer(**{name: getattr(self, name) for name in _vectorizer_parameters()}, n_threads=self._threads())

    def _rows_to_ask(self, X: Any) -> Rows:
        self._check_is_fitted()
        return rows_of(self.vectorizer_.transform(X), self)

    # --- scikit-learn

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.sparse, tags.input_tags.two_d_array = True, False, False
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {**super()._more_tags(), "X_types": ["string"]}


def _by_word(
    features: list[tuple[str | int, float]], words: list[tuple[str, dict[int, float]]], top: int
) -> list[tuple[str | int, float]]:
    """What each word added, by its shares in the columns, the largest first."""
    added = {column: value for column, value in features}
    sums: list[tuple[str | int, float]] = [
        (text, sum(share * added.get(column, 0.0) for column, share in shares.items())) for text, shares in words
    ]
    return sorted((one for one in sums if one[1] != 0), key=lambda one: -one[1])[: max(0, top)]


def _vectorizer_parameters() -> list[str]:
    """The vectoriser's parameters that a classifier of texts takes."""
    return [name for name, _ in _parameters_of(TfidfVectorizer) if name not in ("dtype", "n_threads")]

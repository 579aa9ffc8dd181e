"""Text to TF-IDF rows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import _native as native
from ._documents import encoded_documents
from ._estimator import Estimator
from ._lazy import LazyModule
from ._parameters import text_options, thread_count
from ._persistence import PICKLE_FORMAT, _checked_path, check_pickle
from ._vectorizer_handle import Vectorizer

if TYPE_CHECKING:
    import json

    import numpy as np
    from scipy import sparse
    from typing_extensions import Self
else:
    json = LazyModule("json")
    np = LazyModule("numpy")


class TfidfVectorizer(Estimator):
    """Turns texts into TF-IDF rows of unit length, on all cores.

    The rows equal those of scikit-learn's `TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=100_000)` within 1e-6, but
    for ties at `max_features` and what its Unicode version knows. Words are runs of at least two letters, digits or underscores;
    the inverse document frequency is smoothed, ln((1 + documents) / (1 + frequency)) + 1.

    Parameters
    ----------
    ngrams : (int, int), default (1, 1)
        Terms of this many words, smallest to largest, such as 1-2. In JSON a list of the two numbers, in Python a pair.
    min_df : int, default 2
        A term must occur in this many documents. Without effect when hashing.
    max_features : int or None, default 100000
        Keep this many of the most frequent terms. Without effect when hashing.
    sublinear_tf : bool, default True
        Count 1 + ln(occurrences).
    stop_words : None, 'english' or list of str, default None
        Words to leave out: the list of this package, or your own. On the command line your own are a file with a word a
        line, elsewhere a list.
    lowercase : bool, default True
        Fold the text before it is split.
    hashing : int or None, default None
        2^bits columns by the terms' hash, in place of a vocabulary.
    ngram_range : (int, int) or None, default None
        scikit-learn's name for `ngrams`; counts where it is given.
    n_threads : int, default -1
        Threads; -1: all cores. The rows are the same for any number.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Column of each term.
    idf_ : ndarray of float32, features

    Examples
    --------
    >>> from fast_kmeans_classifier import TfidfVectorizer
    >>> vectorizer = TfidfVectorizer(min_df=1).fit(["red apple", "green apple"])
    >>> vectorizer.get_feature_names_out().tolist()
    ['apple', 'green', 'red']
    """

    def __init__(
        self,
        ngrams: Any = (1, 1),
        min_df: int = 2,
        max_features: int | None = 100000,
        sublinear_tf: bool = True,
        stop_words: Any = None,
        lowercase: bool = True,
        hashing: int | None = None,
        *,
        ngram_range: Any = None,
        n_threads: int = -1,
    ) -> None:
        self.ngrams = ngrams
        self.min_df = min_df
        self.max_features = max_features
        self.sublinear_tf = sublinear_tf
        self.stop_words = stop_words
        self.lowercase = lowercase
        self.hashing = hashing
        self.ngram_range = ngram_range
        self.n_threads = n_threads

    def fit(self, raw_documents: Any, y: Any = None) -> Self:
        """Learns the vocabulary and how common each term is.

        Parameters
        ----------
        raw_documents : iterable of str or bytes
        y : object
            Ignored; pipelines pass it.

        Raises
        ------
        ValueError
            No documents, no words, a parameter out of its range, a missing document.
        TypeError
            Something that is no text.
        """
        self._learn(raw_documents, wants_rows=False)
        return self

    def fit_transform(self, raw_documents: Any, y: Any = None) -> sparse.csr_matrix:
        """`fit`, and the rows of the same documents, in one pass.

        Returns
        -------
        csr_matrix of float32, documents x features
        """
        return self._learn(raw_documents, wants_rows=True)

    def transform(self, raw_documents: Any) -> sparse.csr_matrix:
        """The rows of documents; terms that the vocabulary lacks are left out.

        Returns
        -------
        csr_matrix of float32, documents x features
            Rows of unit length, or without entries where no term is known.

        Raises
        ------
        NotFittedError
            Before `fit`, unless `hashing` is set.
        """
        if not self._is_fitted() and self.hashing is not None:
            vectorizer = Vectorizer.new(text_options(self.get_params()))
        else:
            vectorizer = self._fitted()
        return vectorizer.transform(encoded_documents(raw_documents), thread_count(self.n_threads))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The term of each column, as an array of objects.

        Raises
        ------
        ValueError
            When hashing: a column has no one term.
        """
        fitted = self._fitted()
        if self._is_hashing():
            raise ValueError("a hashing vectoriser has no names for its columns")
        return np.array(fitted.terms(), dtype=object)

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Column of each term; empty when hashing. Made anew at each access."""
        return {term: column for column, term in enumerate(self._fitted().terms())}

    @property
    def idf_(self) -> np.ndarray:
        """The inverse document frequency of each column: float32."""
        return self._fitted().frequencies()[0]

    @classmethod
    def from_sklearn(cls, fitted: Any) -> Self:
        """Takes over a fitted `TfidfVectorizer` of scikit-learn: same columns, same rows, faster.

        Raises
        ------
        ValueError
            It has settings that this vectoriser lacks; the message names them.
        """
        from ._from_sklearn import parts_of

        params, terms, inverse_frequencies = parts_of(fitted)
        made = cls(**params)
        made._vectorizer = Vectorizer.from_parts(
            text_options(made.get_params()), terms, inverse_frequencies, None, 0
        )
        return made

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The vectoriser that was saved with a classifier in a model file.

        Raises
        ------
        OSError
            The file cannot be read.
        ValueError
            It is no model file, or has no vectoriser.
        """
        return cls._of_handle(native.Model.load(_checked_path(path), -1).vectorizer())

    @classmethod
    def _of_handle(cls, vectorizer: Vectorizer, n_threads: int = -1) -> Self:
        options = vectorizer.options()
        made = cls(**{**options, "ngrams": tuple(options["ngrams"])}, n_threads=n_threads)
        made._vectorizer = vectorizer
        return made

    def _learn(self, raw_documents: Any, wants_rows: bool) -> Any:
        blank = Vectorizer.new(text_options(self.get_params()))
        threads = thread_count(self.n_threads)
        self._vectorizer, rows = blank.fit(encoded_documents(raw_documents), threads, wants_rows)
        return rows

    def _is_fitted(self) -> bool:
        return "_vectorizer" in self.__dict__

    def _is_hashing(self) -> bool:
        return self._fitted().options()["hashing"] is not None

    def _fitted(self) -> Vectorizer:
        self._check_is_fitted()
        vectorizer: Vectorizer = self._vectorizer
        return vectorizer

    def __copy__(self) -> Self:
        other = type(self).__new__(type(self))
        # The handle's content never changes: copies share it.
        other.__dict__.update(self.__dict__)
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __getstate__(self) -> dict[str, Any]:
        from . import __version__

        attributes = {name: value for name, value in self.__dict__.items() if name != "_vectorizer"}
        state: dict[str, Any] = {"format": PICKLE_FORMAT, "version": __version__, "attributes": attributes}
        if self._is_fitted():
            vectorizer: Vectorizer = self._vectorizer
            state["options"] = vectorizer.options()
            state["terms"] = vectorizer.terms()
            state["frequencies"] = vectorizer.frequencies()
            state["documents"] = int(vectorizer.info.document_count)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        check_pickle(state, type(self).__name__)
        self.__dict__.update(state["attributes"])
        if "terms" in state:
            inverse, counts = state["frequencies"]
            self._vectorizer = Vectorizer.from_parts(
                json.dumps(state["options"]), state["terms"], inverse, counts, state["documents"]
            )

    # --- scikit-learn

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(string=True, two_d_array=False),
            requires_fit=self.hashing is None,
        )

    def _more_tags(self) -> dict[str, Any]:
        return {"X_types": ["string"], "requires_fit": self.hashing is None}

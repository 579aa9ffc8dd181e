"""Text to TF-IDF rows: the parameters and calls of scikit-learn's vectoriser."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from typing import Any

from . import _native as native
from ._analysis import given_terms
from ._documents import encoded_documents
from ._estimator import _parameters_of
from ._labels import coded_labels
from ._lazy import Self, json, np, sparse
from ._parameters import thread_count
from ._persistence import _checked_path
from ._reading import Reading
from ._vectorizer_handle import Vectorizer


class TfidfVectorizer(Reading):
    """Turns texts into TF-IDF rows of unit length, on all cores.

    The rows equal those of scikit-learn's `TfidfVectorizer(sublinear_tf=True)` within 1e-6, except for ties at `max_features` and
    what its Unicode version knows. Words are runs of at least two letters, digits or underscores; the inverse document
    frequency is smoothed, ln((1 + documents) / (1 + frequency)) + 1. Where words and characters are read at once, the names of
    n-grams of characters begin with a plus sign, and each of the two parts of a row is scaled before the whole is.

    The library reads the documents, on all cores, unless a callable, another pattern or `strip_accents` is given: then Python
    does that part.

    Parameters
    ----------
    ngrams : (int, int) or 'auto', default (1, 1)
        Terms of this many words, smallest to largest, such as 1-2. In JSON a list of the two numbers, in Python a pair.
        auto: single words, and pairs of them where the analyzer auto finds on held-out rows that they pay.
    min_df : int or float, default 1
        A term must occur in this many documents. Without effect when hashing. A float from 0 to 1 is a share of the
        documents.
    max_features : int or None, default None
        Keep this many of the most frequent terms. Words and characters have this limit each. Without effect when hashing.
    sublinear_tf : bool, default True
        Count 1 + ln(occurrences).
    stop_words : None, 'english' or list of str, default None
        Words to leave out: the list of this package, or your own. They are folded and split as the documents are; n-grams
        of characters have them still. On the command line your own are a file with a word a line, elsewhere a list.
    lowercase : bool, default True
        Fold the text before it is split.
    hashing : int or None, default None
        2^bits columns by the terms' hash, in place of a vocabulary. Words and characters have half of them each.
    analyzer : 'auto', 'word', 'char', 'char_wb', 'word+char', 'word+char_wb' or callable, default 'word'
        What terms are: words, n-grams of characters (char), those within pieces between blanks (char_wb), or both. auto:
        words, or words and char_wb where held-out rows are answered better with them, tried on a part of the rows; char_wb
        for scripts without blanks between words. It is decided where the vocabulary is learned, by a stream on its first
        rows; where nobody gives labels, auto is word. A callable gets a document and gives its terms.
    char_ngrams : (int, int), default (2, 5)
        Terms of this many characters, where the analyzer reads characters.
    char_weight : float, default 1.0
        The length of the characters' part of a row where that of the words' part is 1. Only where the analyzer reads both.
    max_df : int, float or None, default None
        A term may occur in this many documents. Without effect when hashing. A float from 0 to 1 is a share of the
        documents.
    binary : bool, default False
        Count a term once however often it occurs in a document.
    use_idf : bool, default True
        Weigh a term more the fewer documents it occurs in.
    smooth_idf : bool, default True
        Count document frequencies as if one more document had every term.
    norm : 'l1' or 'l2' or None, default 'l2'
        Which length of a row is 1.
    ngram_range : (int, int) or None, default None
        scikit-learn's name for the sizes of n-grams: of characters where the analyzer reads nothing else, of words
        elsewhere; counts where it is given.
    token_pattern : str, default r'(?u)\\b\\w\\w+\\b'
        What a word is, as a regular expression with at most one group. Any other than the default is slow.
    tokenizer : callable or None, default None
        Gets a text and gives its words, in place of the pattern.
    preprocessor : callable or None, default None
        Gets a document and gives its text; it comes in place of `lowercase` and `strip_accents`.
    strip_accents : None, 'ascii', 'unicode' or callable, default None
        Take accents off; 'ascii' leaves out what is not ASCII then.
    vocabulary : dict, iterable or None, default None
        The terms, by column or in their order, in place of those that are learned.
    dtype : type, default None
        Of the rows' values; None: float32.
    encoding : str, default 'utf-8'
        Of documents that are bytes.
    decode_error : 'replace', 'strict' or 'ignore', default 'replace'
        What happens to bytes that the encoding does not have.
    n_threads : int, default -1
        Threads; -1: all cores. The rows are the same for any number.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Column of each term.
    idf_ : ndarray of float32, features
    fixed_vocabulary_ : bool
        Whether the terms were given.

    Examples
    --------
    >>> from fast_kmeans_classifier import TfidfVectorizer
    >>> vectorizer = TfidfVectorizer().fit(["red apple", "green apple"])
    >>> vectorizer.get_feature_names_out().tolist()
    ['apple', 'green', 'red']
    """

    def __init__(
        self,
        ngrams: Any = (1, 1),
        min_df: float = 1,
        max_features: int | None = None,
        sublinear_tf: bool = True,
        stop_words: Any = None,
        lowercase: bool = True,
        hashing: int | None = None,
        *,
        analyzer: Any = "word",
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
        dtype: Any = None,
        encoding: str = "utf-8",
        decode_error: str = "replace",
        n_threads: int = -1,
    ) -> None:
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
        self.dtype = dtype
        self.encoding = encoding
        self.decode_error = decode_error
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
            return copy.copy(self)._prepared().transform(raw_documents)
        vectorizer = self._fitted()
        encoded = self._encoded(self._read(raw_documents))
        return self._given(vectorizer.transform(encoded, thread_count(self.n_threads)))

    def inverse_transform(self, X: Any) -> list[np.ndarray]:
        """The terms that each row has.

        Parameters
        ----------
        X : array-like or sparse matrix, documents x features

        Returns
        -------
        list of arrays of str
        """
        names = self.get_feature_names_out()
        rows = sparse.csr_matrix(X)
        rows.eliminate_zeros()
        if rows.shape[1] != len(names):
            raise ValueError(f"X has {rows.shape[1]} features, but {type(self).__name__} has {len(names)}")
        return [names[rows.indices[start:end]] for start, end in zip(rows.indptr, rows.indptr[1:])]

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The term of each column, as an array of objects.

        Raises
        ------
        ValueError
            When hashing: a column has no one term.
        """
        self._fitted()
        if self._is_hashing():
            raise ValueError("a hashing vectoriser has no names for its columns")
        return np.array(self._names(), dtype=object)

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Column of each term; empty when hashing. Made anew at each access."""
        return {term: column for column, term in enumerate(self._names())}

    @property
    def fixed_vocabulary_(self) -> bool:
        """Whether the terms were given."""
        return self.vocabulary is not None

    @property
    def idf_(self) -> np.ndarray:
        """The inverse document frequency of each column: float32. May be set."""
        inverse = self._fitted().frequencies()[0]
        return inverse if self._order is None else inverse[self._order]

    @idf_.setter
    def idf_(self, value: Any) -> None:
        self._check_parts()
        if not self.use_idf:
            raise ValueError("`idf_` cannot be set when `use_idf=False`.")
        if not self._is_fitted() and self.vocabulary is not None:
            self._take_terms(self._given_terms() or [])
        fitted = self._fitted()
        inverse, counts = fitted.frequencies()
        value = np.asarray(value, dtype=np.float32)
        if value.shape != inverse.shape:
            raise ValueError(f"idf length = {value.size} must be equal to vocabulary size = {inverse.size}")
        inverse[slice(None) if self._order is None else self._order] = value
        self._vectorizer = Vectorizer.from_parts(
            json.dumps(fitted.options()), fitted.terms(), inverse, counts, int(fitted.info.document_count)
        )

    # --- what finds terms

    def build_preprocessor(self) -> Callable[[str], str]:
        """What folds a text before it is split."""
        return self._analysis_of_parameters().preprocessor()

    def build_tokenizer(self) -> Callable[[str], list[str]]:
        """What splits a text into words."""
        return self._analysis_of_parameters().tokenizer()

    def build_analyzer(self) -> Callable[[Any], list[str]]:
        """What finds the terms of a document, in Python: the definition of what the library does."""
        return self._analysis_of_parameters().terms()

    def get_stop_words(self) -> frozenset[str] | None:
        """The words that are left out."""
        return self._analysis_of_parameters().stop_words()

    def decode(self, doc: Any) -> Any:
        """A document as a text, if it is bytes."""
        return self._analysis_of_parameters().decode(doc)

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
        made._vectorizer = Vectorizer.from_parts(made._options_for(None), terms, inverse_frequencies)
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
        columns = options.pop("columns", [])
        sizes = {name: tuple(options[name]) for name in ("ngrams", "char_ngrams")}
        made = cls(**{**options, **sizes}, n_threads=n_threads)
        made._analysis = made._analysis_of_parameters()
        made._vectorizer = vectorizer
        made._columns = columns
        return made

    # --- parameters

    def _settings(self) -> dict[str, Any]:
        # A subclass may take fewer.
        return {name: getattr(self, name) for name, _ in _parameters_of(TfidfVectorizer)}

    def _given_terms(self) -> list[str] | None:
        if self.vocabulary is not None and self.hashing is not None:
            raise ValueError("hashing does not go with a vocabulary; leave one of them out")
        return given_terms(self.vocabulary)

    def _learn(self, raw_documents: Any, wants_rows: bool) -> Any:
        analysis = self._analysis_of_parameters()
        if self.__dict__.get("_stop_words_id") != id(self.stop_words):
            self._stop_words_id = id(self.stop_words)
            analysis.warn_of_stop_words()
        analysis.warn_of_unused()
        terms = self._given_terms()
        learner = copy.copy(self)
        learner._analysis = analysis
        rows = learner._learn_from(raw_documents, terms, wants_rows)
        self.__dict__.update(learner.__dict__)
        return self._given(rows) if wants_rows else None

    def _chosen(self, raw_documents: Any, y: Any, estimator: object, training: str) -> tuple[Self, list[dict[str, Any]]]:
        """A vectoriser with what the analyzer `auto` is for labelled documents, and what was tried."""
        made = copy.copy(self)
        made._analysis = self._analysis_of_parameters()
        if self.analyzer != "auto" or made._analysis.gives_terms or self.vocabulary is not None:
            return self, []
        encoded = encoded_documents(made._read(raw_documents))
        count = len(encoded[1]) - 1
        options = json.loads(made._options(count))
        if isinstance(self.ngrams, str) and self.ngrams == "auto" and self.ngram_range is None:
            options["ngrams"] = "auto"
        chosen, tried = Vectorizer.choosing(json.dumps(options), training, encoded, coded_labels(y, estimator, count))
        found = chosen.options()
        made.analyzer, made.ngrams, made.ngram_range = found["analyzer"], tuple(found["ngrams"]), None
        return made, tried

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

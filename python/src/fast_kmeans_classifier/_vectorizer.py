"""Text to TF-IDF rows."""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import _native as native
from ._analysis import Analysis, given_terms
from ._documents import encoded_documents, joined_fields, listed_documents
from ._estimator import Estimator, _parameters_of
from ._labels import coded_labels
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
    sparse = LazyModule("scipy.sparse")


class TfidfVectorizer(Estimator):
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
        return self._ordered(self._fitted().frequencies()[0])

    @idf_.setter
    def idf_(self, value: Any) -> None:
        self._check_parts()
        if not self.use_idf:
            raise ValueError("`idf_` cannot be set when `use_idf=False`.")
        if not self._is_fitted() and self.vocabulary is not None:
            self._take_given_terms()
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
        made._analysis = made._analysis_of_parameters()
        made._vectorizer = Vectorizer.from_parts(made._options(), terms, inverse_frequencies, None, 0)
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

    #: The columns of documents that have several, each with `name`, `kind` and `weight`; a model file brings them.
    _columns: list[dict[str, Any]] = []
    #: How documents became terms when this was fitted.
    _analysis: Analysis
    #: Where Python finds the terms, the code word of each.
    _codes: dict[str, str] | None = None
    #: The library's column of each column, where terms were given in another order than the library's.
    _order: np.ndarray | None = None

    def _learn(self, raw_documents: Any, wants_rows: bool) -> Any:
        analysis = self._analysis_of_parameters()
        if self.__dict__.get("_stop_words_id") != id(self.stop_words):
            self._stop_words_id = id(self.stop_words)
            analysis.warn_of_stop_words()
        analysis.warn_of_unused()
        terms = self._given_terms()
        learner = copy.copy(self)
        learner._analysis = analysis
        documents = learner._read(raw_documents)
        learner._codes = None
        if analysis.gives_terms:
            learner._codes = _code_words({term for found in documents for term in found} if terms is None else terms)
        encoded = learner._encoded(documents)
        threads = thread_count(self.n_threads)
        options = learner._options(len(encoded[1]) - 1)
        if terms is None:
            vectorizer, rows = Vectorizer.new(options).fit(encoded, threads, wants_rows)
            learner._order = None
            if learner._codes is not None:
                kept = set(vectorizer.terms())
                learner._codes = {term: code for term, code in learner._codes.items() if code in kept}
        else:
            names, learner._order = learner._library_order(terms)
            inverse, counts, count = _frequencies(options, names, encoded, threads)
            vectorizer = Vectorizer.from_parts(options, names, inverse, counts, count)
            rows = vectorizer.transform(encoded, threads) if wants_rows else None
        learner._vectorizer = vectorizer
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

    def _has_parts_of_words(self) -> bool:
        """Whether columns are n-grams of characters, which belong to words of a document."""
        return not self._analysis.gives_terms and "char" in self._fitted().options()["analyzer"]

    def _words(self, documents: Any) -> list[list[tuple[str, dict[int, float]]]]:
        """Of each document its words, each with its share in the columns."""
        found = self._fitted().words(self._encoded(self._read(documents)))
        places = None if self._order is None else np.argsort(self._order)
        return [
            [(text, {int(column if places is None else places[column]): share for column, share in shares}) for text, shares in words]
            for words in found
        ]

    def _prepared(self) -> Self:
        """Itself, ready to hash without having seen documents."""
        self._vectorizer = Vectorizer.new(self._options_for(None))
        return self

    def _options_for(self, document_count: int | None) -> str:
        """The library's options for this many documents, before any is seen."""
        self._analysis = self._analysis_of_parameters()
        return self._options(document_count)

    def _take_given_terms(self) -> None:
        """Has the terms of the parameter, without having seen documents: each weighs 1."""
        self._analysis = self._analysis_of_parameters()
        terms = self._given_terms() or []
        self._codes = _code_words(terms) if self._analysis.gives_terms else None
        names, self._order = self._library_order(terms)
        self._vectorizer = Vectorizer.from_parts(self._options(), names, np.ones(len(names), dtype=np.float32), None, 0)

    def _analysis_of_parameters(self) -> Analysis:
        return Analysis(self._settings())

    def _settings(self) -> dict[str, Any]:
        """All parameters; a subclass may take fewer."""
        return {name: getattr(self, name) for name, _ in _parameters_of(TfidfVectorizer)}

    def _given_terms(self) -> list[str] | None:
        if self.vocabulary is not None and self.hashing is not None:
            raise ValueError("hashing does not go with a vocabulary; leave one of them out")
        return given_terms(self.vocabulary)

    def _options(self, document_count: int | None = None) -> str:
        """The library's options."""
        analysis = self._analysis
        words, characters = analysis.sizes()
        own: dict[str, Any] = {"ngrams": words, "char_ngrams": characters}
        if analysis.gives_terms:
            own = {"analyzer": "word", "ngrams": (1, 1), "lowercase": False, "stop_words": None}
        elif analysis.changes_texts:
            own["lowercase"] = False
        return text_options({**self._settings(), **own}, document_count)

    def _read(self, raw_documents: Any) -> Any:
        """The documents as far as Python reads them: as they are, as texts, or as lists of terms."""
        analysis = self._analysis
        raw_documents = self._joined(raw_documents)
        if analysis.is_native and self.encoding == "utf-8" and self.decode_error == "replace":
            return raw_documents
        documents = listed_documents(raw_documents)
        if analysis.gives_terms:
            analyze = analysis.terms()
            return [analyze(document) for document in documents]
        documents = [analysis.decode(document) for document in documents]
        if analysis.changes_texts:
            encoded_documents(documents)  # finds what is no text
            preprocess = analysis.preprocessor()
            documents = [preprocess(document) for document in documents]
        return documents

    def _encoded(self, documents: Any) -> tuple[bytes, np.ndarray]:
        codes = self._codes
        if codes is None:
            return encoded_documents(documents)
        return encoded_documents([" ".join(codes[term] for term in found if term in codes) for found in documents])

    def _library_order(self, terms: list[str]) -> tuple[list[str], np.ndarray | None]:
        """The names that the library has for given terms, in its order, and for each term its place there."""
        ordered = sorted(terms)
        names = ordered if self._codes is None else [self._codes[term] for term in ordered]
        if ordered == terms:
            return names, None
        places = {term: place for place, term in enumerate(ordered)}
        return names, np.array([places[term] for term in terms], dtype=np.int64)

    def _names(self) -> list[str]:
        """The terms in the order of the columns."""
        names: Any = self._fitted().terms()
        if self._codes is not None:
            terms = {code: term for term, code in self._codes.items()}
            names = [terms[code] for code in names]
        return names if self._order is None else [names[place] for place in self._order.tolist()]

    def _ordered(self, values: np.ndarray) -> np.ndarray:
        return values if self._order is None else values[self._order]

    def _given(self, rows: sparse.csr_matrix) -> sparse.csr_matrix:
        """The library's rows as users get them."""
        if self._order is not None:
            rows = rows[:, self._order]
            rows.sort_indices()
        if self.dtype is None:
            return rows
        dtype = np.dtype(self.dtype)
        if dtype.kind != "f":
            warnings.warn(f"{dtype} 'dtype' holds no weights and will be converted to np.float64.", stacklevel=4)
            dtype = np.dtype(np.float64)
        return rows.astype(dtype, copy=False)

    def _for_file(self) -> Vectorizer:
        """The library's vectoriser, where it says everything.

        Raises
        ------
        ValueError
            Python has a part in it.
        """
        fitted = self._fitted()
        if not self._analysis.is_native or self._order is not None:
            raise ValueError(
                "a model file has no place for callables, patterns, strip_accents and the order of a vocabulary; "
                "pickle the vectoriser, or leave them out"
            )
        return fitted

    def _joined(self, raw_documents: Any) -> Any:
        """Rows of several columns as texts."""
        return joined_fields(raw_documents, self._columns) if self._columns else raw_documents

    def _check_parts(self) -> None:
        """Refuses what takes a vectoriser apart, where it reads several columns."""
        if self._columns:
            raise ValueError("a vectoriser of several columns stays in its model file; write it with save() and open it with load()")

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
            self._check_parts()
            vectorizer: Vectorizer = self._vectorizer
            state["options"] = vectorizer.options()
            state["terms"] = vectorizer.terms()
            state["frequencies"] = vectorizer.frequencies()
            state["documents"] = int(vectorizer.info.document_count)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        check_pickle(state, type(self).__name__)
        # Older pickles lack younger parameters.
        self.__dict__.update({**dict(_parameters_of(type(self))), "analyzer": "word", **state["attributes"]})
        if "terms" in state:
            if "_analysis" not in self.__dict__:
                self._analysis = self._analysis_of_parameters()
            inverse, counts = state["frequencies"]
            self._vectorizer = Vectorizer.from_parts(
                json.dumps({"analyzer": "word", **state["options"]}), state["terms"], inverse, counts, state["documents"]
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


def _code_words(terms: Iterable[str]) -> dict[str, str]:
    """A word for each term, in the order of the terms, that the library reads as it is."""
    ordered = sorted(set(terms))
    width = max(2, len(f"{len(ordered):x}"))
    return {term: f"{place:0{width}x}" for place, term in enumerate(ordered)}


def _frequencies(
    options: str, names: list[str], encoded: tuple[bytes, np.ndarray], threads: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Of given terms the inverse document frequency, and in how many of the documents each occurs."""
    wanted = json.loads(options)
    plain = json.dumps({**wanted, "norm": None})
    rows = Vectorizer.from_parts(plain, names, np.ones(len(names), dtype=np.float32), None, 0).transform(encoded, threads)
    counts, count = np.bincount(rows.indices, minlength=len(names)), rows.shape[0]
    # The library keeps no count of 0.
    return inverse_frequencies(wanted, counts, count), np.clip(counts, 1, max(1, count)), max(1, count)


def inverse_frequencies(options: dict[str, Any], counts: np.ndarray, document_count: int) -> np.ndarray:
    """The inverse document frequency (float32) of terms by how many documents have them."""
    inverse = np.ones(len(counts))
    if options["use_idf"] and document_count:
        added = int(options["smooth_idf"])
        inverse = np.log((document_count + added) / np.maximum(counts + added, 1)) + 1
    return inverse.astype(np.float32)

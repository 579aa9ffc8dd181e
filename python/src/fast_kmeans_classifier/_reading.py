"""What a vectoriser has learned: how documents become rows, columns get the user's order, and all of it travels."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from ._analysis import Analysis
from ._documents import encoded_documents, joined_fields
from ._estimator import Estimator
from ._lazy import Self, json, np, sparse
from ._parameters import text_options, thread_count
from ._persistence import pickled, unpickled
from ._vectorizer_handle import Vectorizer


class Reading(Estimator):
    """Documents go to the library as far as Python has not read them; its rows come back in the user's columns.

    Where Python finds the terms, each gets a code word, and the library reads code words. Where terms were given, their columns
    keep the user's order, and the library has its own.
    """

    dtype: Any
    n_threads: int
    #: How documents became terms when this was fitted.
    _analysis: Analysis
    _vectorizer: Vectorizer
    #: The columns of documents that have several, each with `name`, `kind` and `weight`; a model file brings them.
    _columns: list[dict[str, Any]] = []
    #: Where Python finds the terms, the code word of each.
    _codes: dict[str, str] | None = None
    #: The library's column of each column, where terms were given in another order than the library's.
    _order: np.ndarray | None = None

    def _settings(self) -> dict[str, Any]:
        """The parameters of a vectoriser by name."""
        raise NotImplementedError

    def _analysis_of_parameters(self) -> Analysis:
        return Analysis(self._settings())

    def _options(self, document_count: int | None = None) -> str:
        """The library's options."""
        return text_options({**self._settings(), **self._analysis.options()}, document_count)

    def _options_for(self, document_count: int | None) -> str:
        """The library's options for this many documents, before any is seen."""
        self._analysis = self._analysis_of_parameters()
        return self._options(document_count)

    # --- learning

    def _learn_from(self, raw_documents: Any, terms: list[str] | None, wants_rows: bool) -> Any:
        """Learns how common terms are: those that are given, else those that the documents have; gives rows if wanted."""
        documents = self._read(raw_documents)
        self._codes = self._order = None
        if self._analysis.gives_terms:
            self._codes = _code_words((term for found in documents for term in found) if terms is None else terms)
        encoded, threads = self._encoded(documents), thread_count(self.n_threads)
        options = self._options(len(encoded[1]) - 1)
        if terms is None:
            self._vectorizer, rows = Vectorizer.new(options).fit(encoded, threads, wants_rows)
            if self._codes is not None:
                kept = set(self._vectorizer.terms())
                self._codes = {term: code for term, code in self._codes.items() if code in kept}
            return rows
        names, self._order = self._library_order(terms)
        self._vectorizer = Vectorizer.from_parts(options, names, *_frequencies(options, names, encoded, threads))
        return self._vectorizer.transform(encoded, threads) if wants_rows else None

    def _take_terms(self, terms: list[str]) -> None:
        """Has these terms without having seen documents: each weighs 1."""
        options = self._options_for(None)
        self._codes = _code_words(terms) if self._analysis.gives_terms else None
        names, self._order = self._library_order(terms)
        self._vectorizer = Vectorizer.from_parts(options, names, np.ones(len(names), dtype=np.float32))

    def _prepared(self) -> Self:
        """Itself, ready to hash without having seen documents."""
        self._vectorizer = Vectorizer.new(self._options_for(None))
        return self

    def _library_order(self, terms: list[str]) -> tuple[list[str], np.ndarray | None]:
        """The names that the library has for given terms, in its order, and for each term its place there."""
        ordered = sorted(terms)
        names = ordered if self._codes is None else [self._codes[term] for term in ordered]
        if ordered == terms:
            return names, None
        places = {term: place for place, term in enumerate(ordered)}
        return names, np.array([places[term] for term in terms], dtype=np.int64)

    # --- documents

    def _joined(self, raw_documents: Any) -> Any:
        """Rows of several columns as texts."""
        return joined_fields(raw_documents, self._columns) if self._columns else raw_documents

    def _read(self, raw_documents: Any) -> Any:
        return self._analysis.read(self._joined(raw_documents))

    def _encoded(self, documents: Any) -> tuple[bytes, np.ndarray]:
        codes = self._codes
        if codes is None:
            return encoded_documents(documents)
        return encoded_documents([" ".join(codes[term] for term in found if term in codes) for found in documents])

    # --- columns

    def _names(self) -> list[str]:
        """The terms in the order of the columns."""
        names = self._fitted().terms()
        if self._codes is not None:
            terms = {code: term for term, code in self._codes.items()}
            names = [terms[code] for code in names]
        return names if self._order is None else [names[place] for place in self._order.tolist()]

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

    def _is_hashing(self) -> bool:
        return self._fitted().options()["hashing"] is not None

    # --- state, copies, pickles

    def _is_fitted(self) -> bool:
        return "_vectorizer" in self.__dict__

    def _fitted(self) -> Vectorizer:
        self._check_is_fitted()
        return self._vectorizer

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

    def _check_parts(self) -> None:
        """Refuses what takes a vectoriser apart, where it reads several columns."""
        if self._columns:
            raise ValueError("a vectoriser of several columns stays in its model file; write it with save() and open it with load()")

    def __copy__(self) -> Self:
        other = type(self).__new__(type(self))
        # The handle's content never changes: copies share it.
        other.__dict__.update(self.__dict__)
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __getstate__(self) -> dict[str, Any]:
        state = pickled(self, "_vectorizer")
        if self._is_fitted():
            self._check_parts()
            vectorizer = self._vectorizer
            state["options"], state["terms"] = vectorizer.options(), vectorizer.terms()
            state["frequencies"], state["documents"] = vectorizer.frequencies(), int(vectorizer.info.document_count)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        unpickled(self, state, analyzer="word")
        if "terms" in state:
            if "_analysis" not in self.__dict__:
                self._analysis = self._analysis_of_parameters()
            options, (inverse, counts) = json.dumps({"analyzer": "word", **state["options"]}), state["frequencies"]
            self._vectorizer = Vectorizer.from_parts(options, state["terms"], inverse, counts, state["documents"])


def _code_words(terms: Iterable[str]) -> dict[str, str]:
    """A word for each term, in the order of the terms, that the library reads as it is."""
    ordered = sorted(set(terms))
    width = max(2, len(f"{len(ordered):x}"))
    return {term: f"{place:0{width}x}" for place, term in enumerate(ordered)}


def _frequencies(
    options: str, names: list[str], encoded: tuple[bytes, np.ndarray], threads: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Of given terms the inverse document frequency, and in how many of the documents each occurs; how many there are."""
    wanted = json.loads(options)
    plain = json.dumps({**wanted, "norm": None})
    rows = Vectorizer.from_parts(plain, names, np.ones(len(names), dtype=np.float32)).transform(encoded, threads)
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

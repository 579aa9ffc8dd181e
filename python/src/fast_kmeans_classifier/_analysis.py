"""What a vectoriser does in Python: callables, patterns, accents, and the definitions of the library's analyzers.

The library reads documents by itself where none of these is asked for. Where Python finds the terms, each gets a code word,
and the library counts and weighs code words.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ._documents import encoded_documents, listed_documents
from ._errors import InvalidParameterError
from ._lazy import unicodedata
from ._options import ENGLISH_STOP_WORDS, TEXT
from ._parameters import checked


#: The words that the library finds by itself.
TOKEN_PATTERN = r"(?u)\b\w\w+\b"

#: Stands before n-grams of characters where there are words, too.
_MARK = "+"


class Analysis:
    """How the documents of a vectoriser with these parameters become terms."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        # Where there is nobody to choose, `auto` is words, one by one.
        self._params = params = {**params, "ngrams": _definite(params["ngrams"], (1, 1))}
        params["analyzer"] = analyzer = _definite(params["analyzer"], "word")
        if not callable(analyzer) and analyzer not in TEXT["analyzer"].choices:
            raise InvalidParameterError("analyzer", analyzer, " or ".join(map(repr, TEXT["analyzer"].choices)) + " or a callable")
        for name in ("tokenizer", "preprocessor"):
            if params[name] is not None and not callable(params[name]):
                raise InvalidParameterError(name, params[name], "a callable, or None")
        self.reads_words = not callable(analyzer) and "word" in analyzer
        own_words = self.reads_words and (params["tokenizer"] is not None or params["token_pattern"] != TOKEN_PATTERN)
        if own_words and analyzer not in ("word", "auto"):
            raise ValueError(f"analyzer {analyzer!r} finds its words itself; leave out tokenizer and token_pattern")
        #: Whether terms are found in Python.
        self.gives_terms = callable(analyzer) or own_words
        #: Whether texts are changed in Python before the library reads them.
        self.changes_texts = params["preprocessor"] is not None or params["strip_accents"] is not None
        if self.gives_terms and params["hashing"] is not None:
            raise ValueError("hashing does not go with callables and patterns, whose terms are found in Python; leave one of them out")

    @property
    def is_native(self) -> bool:
        """Whether the library does everything."""
        return not self.gives_terms and not self.changes_texts

    def options(self) -> dict[str, Any]:
        """What the library is told in place of parameters."""
        words, characters = self.sizes()
        told: dict[str, Any] = {"ngrams": words, "char_ngrams": characters}
        if self.gives_terms:
            return {**told, "analyzer": "word", "ngrams": (1, 1), "lowercase": False, "stop_words": None}
        return {**told, "lowercase": False} if self.changes_texts else told

    def read(self, documents: Any) -> Any:
        """The documents as far as Python reads them: as they are, as texts, or as lists of terms."""
        if self.is_native and self._params["encoding"] == "utf-8" and self._params["decode_error"] == "replace":
            return documents
        documents = listed_documents(documents)
        if self.gives_terms:
            return list(map(self.terms(), documents))
        documents = list(map(self.decode, documents))
        if self.changes_texts:
            encoded_documents(documents)  # finds what is no text
            documents = list(map(self.preprocessor(), documents))
        return documents

    def decode(self, document: Any) -> Any:
        """A document as a text, if it is bytes."""
        if isinstance(document, bytes):
            return document.decode(self._params["encoding"], self._params["decode_error"])
        return document

    def preprocessor(self) -> Callable[[str], str]:
        """What folds a text."""
        if self._params["preprocessor"] is not None:
            return self._params["preprocessor"]  # type: ignore[no-any-return]
        strip = _accent_stripper(self._params["strip_accents"])
        if not self._params["lowercase"]:
            return strip
        return lambda text: strip(text.lower())

    def tokenizer(self) -> Callable[[str], list[str]]:
        """What splits a text into words."""
        if self._params["tokenizer"] is not None:
            return self._params["tokenizer"]  # type: ignore[no-any-return]
        pattern = self._params["token_pattern"]
        if not isinstance(pattern, str):
            raise InvalidParameterError("token_pattern", pattern, "a regular expression")
        compiled = re.compile(pattern)
        if compiled.groups > 1:
            raise ValueError("More than 1 capturing group in token pattern. Only a single group should be captured.")
        return compiled.findall

    def stop_words(self) -> frozenset[str] | None:
        """The words of the parameter."""
        words = checked("stop_words", self._params["stop_words"], TEXT["stop_words"])
        if words == "english":
            return frozenset(ENGLISH_STOP_WORDS)
        return None if words is None else frozenset(words)

    def terms(self) -> Callable[[Any], list[str]]:
        """What finds the terms of a document, in scikit-learn's order."""
        analyzer = self._params["analyzer"]
        if callable(analyzer):
            return lambda document: _checked_terms(analyzer(self.decode(document)), "analyzer")
        preprocess = self.preprocessor()
        word_sizes, character_sizes = self.sizes()
        readers: list[Callable[[str], list[str]]] = []
        if self.reads_words:
            tokenize, stop_words = self.tokenizer(), self._stop_tokens()
            readers.append(
                lambda text: _word_ngrams([word for word in _checked_terms(tokenize(text), "tokenizer") if word not in stop_words], word_sizes)
            )
        if "char" in analyzer:
            find = _piece_ngrams if analyzer.endswith("char_wb") else _character_ngrams
            mark = _MARK if self.reads_words else ""
            readers.append(lambda text: [mark + term for term in find(text, character_sizes)])

        def analyze(document: Any) -> list[str]:
            text = preprocess(self.decode(document))
            return [term for reader in readers for term in reader(text)]

        return analyze

    def sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The sizes of n-grams of words and of characters; `ngram_range` is that of the analyzer's only kind, or of words."""
        words, characters, given = self._params["ngrams"], self._params["char_ngrams"], self._params["ngram_range"]
        if given is None:
            return words, characters
        return (given, characters) if self.reads_words or callable(self._params["analyzer"]) else (words, given)

    def warn_of_unused(self) -> None:
        """Says which parameters have no effect beside others."""
        params = self._params
        is_default = {
            "tokenizer": params["tokenizer"] is None, "preprocessor": params["preprocessor"] is None,
            "token_pattern": params["token_pattern"] == TOKEN_PATTERN, "stop_words": params["stop_words"] is None,
            "ngram_range": params["ngram_range"] in (None, (1, 1)),
        }
        unused = dict.fromkeys(("tokenizer", "token_pattern", "stop_words"), "'analyzer' != 'word'") if not self.reads_words else {}
        if callable(params["analyzer"]):
            unused = dict.fromkeys(is_default, "'analyzer' is callable")
        elif self.reads_words and not is_default["tokenizer"]:
            unused = {"token_pattern": "'tokenizer' is not None"}
        for name, reason in unused.items():
            if not is_default[name]:
                warnings.warn(f"The parameter {name!r} will not be used since {reason}", stacklevel=5)

    def warn_of_stop_words(self) -> None:
        """Says so where splitting the stop words gives words that are no stop words."""
        words = self.stop_words()
        if words is None or not self.reads_words or self._params["stop_words"] == "english":
            return
        inconsistent = sorted(self._split(words) - words)
        if inconsistent:
            warnings.warn(
                "Your stop_words may be inconsistent with your preprocessing. Tokenizing the stop words generated tokens "
                f"{inconsistent!r} not in stop_words.",
                stacklevel=5,
            )

    def _split(self, words: Iterable[str]) -> frozenset[str]:
        preprocess, tokenize = self.preprocessor(), self.tokenizer()
        return frozenset(token for word in words for token in tokenize(preprocess(word)))

    def _stop_tokens(self) -> frozenset[str]:
        words = self.stop_words()
        return frozenset() if words is None else words | self._split(words)


def _definite(value: Any, standard: Any) -> Any:
    return standard if isinstance(value, str) and value == "auto" else value


def given_terms(vocabulary: Any) -> list[str] | None:
    """The terms of the parameter `vocabulary` in the order of their columns.

    Raises
    ------
    ValueError
        A term or a column occurs twice, a column is missing, or there are no terms.
    """
    if vocabulary is None:
        return None
    if isinstance(vocabulary, str) or not isinstance(vocabulary, Iterable):
        raise InvalidParameterError("vocabulary", vocabulary, "terms by column, a list of terms, or None")
    if isinstance(vocabulary, Mapping):
        columns = {column: term for term, column in vocabulary.items()}
        if len(columns) != len(vocabulary):
            raise ValueError("Vocabulary contains repeated indices.")
        for column in range(len(vocabulary)):
            if column not in columns:
                raise ValueError(f"Vocabulary of size {len(vocabulary)} doesn't contain index {column}.")
        terms = [columns[column] for column in range(len(vocabulary))]
    else:
        terms = sorted(vocabulary) if isinstance(vocabulary, (set, frozenset)) else list(vocabulary)
        for term, previous in zip(ordered := sorted(map(str, terms)), ordered[1:]):
            if term == previous:
                raise ValueError(f"Duplicate term in vocabulary: {term!r}")
    if not terms:
        raise ValueError("empty vocabulary passed to fit")
    if not all(isinstance(term, str) and term for term in terms):
        raise InvalidParameterError("vocabulary", vocabulary, "terms that are texts, none of them empty")
    return terms


def _checked_terms(terms: Any, name: str) -> list[str]:
    found = None if isinstance(terms, (str, bytes)) or not isinstance(terms, Iterable) else list(terms)
    if found is None:
        raise TypeError(f"{name} gave {type(terms).__name__} in place of a list of texts")
    for term in found:
        if not isinstance(term, str):
            raise TypeError(f"{name} gave a term of type {type(term).__name__}; terms are texts")
    return found


def _accent_stripper(choice: Any) -> Callable[[str], str]:
    if choice is None:
        return lambda text: text
    if callable(choice):
        return choice  # type: ignore[no-any-return]
    if choice == "ascii":
        return lambda text: unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    if choice == "unicode":
        return _without_marks
    raise InvalidParameterError("strip_accents", choice, "'ascii', 'unicode', a callable, or None")


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    return "".join(character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character))


def _word_ngrams(words: list[str], sizes: tuple[int, int]) -> list[str]:
    return [" ".join(words[start : start + size]) for size in range(sizes[0], sizes[1] + 1) for start in range(len(words) - size + 1)]


_WHITE_SPACE = re.compile(r"\s\s+")


def _character_ngrams(text: str, sizes: tuple[int, int]) -> list[str]:
    text = _WHITE_SPACE.sub(" ", text)
    return [text[start : start + size] for size in range(sizes[0], sizes[1] + 1) for start in range(len(text) - size + 1)]


def _piece_ngrams(text: str, sizes: tuple[int, int]) -> list[str]:
    terms = []
    for piece in text.split():
        padded = f" {piece} "
        for size in range(sizes[0], sizes[1] + 1):
            terms += [padded[start : start + size] for start in range(max(1, len(padded) - size + 1))]
            if size >= len(padded):
                # A piece that is shorter than an n-gram counts once.
                break
    return terms

"""Text to rows: as scikit-learn's vectoriser does it, faster."""

import copy
import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import WORDNET, needed

from fast_kmeans_classifier import FastKMeansClassifier, InvalidParameterError, NotFittedError, TfidfVectorizer

TEXTS = ["The red apple", "a GREEN apple; the tree", "", "Äpfel und Birnen, Äpfel!", "the the the", "naïve café 北京大学 _x_ 3d"]


def wordnet(count):
    import gzip

    with gzip.open(WORDNET / "test.tsv.gz", "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t", 1)[1] for _, line in zip(range(count), lines)]


@pytest.mark.parametrize(
    "options",
    [
        {}, {"min_df": 1}, {"ngram_range": (1, 2), "min_df": 2}, {"sublinear_tf": False}, {"max_features": 50},
        {"lowercase": False}, {"stop_words": ["the", "of"]}, {"ngram_range": (2, 3)}, {"min_df": 0.01, "max_df": 0.2},
        {"analyzer": "char", "ngram_range": (1, 3)}, {"analyzer": "char_wb", "ngram_range": (2, 5), "max_df": 100}, {"binary": True},
        {"norm": "l1"}, {"norm": None}, {"use_idf": False}, {"smooth_idf": False, "min_df": 3},
    ],
)
def test_the_same_rows_as_scikit_learn(options):
    text = needed("sklearn.feature_extraction.text")
    documents = TEXTS + wordnet(500)
    settings = {"sublinear_tf": True, **options}
    theirs = text.TfidfVectorizer(dtype=np.float32, **settings)
    expected = theirs.fit_transform(documents)
    ours = TfidfVectorizer(**settings)
    rows = ours.fit_transform(documents)
    taken_over = TfidfVectorizer.from_sklearn(theirs)
    expected.sort_indices()
    tolerance = 1e-5 if theirs.norm is None else 1e-6
    np.testing.assert_allclose(taken_over.transform(documents).toarray(), expected.toarray(), atol=tolerance)
    assert taken_over.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    if "max_features" not in options:
        # Among terms that are equally frequent the two keep different ones.
        assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
        np.testing.assert_allclose(rows.toarray(), expected.toarray(), atol=tolerance)
        if theirs.use_idf:
            np.testing.assert_allclose(ours.idf_, theirs.idf_, rtol=1e-6)
        assert ours.vocabulary_ == theirs.vocabulary_


def test_rows_are_as_promised():
    vectorizer = TfidfVectorizer(min_df=1)
    rows = vectorizer.fit_transform(TEXTS)
    assert isinstance(rows, sp.csr_matrix) and rows.dtype == np.float32 and rows.has_canonical_format
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    np.testing.assert_allclose(lengths, [1, 1, 0, 1, 1, 1], rtol=1e-6)
    assert (vectorizer.transform(TEXTS) != rows).nnz == 0
    assert (TfidfVectorizer(min_df=1).fit(TEXTS).transform(TEXTS) != rows).nnz == 0
    kept = rows[:2].copy()
    del vectorizer
    # Its memory is the library's; it must outlive what made it.
    rows.data *= 2
    np.testing.assert_allclose(rows[:2].toarray(), 2 * kept.toarray())


@pytest.mark.parametrize("kind", ("tuple", "array", "objects", "generator", "bytes", "series", "polars", "frame"))
def test_every_kind_of_list(kind):
    pandas, polars = needed("pandas"), needed("polars")
    documents = {
        "tuple": tuple(TEXTS), "array": np.array(TEXTS), "objects": np.array(TEXTS, dtype=object), "generator": iter(TEXTS),
        "bytes": [text.encode() for text in TEXTS], "series": pandas.Series(TEXTS), "polars": polars.Series(TEXTS),
        "frame": pandas.DataFrame({"text": TEXTS}),
    }[kind]
    expected = TfidfVectorizer(min_df=1).fit_transform(TEXTS)
    assert (TfidfVectorizer(min_df=1).fit_transform(documents) != expected).nnz == 0


@pytest.mark.parametrize(
    "documents, error, words",
    [
        ("one text", ValueError, "Iterable over raw text documents expected"), (5, TypeError, "iterable of texts"),
        ([1, 2], TypeError, "document 0 is of type int"), (["a", None], ValueError, "document 1 is missing"),
        (["a", float("nan")], ValueError, "document 1 is missing"), ([], ValueError, "."), (["", "?"], ValueError, "."),
        (np.array([["a"]]), ValueError, "1D array"),
    ],
)
def test_what_is_no_list_of_texts(documents, error, words):
    with pytest.raises(error, match=words):
        TfidfVectorizer(min_df=1).fit(documents)


def test_odd_text():
    vectorizer = TfidfVectorizer(min_df=1)
    odd = ["half a \ud800 pair", "nul \0 inside", b"no utf\xff8", "line\nbreak\r\n", "x" * 10_000]
    rows = vectorizer.fit_transform(odd)
    assert rows.shape[0] == 5 and {"half", "pair", "nul", "inside", "line", "break"} <= set(vectorizer.vocabulary_)
    assert "x" * 10_000 in vectorizer.vocabulary_


@pytest.mark.parametrize(
    "name, value",
    [
        ("ngrams", (0, 1)), ("ngrams", (2, 1)), ("ngrams", 3), ("ngram_range", (1, 9)), ("min_df", 0), ("min_df", 1.5),
        ("max_features", 0), ("max_features", "all"), ("stop_words", "german"), ("stop_words", [1]), ("hashing", 31),
        ("lowercase", "yes"), ("sublinear_tf", None), ("max_df", -0.1), ("max_df", 0), ("analyzer", "letters"), ("char_ngrams", (5, 2)),
        ("char_ngrams", (0, 3)), ("char_weight", 0), ("norm", "max"), ("tokenizer", 3), ("preprocessor", "lower"),
        ("strip_accents", "latin"), ("token_pattern", None), ("vocabulary", "abc"), ("vocabulary", [1, 2]),
    ],
)
def test_a_wrong_parameter_is_named(name, value):
    shown = "ngrams" if name == "ngram_range" else name
    with pytest.raises(InvalidParameterError, match=shown):
        TfidfVectorizer(**{name: value}).fit(TEXTS)


def test_before_fit():
    for ask in (lambda one: one.transform(TEXTS), lambda one: one.get_feature_names_out(), lambda one: one.vocabulary_, lambda one: one.idf_):
        with pytest.raises(NotFittedError):
            ask(TfidfVectorizer())


def test_hashing_needs_no_fit():
    vectorizer = TfidfVectorizer(hashing=10)
    rows = vectorizer.transform(TEXTS)
    assert rows.shape == (6, 1024)
    fitted = TfidfVectorizer(hashing=10).fit(TEXTS * 2)
    assert fitted.transform(TEXTS).shape == (6, 1024) and len(fitted.idf_) == 1024
    with pytest.raises(ValueError, match="no names"):
        fitted.get_feature_names_out()


@pytest.mark.parametrize("way", (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))))
@pytest.mark.parametrize("options", ({"min_df": 1}, {"hashing": 8}, {"stop_words": "english", "min_df": 1}))
def test_copies(way, options):
    vectorizer = TfidfVectorizer(**options).fit(TEXTS)
    other = way(vectorizer)
    assert (other.transform(TEXTS) != vectorizer.transform(TEXTS)).nnz == 0
    assert other.get_params() == vectorizer.get_params()


@pytest.mark.parametrize(
    "settings", ({"token_pattern": "x+"}, {"strip_accents": "ascii"}, {"analyzer": str.split}, {"tokenizer": str.split})
)
def test_settings_that_cannot_be_taken_over(settings):
    text = needed("sklearn.feature_extraction.text")
    theirs = text.TfidfVectorizer(**settings).fit(["xx yy", "xx zz"])
    with pytest.raises(ValueError, match=f"cannot be taken over: {next(iter(settings))}="):
        TfidfVectorizer.from_sklearn(theirs)


def test_what_else_cannot_be_taken_over():
    text = needed("sklearn.feature_extraction.text")
    with pytest.raises(NotFittedError):
        TfidfVectorizer.from_sklearn(text.TfidfVectorizer())
    with pytest.raises(ValueError, match="expected scikit-learn's TfidfVectorizer, got CountVectorizer"):
        TfidfVectorizer.from_sklearn(text.CountVectorizer().fit(TEXTS))
    with pytest.raises(ValueError, match="order of its terms"):
        TfidfVectorizer.from_sklearn(text.TfidfVectorizer(vocabulary=["zz", "aa"]).fit(["zz aa"]))


def test_stop_words_of_scikit_learn_are_taken_over():
    text = needed("sklearn.feature_extraction.text")
    documents = wordnet(200)
    theirs = text.TfidfVectorizer(stop_words="english", ngram_range=(1, 2), use_idf=False).fit(documents)
    ours = TfidfVectorizer.from_sklearn(theirs)
    np.testing.assert_allclose(ours.transform(documents).toarray(), theirs.transform(documents).toarray(), atol=1e-6)


def test_from_raw_text_in_a_pipeline():
    pipeline = needed("sklearn.pipeline")
    base = needed("sklearn.base")
    documents = ["red apple", "green apple", "red car", "fast car"] * 5
    kinds = ["food", "food", "machine", "machine"] * 5
    whole = pipeline.Pipeline([("text", TfidfVectorizer(min_df=1)), ("classes", FastKMeansClassifier())])
    assert whole.fit(documents, kinds).predict(["an apple", "the car"]).tolist() == ["food", "machine"]
    assert base.clone(whole).fit(documents, kinds).score(documents, kinds) == 1
    assert "apple" in whole[:-1].get_feature_names_out()
    assert "TfidfVectorizer" in whole._repr_html_()

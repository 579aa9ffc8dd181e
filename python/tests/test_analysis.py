"""How documents become terms: scikit-learn's settings, those that Python carries out among them."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from conftest import needed
from test_vectorizer import TEXTS, wordnet

from fast_kmeans_classifier import FastKMeansClassifier, NotFittedError, TextClassifier, TfidfVectorizer

ANALYZERS = ("word", "char", "char_wb", "word+char", "word+char_wb")


def words_of_three(text):
    return [word for word in text.split() if len(word) > 2]


def last_letters(document):
    return [word[-2:] for word in document.lower().split()]


def shouted(text):
    return text.upper()


SETTINGS = [
    {"tokenizer": words_of_three}, {"tokenizer": words_of_three, "ngram_range": (1, 2), "stop_words": ["the"]},
    {"preprocessor": shouted}, {"preprocessor": shouted, "analyzer": "char_wb", "ngram_range": (2, 3)}, {"analyzer": last_letters},
    {"token_pattern": r"(?u)\b\w+\b"}, {"token_pattern": r"(\w)\w+", "min_df": 2}, {"strip_accents": "unicode"},
    {"strip_accents": "ascii", "analyzer": "char", "ngram_range": (2, 2)}, {"strip_accents": shouted, "lowercase": False},
    {"vocabulary": ["tree", "apple", "green", "nothing"]}, {"vocabulary": {"apple": 1, "tree": 0, "the": 2}},
    {"vocabulary": {"tree", "apple"}, "use_idf": False}, {"vocabulary": [" a", "pp", "e "], "analyzer": "char_wb", "ngram_range": (2, 2)},
    {"vocabulary": ["tree", "apple"], "tokenizer": words_of_three, "smooth_idf": True, "norm": "l1"},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_same_rows_as_scikit_learn(settings):
    text = needed("sklearn.feature_extraction.text")
    documents = TEXTS + wordnet(200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = text.TfidfVectorizer(sublinear_tf=True, **settings)
        expected = theirs.fit_transform(documents)
    ours = TfidfVectorizer(**settings)
    rows = ours.fit_transform(documents)
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    np.testing.assert_allclose(rows.toarray(), expected.toarray(), atol=1e-6)
    assert (ours.transform(documents) != rows).nnz == 0
    assert ours.vocabulary_ == theirs.vocabulary_ and ours.fixed_vocabulary_ == theirs.fixed_vocabulary_
    if theirs.use_idf:
        np.testing.assert_allclose(ours.idf_, theirs.idf_, rtol=1e-6)
    for found, wanted in zip(ours.inverse_transform(rows), theirs.inverse_transform(expected)):
        assert sorted(found) == sorted(wanted)
    for way in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
        assert (way(ours).transform(documents) != rows).nnz == 0
    assert (TfidfVectorizer(**settings, dtype=np.float64).fit_transform(documents) != rows).nnz == 0


@pytest.mark.filterwarnings("ignore:Your stop_words", "ignore:The parameter 'stop_words'")
@pytest.mark.parametrize("analyzer", ANALYZERS)
@pytest.mark.parametrize("settings", ({}, {"lowercase": False}, {"stop_words": ["the", "Apple"]}, {"ngrams": (1, 2), "char_ngrams": (1, 8)}))
def test_the_library_finds_the_terms_that_the_definition_finds(analyzer, settings):
    odd = ["", " ", "a", "\ta\u00a0b\u3000\u3000c\n", "half a \ud800 pair", "İ ΑΣ. Σ", "e\u0301 \u200f", "x" * 300]
    vectorizer = TfidfVectorizer(analyzer=analyzer, sublinear_tf=False, norm=None, use_idf=False, **settings)
    analyze = vectorizer.build_analyzer()
    for document in odd + TEXTS:
        terms = sorted(analyze(document.replace("\ud800", "\ufffd")))
        if not terms:
            with pytest.raises(ValueError, match="empty vocabulary"):
                vectorizer.fit([document])
            continue
        rows = vectorizer.fit_transform([document])
        assert vectorizer.get_feature_names_out().tolist() == sorted(set(terms))
        assert rows.data.tolist() == [terms.count(term) for term in sorted(set(terms))]


def test_words_and_characters_each_have_their_length():
    text = needed("sklearn.feature_extraction.text")
    documents = wordnet(100)
    words = text.TfidfVectorizer(sublinear_tf=True).fit_transform(documents).toarray()
    characters = text.TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 4)).fit_transform(documents).toarray()
    vectorizer = TfidfVectorizer(analyzer="word+char_wb", char_ngrams=(3, 4), char_weight=0.5)
    found = vectorizer.fit_transform(documents).toarray()
    expected = np.hstack([0.5 * characters, words]) / np.sqrt(1.25)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    names = vectorizer.get_feature_names_out()
    assert all(name.startswith("+") for name in names[: characters.shape[1]])


@pytest.mark.parametrize("analyzer", ANALYZERS)
@pytest.mark.parametrize("hashing", (None, 10))
def test_a_file_keeps_the_analyzer(tmp_path, analyzer, hashing):
    documents, kinds = ["red apple", "green apple", "red car", "fast car"] * 3, ["food", "food", "machine", "machine"] * 3
    classifier = TextClassifier(analyzer=analyzer, char_ngrams=(2, 3), hashing=hashing).fit(documents, kinds)
    assert classifier.predict(["aples" if "char" in analyzer else "apple", "cars car"]).tolist() == ["food", "machine"]
    path = tmp_path / "model.safetensors"
    classifier.save(path)
    loaded = TextClassifier.load(path)
    assert loaded.get_params()["analyzer"] == analyzer and loaded.get_params()["char_ngrams"] == (2, 3)
    np.testing.assert_array_equal(loaded.predict_proba(documents), classifier.predict_proba(documents))
    assert loaded.explain(["red car"])[0].features == classifier.explain(["red car"])[0].features


@pytest.mark.parametrize("settings", ({"analyzer": last_letters}, {"preprocessor": shouted}, {"vocabulary": ["car", "apple"]}))
def test_a_file_has_no_place_for_python(tmp_path, settings):
    documents, kinds = ["red apple", "green apple", "red car", "fast car"] * 3, ["food", "food", "machine", "machine"] * 3
    classifier = TextClassifier(**settings).fit(documents, kinds)
    assert classifier.score(documents, kinds) == 1
    with pytest.raises(ValueError, match="pickle"):
        classifier.save(tmp_path / "model.safetensors")
    other = pickle.loads(pickle.dumps(classifier))
    assert other.predict(documents).tolist() == classifier.predict(documents).tolist()
    # In code point order a vocabulary is what the library has by itself.
    TextClassifier(vocabulary=["apple", "car"]).fit(documents, kinds).save(tmp_path / "model.safetensors")


@pytest.mark.parametrize(
    "settings, error, words",
    [
        ({"analyzer": len}, TypeError, "analyzer gave int"), ({"analyzer": lambda text: [1]}, TypeError, "a term of type int"),
        ({"analyzer": lambda text: text}, TypeError, "analyzer gave str"), ({"tokenizer": lambda text: [b"a"]}, TypeError, "bytes"),
        ({"tokenizer": lambda text: None}, TypeError, "tokenizer gave NoneType"), ({"token_pattern": "(a)(b)"}, ValueError, "capturing group"),
        ({"vocabulary": ["aa", "aa"]}, ValueError, "Duplicate term"), ({"vocabulary": {"aa": 0, "bb": 2}}, ValueError, "doesn't contain index 1"),
        ({"vocabulary": {"aa": 0, "bb": 0}}, ValueError, "repeated indices"), ({"vocabulary": []}, ValueError, "empty vocabulary"),
        ({"vocabulary": ["aa"], "hashing": 4}, ValueError, "vocabulary"), ({"analyzer": str.split, "hashing": 4}, ValueError, "hashing"),
        ({"analyzer": "word+char", "tokenizer": str.split}, ValueError, "tokenizer"), ({"max_df": 0.1, "min_df": 0.5}, ValueError, "max_df"),
        ({"max_df": 1}, ValueError, "raise max_df"), ({"preprocessor": len}, TypeError, "texts"),
    ],
)
def test_what_cannot_be_used(settings, error, words):
    with pytest.raises(error, match=words):
        TfidfVectorizer(**settings).fit(["red apple", "red apple"])


def test_stop_words_are_split_and_said_to_be_inconsistent():
    documents = ["I don't like the rain in New York", "it's the sun of New York"]
    words = ["don't", "it's", "New York", "THE"]
    with pytest.warns(UserWarning, match=r"generated tokens \['don', 'it', 'new', 'the', 'york'\] not in stop_words"):
        vectorizer = TfidfVectorizer(stop_words=words).fit(documents)
    assert not {"don", "it", "new", "york", "the"} & set(vectorizer.vocabulary_)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectorizer.fit(documents)
        for settings in ({"stop_words": ["the"]}, {"stop_words": "english"}):
            TfidfVectorizer(**settings).fit(documents)


def test_the_words_that_are_left_out():
    assert TfidfVectorizer().get_stop_words() is None
    assert TfidfVectorizer(stop_words=["Aa"]).get_stop_words() == {"Aa"}
    english = TfidfVectorizer(stop_words="english").get_stop_words()
    vectorizer = TfidfVectorizer(stop_words="english").fit([" ".join(english) + " apple"])
    assert vectorizer.get_feature_names_out().tolist() == ["apple"]


def test_weights_can_be_set():
    vectorizer = TfidfVectorizer(vocabulary=["tree", "apple"])
    with pytest.raises(NotFittedError):
        vectorizer.transform(["tree"])
    vectorizer.idf_ = [3.0, 4.0]
    np.testing.assert_allclose(vectorizer.transform(["apple tree"]).toarray(), [[0.6, 0.8]], rtol=1e-6)
    np.testing.assert_allclose(vectorizer.idf_, [3, 4])
    with pytest.raises(ValueError, match="idf length"):
        vectorizer.idf_ = [1.0]
    with pytest.raises(NotFittedError):
        TfidfVectorizer().idf_ = [1.0]
    with pytest.raises(ValueError, match="cannot be set"):
        TfidfVectorizer(vocabulary=["tree"], use_idf=False).idf_ = [1.0]


@pytest.mark.parametrize(
    "settings, name",
    [
        ({"analyzer": "char", "stop_words": ["a"]}, "stop_words"), ({"analyzer": "char", "tokenizer": str.split}, "tokenizer"),
        ({"tokenizer": str.split, "token_pattern": "x"}, "token_pattern"), ({"analyzer": str.split, "preprocessor": str.lower}, "preprocessor"),
        ({"analyzer": str.split, "ngram_range": (1, 2)}, "ngram_range"),
    ],
)
def test_parameters_without_effect_are_named(settings, name):
    with pytest.warns(UserWarning, match=f"The parameter {name!r} will not be used since"):
        TfidfVectorizer(**settings).fit(TEXTS)


def test_weights_are_no_whole_numbers():
    with pytest.warns(UserWarning, match="converted to np.float64"):
        assert TfidfVectorizer(dtype=np.int32).fit_transform(TEXTS).dtype == np.float64


def test_bytes_in_another_encoding():
    documents = ["größe".encode("latin-1"), "straße".encode("latin-1")]
    assert TfidfVectorizer(encoding="latin-1").fit(documents).get_feature_names_out().tolist() == ["größe", "straße"]
    with pytest.raises(UnicodeDecodeError):
        TfidfVectorizer(decode_error="strict").fit(documents)


def test_more_than_one_column_through_a_column_transformer():
    compose, pandas = needed("sklearn.compose"), needed("pandas")
    preprocessing, pipeline = needed("sklearn.preprocessing"), needed("sklearn.pipeline")
    frame = pandas.DataFrame(
        {"title": ["red apple", "fast car"] * 6, "body": ["sweet fruit", "four wheels"] * 6, "shop": ["a", "b"] * 6, "price": [1.0, 9.0] * 6}
    )
    columns = compose.ColumnTransformer([
        ("title", TfidfVectorizer(), "title"), ("body", TfidfVectorizer(analyzer="char_wb"), "body"),
        ("shop", preprocessing.OneHotEncoder(), ["shop"]), ("price", preprocessing.StandardScaler(), ["price"]),
    ])
    whole = pipeline.Pipeline([("columns", columns), ("classes", FastKMeansClassifier())])
    kinds = ["food", "machine"] * 6
    assert whole.fit(frame, kinds).score(frame, kinds) == 1
    assert "title__apple" in columns.get_feature_names_out() and "body__ fr" in columns.get_feature_names_out()

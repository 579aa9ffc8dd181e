"""Models of several columns, which the command line and Swift make, answer data frames and dicts."""

import copy
import json
import pickle

import numpy as np
import pytest
from conftest import ROOT, needed

from fast_kmeans_classifier import TextClassifier, TfidfVectorizer

SAMPLES = ROOT / "Tests" / "FastKMeansFormatsTests" / "ModelSamples" / "v1"


@pytest.fixture(scope="module")
def model():
    return TextClassifier.load(SAMPLES / "columns.safetensors")


@pytest.fixture(scope="module")
def expected():
    return json.loads((SAMPLES / "columns.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def table(expected):
    """The sample's rows by column, numbers as numbers and missing values as None."""
    rows = [text.split("\x1f") for text in expected["texts"]]
    return {
        "price": [float(row[2]) if row[2] else None for row in rows], "other": list(range(len(rows))),
        "title": [row[0] for row in rows], "product": [row[1] or None for row in rows],
    }


def test_every_kind_of_rows_gives_the_same_answers(model, expected, table):
    pandas, polars, pyarrow = needed("pandas"), needed("polars"), needed("pyarrow")
    dicts = [dict(zip(table, row)) for row in zip(*table.values())]
    integers = pandas.DataFrame(table).astype({"price": "Int64", "product": "category"})
    kinds = [
        table, dicts, iter(dicts), expected["texts"], pandas.DataFrame(table), integers, polars.DataFrame(table),
        polars.DataFrame(table).lazy(), pyarrow.table(table),
        {**table, "title": np.array(table["title"], dtype=object), "price": pandas.Series(table["price"])},
    ]
    for rows in kinds:
        answers = model.predict_top_k(rows, 1)
        assert answers.labels[:, 0].tolist() == expected["labels"], type(rows)
        np.testing.assert_allclose(answers.confidences[:, 0], expected["confidences"], atol=2e-6)


def test_names_of_features_and_words_have_their_column(model, table):
    names = model.vectorizer_.get_feature_names_out().tolist()
    assert names[-3:] == ["product=p1", "product=p2", "price"] and names[0].startswith("title: ")
    found = {name for name, _ in model.explain(table, top=30)[1].features}
    assert {"product=p1", "price"} <= found
    row = model.vectorizer_.transform({"title": ["xyzzy"], "product": ["new"], "price": [np.nan]})
    assert row.nnz == 0 and row.shape == (1, len(names))


def test_it_goes_on_learning_and_is_saved(model, table, tmp_path):
    clf = copy.deepcopy(model)
    labels = ["sport", "sport", "sport", "money", "money", "money", "sport", "money"]
    clf.fit_batch(table, labels)
    clf.save(tmp_path / "m.safetensors")
    again = TextClassifier.load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(again.predict_proba(table), clf.predict_proba(table))
    assert again.vectorizer_._columns == model.vectorizer_._columns
    assert TfidfVectorizer.load(tmp_path / "m.safetensors").transform(table).shape[0] == 8
    with pytest.raises(ValueError, match="write it with save"):
        pickle.dumps(clf)
    with pytest.raises(ValueError, match="write it with save"):
        clf.vectorizer_.idf_ = clf.vectorizer_.idf_


def test_bad_rows_are_named(model, table):
    pandas = needed("pandas")
    for rows in (
        {**{name: values for name, values in table.items() if name != "product"}, "produkt": table["product"]},
        pandas.DataFrame(table).rename(columns={"product": "produkt"}),
    ):
        with pytest.raises(ValueError, match=r"X has no column 'product' \(did you mean 'produkt'\?\)"):
            model.predict(rows)
    with pytest.raises(ValueError, match="row 1 has no column 'price'"):
        model.predict([{"title": "", "product": "", "price": 1}, {"title": "", "product": ""}])
    with pytest.raises(ValueError, match="different lengths"):
        model.predict({"title": ["a"], "product": ["b", "c"], "price": [1]})
    with pytest.raises(ValueError, match="column 'price'.*expected a number, found 'cheap'"):
        model.predict({"title": ["a"], "product": ["b"], "price": ["cheap"]})
    with pytest.raises(ValueError, match="column 'price'.*up to 3.4e38"):
        model.predict({"title": ["a"], "product": ["b"], "price": [np.inf]})
    with pytest.raises(ValueError, match="document 0 has 1 field"):
        model.predict(["a plain text"])

"""Labels, texts, rows and weights as pandas, polars and pyarrow hold them, with and without gaps."""

import numpy as np
import pytest
from conftest import needed

from fast_kmeans_classifier import FastKMeansClassifier, TextClassifier, TfidfVectorizer

ROWS = np.eye(3)[[0, 1, 2] * 5]
TEXTS = ["red apple", "green apple", "blue sea", "deep sea"]


def columns(values, pandas, polars, pyarrow):
    """The same column in every form."""
    return [
        values, tuple(values), np.array(values, dtype=object), pandas.Series(values), pandas.Series(values).convert_dtypes(),
        pandas.Series(values, dtype="category"), pandas.Categorical(values), pandas.DataFrame({"a": values}),
        polars.Series(values), polars.DataFrame({"a": values}), polars.LazyFrame({"a": values}),
        pyarrow.array(values), pyarrow.chunked_array([values[:2], values[2:]]), pyarrow.array(values).dictionary_encode(),
        pyarrow.table({"a": values}), pyarrow.RecordBatch.from_pydict({"a": values}),
    ]


@pytest.fixture
def libraries():
    return needed("pandas"), needed("polars"), needed("pyarrow")


@pytest.mark.filterwarnings("ignore:A column-vector y")
@pytest.mark.parametrize("values", (["a", "b", "c"] * 5, [3, 1, 2] * 5, [True, False, True] * 5), ids=("texts", "numbers", "truths"))
def test_labels_of_every_form(values, libraries):
    expected = FastKMeansClassifier().fit(ROWS, values)
    for y in columns(values, *libraries):
        fitted = FastKMeansClassifier().fit(ROWS, y)
        assert fitted.classes_.tolist() == expected.classes_.tolist(), type(y)
        np.testing.assert_array_equal(fitted.predict_proba(ROWS), expected.predict_proba(ROWS))
        assert fitted.score(ROWS, y) == expected.score(ROWS, values)


def test_texts_of_every_form(libraries):
    expected = TfidfVectorizer(min_df=1).fit_transform(TEXTS).toarray()
    for texts in columns(TEXTS, *libraries):
        np.testing.assert_array_equal(TfidfVectorizer(min_df=1).fit_transform(texts).toarray(), expected, err_msg=str(type(texts)))
    pandas, polars, pyarrow = libraries
    for kind in (pyarrow.large_string(), pyarrow.binary()):
        assert TfidfVectorizer(min_df=1).fit_transform(pyarrow.array([text.encode() for text in TEXTS], kind)).shape == (4, 6)
    fitted = TextClassifier(min_df=1).fit(pyarrow.table({"text": TEXTS}), pyarrow.array(["fruit", "fruit", "water", "water"]))
    assert fitted.predict(polars.DataFrame({"text": TEXTS})).tolist() == ["fruit", "fruit", "water", "water"]
    for frame in (pandas.DataFrame, polars.DataFrame, pyarrow.table):
        with pytest.raises(ValueError, match=r"one column of texts, got shape \(4, 2\)"):
            TfidfVectorizer().fit(frame({"a": TEXTS, "b": TEXTS}))


def test_rows_in_tables_of_pyarrow(libraries):
    pyarrow = libraries[2]
    table = {name: ROWS[:, column].tolist() for column, name in enumerate("abc")}
    labels = [0, 1, 2] * 5
    expected = FastKMeansClassifier().fit(ROWS, labels).predict_proba(ROWS)
    for make in (pyarrow.table, pyarrow.RecordBatch.from_pydict):
        fitted = FastKMeansClassifier().fit(make(table), labels, sample_weight=pyarrow.array(np.ones(15)))
        assert fitted.feature_names_in_.tolist() == ["a", "b", "c"]
        np.testing.assert_array_equal(fitted.predict_proba(make(table)), expected)
    with pytest.raises(ValueError, match="Input X contains NaN.*row 1, column 0"):
        FastKMeansClassifier().fit(pyarrow.table({"a": [1.0, None, 2.0]}), [0, 1, 0])


@pytest.mark.filterwarnings("ignore:A column-vector y")
def test_a_missing_label_is_named(libraries):
    pandas, polars, pyarrow = libraries
    for y in (
        ["a", None, "b"], ["a", np.nan, "b"], ["a", pandas.NA, "b"], [1, pandas.NA, 2], ["a", pandas.NaT, "b"],
        pandas.Series(["a", pandas.NA, "b"], dtype="string"), pandas.Series([True, None, False], dtype="boolean"),
        pandas.Series([1, None, 2], dtype="Int64"), pandas.Series([1, None, 2]), pandas.Series(["a", None, "b"], dtype="category"),
        polars.Series(["a", None, "b"]), polars.Series([1, None, 2]), pyarrow.array(["a", None, "b"]), pyarrow.array([1, None, 2]),
        pyarrow.array([True, None, False]), pyarrow.table({"y": ["a", None, "b"]}),
    ):
        for call in (FastKMeansClassifier().fit, FastKMeansClassifier().fit(ROWS[:3], ["a", "b", "c"]).score):
            with pytest.raises(ValueError, match=r"Input y contains NaN. The first is in row 1."):
                call(ROWS[:3], y)


def test_a_missing_text_is_named(libraries):
    pandas, polars, pyarrow = libraries
    for texts in (
        ["a b", None], ["a b", pandas.NA], ["a b", np.nan], ["a b", pandas.NaT], pandas.Series(["a b", pandas.NA], dtype="string"),
        pandas.DataFrame({"a": ["a b", None]}), polars.Series(["a b", None]), polars.DataFrame({"a": ["a b", None]}),
        pyarrow.array(["a b", None]), pyarrow.table({"a": ["a b", None]}),
    ):
        with pytest.raises(ValueError, match="document 1 is missing.*use '' for an empty text"):
            TfidfVectorizer(min_df=1).fit(texts)


def test_a_missing_number_is_named(libraries):
    pandas, polars, pyarrow = libraries
    for rows in (
        pandas.DataFrame({"a": [1, pandas.NA, 3]}), pandas.DataFrame({"a": pandas.array([1, None, 3], dtype="Int64")}),
        np.array([[1.0], [pandas.NA], [None]], dtype=object), polars.DataFrame({"a": [1.0, None, 3.0]}),
    ):
        with pytest.raises(ValueError, match="Input X contains NaN. The first is in row 1, column 0"):
            FastKMeansClassifier().fit(rows, [0, 1, 0])
    for weights in (
        [1, pandas.NA, 1], [1, None, 1], pandas.Series([1, None, 1], dtype="Float64"), polars.Series([1, None, 1]),
        pyarrow.array([1, None, 1]),
    ):
        with pytest.raises(ValueError, match="sample_weight contains NaN.*row 1"):
            FastKMeansClassifier().fit(ROWS[:3], [0, 1, 0], sample_weight=weights)

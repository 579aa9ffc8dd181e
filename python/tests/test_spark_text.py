"""The vectoriser in a local session, against a local vectoriser on the same texts."""

import json

import numpy as np
import pytest
import scipy.sparse as sp
from spark_support import new_session

import pyarrow as pa
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import functions as F

from fast_kmeans_classifier import BadDataError, BadModelError, InvalidParameterError, NotFittedError, TextClassifier
from fast_kmeans_classifier import TfidfVectorizer as Local
from fast_kmeans_classifier.spark import FastKMeansClassificationModel, FastKMeansClassifier, TfidfVectorizer, TfidfVectorizerModel
from fast_kmeans_classifier.spark import _texts

TOPICS = {"hardware": "screen cable battery flickers broken", "billing": "invoice refund wrong sum paid", "post": "parcel late lost box street"}
ODD = ["", "a", "+1 +2 +x", "Größe ΣΊΣΥΦΟΣ straße", "你好 世界", "naïve\u0301 tab\tnew\nline\x00nul", "😀 smile 😀", " ", "ﬁ Ⅷ x²", "it's o'clock"]


def texts(documents=200, seed=0):
    """Texts of some topics, odd ones among them, and the topics."""
    random = np.random.default_rng(seed)
    names = random.choice(sorted(TOPICS), documents)
    common = "the of and a my is in on".split()
    found = [" ".join(random.choice(TOPICS[name].split() + common, random.integers(3, 9))) for name in names]
    for place, text in zip(range(0, documents, max(1, documents // len(ODD))), ODD):
        found[place] = text
    return found, names.tolist()


@pytest.fixture(scope="module")
def spark():
    session = new_session("local[2]")
    yield session
    session.stop()


def frame_of(spark, documents, topics=None, partitions=3):
    rows = [(text, topic) for text, topic in zip(documents, topics or documents)]
    return spark.createDataFrame(spark.sparkContext.parallelize(rows, partitions), "text string, topic string")


@pytest.fixture(scope="module")
def documents(spark):
    return frame_of(spark, *texts()).cache()


def assert_same(model, local, frame):
    """Terms and columns are the same; values are, within rounding in single precision."""
    if local.hashing is None:
        assert model.vocabulary == local.get_feature_names_out().tolist()
    assert model.numFeatures == len(local.idf_)
    np.testing.assert_allclose(model.idf, local.idf_, rtol=1.2e-7)
    answers = model.transform(frame).collect()
    wanted = local.transform([row.text for row in answers])
    found = sp.csr_matrix(np.array([row.features.toArray() for row in answers]))
    assert (found != 0).nnz == (wanted != 0).nnz
    np.testing.assert_allclose(found.toarray(), wanted.toarray(), rtol=5e-7)


# --- the same as a local vectoriser


@pytest.mark.parametrize(
    "params",
    (
        {}, {"analyzer": "char"}, {"analyzer": "char_wb", "char_ngrams": (1, 3)}, {"analyzer": "auto", "ngrams": "auto"},
        {"analyzer": "word+char", "max_features": 25}, {"analyzer": "word+char_wb", "ngrams": (1, 2), "char_weight": 0.5},
        {"ngrams": (1, 3), "min_df": 2, "max_df": 0.3}, {"min_df": 0.05, "max_features": 10}, {"max_features": 7},
        {"max_df": 20, "stop_words": "english", "norm": "l1"}, {"stop_words": ["the", "of"], "lowercase": False},
        {"sublinear_tf": False, "binary": True, "use_idf": False, "norm": None, "max_features": 12}, {"smooth_idf": False},
        {"hashing": 8}, {"hashing": 9, "analyzer": "word+char", "min_df": 3},
    ),
)
def test_vocabulary_and_vectors_are_the_local_ones(spark, documents, params):
    renamed = {"min_df": "minDF", "max_df": "maxDF"}
    own = {
        renamed.get(name) or name.split("_")[0] + "".join(part.capitalize() for part in name.split("_")[1:]): value
        for name, value in params.items()
    }
    assert_same(TfidfVectorizer(**own).fit(documents), Local(**params).fit(texts()[0]), documents)


@pytest.mark.parametrize("partitions", (1, 2, 7, 40))
def test_how_texts_are_partitioned_does_not_matter(spark, partitions):
    found, topics = texts(30, seed=3)
    order = np.argsort(topics, kind="stable")
    frame = frame_of(spark, [found[place] for place in order], partitions=partitions)
    local = Local(ngrams=(1, 2), max_features=15).fit(found)
    assert_same(TfidfVectorizer(ngrams=(1, 2), maxFeatures=15).fit(frame), local, frame)


def test_a_partition_is_counted_in_parts():
    """Parts of few bytes, one without any term, one without any text."""
    options = json.loads(Local(max_features=3)._options_for(None))
    batches = [pa.RecordBatch.from_arrays([pa.array(part, pa.string())], ["text"]) for part in (["red red blue"], ["a", None], [], ["blue"])]
    counted = list(_texts.counting(options, 1, part_bytes=1)(iter(batches)))
    rows = [tuple(row.values()) for batch in counted for row in batch.to_pylist()]
    assert rows == [("blue", 1, 1), ("red", 1, 2), ("blue", 1, 1), (None, 4, 1)]
    assert [tuple(row.values()) for batch in _texts.counting(options, 1)(iter([])) for row in batch.to_pylist()] == [(None, 0, 0)]
    sliced = pa.array(["x", "äb", None, "c"]).slice(1, 2)
    text, ends = _texts.encoded_column(sliced)
    assert (text.decode(), ends.tolist()) == ("äb", [0, 3, 3])


# --- a pipeline


@pytest.fixture(scope="module")
def pipeline(documents):
    stages = [TfidfVectorizer(minDF=2, analyzer="word+char_wb"), FastKMeansClassifier(labelCol="topic", kInit=1, maxIter=3)]
    return Pipeline(stages=stages).fit(documents)


def test_from_texts_to_predictions_in_one_pipeline(spark, documents, pipeline, tmp_path):
    answers = pipeline.transform(documents).select("text", "topic", "prediction").collect()
    assert np.mean([row.topic == row.prediction for row in answers]) > 0.9
    pipeline.write().overwrite().save(str(tmp_path / "model"))
    again = PipelineModel.load(str(tmp_path / "model"))
    assert again.stages[0].vocabulary == pipeline.stages[0].vocabulary and again.stages[0].uid == pipeline.stages[0].uid
    assert again.transform(documents).select("text", "topic", "prediction").collect() == answers


def test_a_pipeline_becomes_one_model_file_and_comes_back(spark, documents, pipeline, tmp_path):
    vectorizer, classifier = pipeline.stages
    local = classifier.toLocal(vectorizer)
    assert isinstance(local, TextClassifier)
    local.save(tmp_path / "topics.safetensors")
    opened = TextClassifier.load(tmp_path / "topics.safetensors")
    answers = pipeline.transform(documents).select("text", "prediction", "probability").collect()
    found = [row.text for row in answers]
    for one in (local, opened):
        assert one.predict(found).tolist() == [row.prediction for row in answers]
        np.testing.assert_allclose(one.predict_proba(found), [row.probability.toArray() for row in answers], atol=1e-6)
    assert opened.vectorizer_.vocabulary_ == vectorizer.toLocal().vocabulary_
    back = PipelineModel(
        stages=[TfidfVectorizerModel.fromLocal(opened.vectorizer_), FastKMeansClassificationModel.fromLocal(opened)]
    )
    assert [row.prediction for row in back.transform(documents).collect()] == [row.prediction for row in answers]
    with pytest.raises(ValueError, match="features|columns"):
        classifier.toLocal(TfidfVectorizer(maxFeatures=3).fit(documents))


def test_columns_can_be_named(spark, documents):
    odd = documents.withColumnRenamed("text", "the `text`.1")
    model = TfidfVectorizer(inputCol="the `text`.1", outputCol="v.1").fit(odd)
    out = model.transform(odd)
    assert out.columns == ["the `text`.1", "topic", "v.1"] and out.first()["v.1"].size == model.numFeatures
    assert model.transform(odd.limit(0)).count() == 0
    assert model.copy().setOutputCol("w").transform(odd).columns[-1] == "w"


def test_later_stages_know_the_number_of_features(documents, pipeline):
    other = TfidfVectorizer(maxFeatures=3).fit(documents).transform(documents)
    with pytest.raises(InvalidParameterError, match="not of 3"):
        pipeline.stages[1].transform(other)


# --- parameters, files and bad input


def test_parameters_have_the_promised_names_and_defaults(spark, tmp_path):
    estimator = TfidfVectorizer()
    local = {name: value for name, value in vars(Local()).items()}
    renamed = {"minDF": "min_df", "maxDF": "max_df"}
    for param in estimator.params:
        if param.name.endswith("Col"):
            continue
        snake = renamed.get(param.name) or "".join("_" + c.lower() if c.isupper() else c for c in param.name)
        value = estimator.getOrDefault(param)
        assert (tuple(value) if isinstance(value, list) else value) == local[snake]
        name = f"{param.name[0].upper()}{param.name[1:]}"
        assert getattr(getattr(estimator, f"set{name}")(value), f"get{name}")() == value
    changed = TfidfVectorizer(minDF=0.5, stopWords=["b", "a"], charNgrams=(1, 3), hashing=12, inputCol="words")
    changed.save(str(tmp_path / "estimator"))
    again = TfidfVectorizer.load(str(tmp_path / "estimator"))
    assert {p.name: v for p, v in again.extractParamMap().items()} == {p.name: v for p, v in changed.extractParamMap().items()}


@pytest.mark.parametrize(
    "params, words",
    (
        ({"inputCol": "absent"}, ("inputCol", "absent", "text, topic")), ({"inputCol": "number"}, ("inputCol", "number", "bigint")),
        ({"minDF": 0}, ("minDF", "0")), ({"maxFeatures": 0}, ("maxFeatures", "0")), ({"ngrams": (3, 1)}, ("ngrams", "two whole numbers")),
        ({"charWeight": -1.0}, ("charWeight", "-1")), ({"hashing": 99}, ("hashing", "99")), ({"hashing": 25}, ("hashing", "24")),
    ),
)
def test_wrong_parameters_are_named(documents, params, words):
    frame = documents.withColumn("number", F.length("text").cast("bigint")) if params.get("inputCol") == "number" else documents
    with pytest.raises(ValueError) as caught:
        TfidfVectorizer(**params).fit(frame)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "params",
    ({"minDF": "many"}, {"maxDF": 1.5}, {"analyzer": "letters"}, {"ngrams": 3}, {"stopWords": "german"}, {"binary": "yes"}, {"analyzer": str.split}),
)
def test_wrong_types_are_refused_when_they_are_set(params):
    with pytest.raises(TypeError, match=next(iter(params))):
        TfidfVectorizer(**params)
    with pytest.raises(InvalidParameterError, match="tokenizer"):
        TfidfVectorizer(tokenizer=str.split)


@pytest.mark.parametrize(
    "rows, params, kind, words",
    (
        (["red apple", None, "blue"], {}, "null", "'text' is null in 1 of 3 rows"), ([], {}, "no_rows", "no rows"),
        (["a", "?"], {}, "empty_vocabulary", "'text'"), (["red", "blue"], {"minDF": 2}, "empty_vocabulary", "min_df = 2"),
        (["red", "red"], {"maxDF": 0.5}, "empty_vocabulary", "max_df = 1"),
    ),
)
def test_texts_that_teach_nothing_are_refused(spark, rows, params, kind, words):
    cached = len(spark.sparkContext._jsc.getPersistentRDDs())
    with pytest.raises(BadDataError, match=words) as caught:
        TfidfVectorizer(**params).fit(spark.createDataFrame([(text,) for text in rows], "text string"))
    assert caught.value.kind == kind
    assert len(spark.sparkContext._jsc.getPersistentRDDs()) == cached, "the cache is given back"


def test_frames_that_do_not_fit_the_model_are_refused(spark, documents, pipeline):
    model = pipeline.stages[0]
    with pytest.raises(Exception, match="'text' is null"):
        model.transform(spark.createDataFrame([("red",), (None,)], "text string")).collect()
    with pytest.raises(InvalidParameterError, match="outputCol is 'topic'"):
        model.copy().setOutputCol("topic").transform(documents)
    with pytest.raises(InvalidParameterError, match="inputCol is 'absent'"):
        model.copy().setInputCol("absent").transform(documents)


def test_a_vectoriser_that_has_seen_nothing_says_so(spark, documents, tmp_path):
    empty = TfidfVectorizerModel()
    assert "not fitted" in repr(empty)
    for question in (lambda: empty.transform(documents), lambda: empty.vocabulary, lambda: empty.save("anywhere"), empty.toLocal):
        with pytest.raises(NotFittedError):
            question()
    with pytest.raises(NotFittedError):
        TfidfVectorizerModel.fromLocal(Local())
    with pytest.raises(ValueError, match="callables"):
        TfidfVectorizerModel.fromLocal(Local(analyzer=str.split).fit(["red apple"]))


def test_damaged_bytes_are_refused():
    data = _texts.Parts.of(Local().fit(["red apple", "red pear"])._for_file()).to_bytes()
    whole = _texts.Parts.from_bytes(data)
    assert whole.terms == ["apple", "pear", "red"] and whole.documents.tolist() == [1, 1, 2] and whole.document_count == 2
    for broken in (b"", b"nothing", data[: len(data) // 2], _texts._stream(pa.table({"term": ["a"]}))):
        with pytest.raises(BadModelError):
            _texts.Parts.from_bytes(broken)
    with pytest.raises(BadDataError, match="vocabulary"):
        whole._replace(terms=["pear", "apple", "red"]).vectorizer()

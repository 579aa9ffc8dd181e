"""The estimator and its model in a local session."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import ROOT, SOURCE, cluster_data, sparse_data
from spark_support import Vectors, frame, new_session, stages, vector, vectors

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import IDF, HashingTF, IndexToString, StringIndexer, Tokenizer

from fast_kmeans_classifier import BadDataError, InvalidParameterError, NotFittedError, TextClassifier
from fast_kmeans_classifier import FastKMeansClassifier as Local
from fast_kmeans_classifier.spark import FastKMeansClassificationModel, FastKMeansClassifier

TEXTS = [
    ("screen stays black", "hardware"), ("no picture on the screen", "hardware"), ("the screen flickers", "hardware"),
    ("invoice is wrong", "billing"), ("refund for my invoice", "billing"), ("the invoice shows a wrong sum", "billing"),
] * 4


@pytest.fixture(scope="module")
def spark():
    session = new_session("local[2]")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def data():
    return sparse_data(documents=240)


@pytest.fixture(scope="module")
def documents(spark, data):
    rows, labels = data
    return frame(spark, vectors(rows), labels).cache()


@pytest.fixture(scope="module")
def model(documents):
    """Trained with defaults."""
    return FastKMeansClassifier().fit(documents)


def start(labels, rows, per_class=3, seed=5):
    """Explicit first prototypes: some documents of each class."""
    random = np.random.default_rng(seed)
    chosen = np.concatenate([random.choice(np.flatnonzero(labels == label), per_class, False) for label in np.unique(labels)])
    return rows[chosen], labels[chosen]


def assert_same_prototypes(found, local, tolerance=2e-6):
    """Rounding in single precision, in another order of additions; tolerances lie ten times above what was seen."""
    np.testing.assert_array_equal(found.centroidLabels, local.centroid_labels_)
    np.testing.assert_allclose(found.centroids.toarray(), local.centroids_.toarray(), atol=tolerance)
    np.testing.assert_allclose(found.centroidWeights, local.centroid_weights_, rtol=1e-5)


# --- the same as a local training


@pytest.mark.parametrize("distance, soft", (("cosine", False), ("euclidean", True)))
def test_prototypes_are_those_of_a_local_training_from_the_same_start(documents, data, distance, soft):
    rows, labels = data
    options = {"distance": distance, "soft": soft, "refine": 0}
    local = Local(**options, init_method=start(labels, rows)).fit(rows, labels)
    found = FastKMeansClassifier(**options, initMethod=start(labels, rows)).fit(documents)
    assert_same_prototypes(found, local)
    if not soft:
        assert found.report["epochs"] == local.n_iter_ > 2


def test_prototypes_are_calibrated_by_documents_that_are_taken_out_of_them(spark):
    rows, labels = sparse_data(documents=800, non_zeros=2)
    estimator = FastKMeansClassifier(refine=0, soft=False, kInit=2)
    model = estimator.fit(frame(spark, vectors(rows[:600]), labels[:600], partitions=3)).toLocal()
    probabilities = model.predict_proba(rows[600:])
    right = model.classes_[probabilities.argmax(1)] == labels[600:]
    assert 0.5 < right.mean() < 1
    assert abs(probabilities.max(1).mean() - right.mean()) < 0.08


def test_seeds_are_the_local_ones_while_the_sample_holds_all(documents, data):
    local = Local(refine=0, soft=False, k_init="auto", random_state=3).fit(*data)
    assert_same_prototypes(FastKMeansClassifier(refine=0, soft=False, kInit="auto", seed=3).fit(documents), local)


def test_dense_rows_with_weights(spark):
    rows, labels = cluster_data(documents=200)
    weights = np.random.default_rng(1).random(200) + 0.1
    weights[::7] = 0
    options = {"refine": 0, "soft": False, "dtype": "float64", "distance": "euclidean"}
    local = Local(**options, init_method=start(labels, rows)).fit(rows, labels, weights)
    estimator = FastKMeansClassifier(**options, initMethod=start(labels, rows), weightCol="weight")
    found = estimator.fit(frame(spark, vectors(rows, "dense"), labels, weights, partitions=3))
    assert_same_prototypes(found, local)
    assert found.centroidWeights.sum() == pytest.approx(weights.sum())


def test_two_trainings_give_the_same_bits(documents):
    first, second = (FastKMeansClassifier(refine=2, maxIter=4).fit(documents) for _ in range(2))
    assert first._bytes() == second._bytes()


# --- refinement


def test_refinement_tells_classes_apart(model, data):
    rows, labels = data
    assert model.report["refinement"] == "done"
    assert model.report["held_out"] == pytest.approx(0.12 * 240, abs=1)
    local = model.toLocal()
    assert local.refined_weights_ is not None
    assert local.score(rows, labels) > 0.95


def by_class(rows, labels):
    order = np.argsort(labels, kind="stable")
    return vectors(rows[order]), labels[order]


@pytest.mark.parametrize("partitions", (4, 40))
def test_partitions_of_one_class_each_are_as_good_as_any(spark, data, partitions):
    rows, labels = data
    sorted_frame = frame(spark, *by_class(rows, labels), partitions=partitions)
    model = FastKMeansClassifier(maxIter=3).fit(sorted_frame)
    assert model.report["refinement"] == "done" and model.toLocal().score(rows, labels) > 0.95


def test_empty_partitions_change_nothing(spark, data):
    rows, labels = data
    documents = frame(spark, vectors(rows), labels, partitions=2)
    # All rows go to two of five partitions.
    spread = documents.rdd.map(lambda row: (hash(row.label) % 2 * 3, row)).partitionBy(5, int).values()
    model = FastKMeansClassifier(maxIter=3).fit(spark.createDataFrame(spread, documents.schema))
    assert model.report["refinement"] == "done" and model.toLocal().score(rows, labels) > 0.95


def test_more_partitions_than_rows(spark, data):
    rows, labels = data
    model = FastKMeansClassifier(maxIter=1, refine=1, numPartitions=60).fit(frame(spark, vectors(rows[:40]), labels[:40]))
    assert model.report["refinement"] in ("done", "no better")


# --- what crosses the network


def test_an_epoch_sends_at_most_four_models(spark):
    rows, labels = sparse_data(documents=1500, features=3000, non_zeros=20)
    before = len(stages(spark))
    found = FastKMeansClassifier(refine=2, maxIter=4, soft=False, tol=0.0).fit(frame(spark, vectors(rows), labels, partitions=8))
    done = stages(spark)[before:]
    # The model of the epochs is the one without refined weights.
    centers = FastKMeansClassifier(refine=0, maxIter=4, soft=False, tol=0.0).fit(frame(spark, vectors(rows), labels))
    center_bytes, refined_bytes = len(centers._bytes()), len(found._bytes())
    epochs = [stage.shuffled for stage in done if "k-means, epoch" in stage.purpose and stage.shuffled > 0]
    assert len(epochs) == found.report["epochs"] > 2
    # Not so little that nothing was measured: each partition sends a part of a model.
    assert 0.5 * center_bytes < max(epochs) < 4 * center_bytes
    results = [stage.result for stage in done if "k-means, epoch" in stage.purpose and stage.shuffled == 0]
    assert len(results) == len(epochs) and max(results) < 2 * center_bytes, "the driver gets one sum"
    for epoch in (1, 2):
        rounds = [stage for stage in done if f"refinement, epoch {epoch}" in stage.purpose]
        assert all(stage.shuffled == 0 for stage in rounds), "moves go to the driver, which sends out what they come to"
        assert 0.1 * refined_bytes < sum(stage.result for stage in rounds) < 4 * refined_bytes


# --- frames


@pytest.mark.parametrize("kind", ("sparse", "dense", "mixed"))
def test_columns_that_are_added_agree_with_the_local_model(spark, model, data, kind):
    rows, labels = data
    answers = model.transform(frame(spark, vectors(rows[:40], kind), labels[:40])).collect()
    local = model.toLocal()
    np.testing.assert_array_equal([row.prediction for row in answers], local.predict(rows[:40]))
    probabilities = np.array([row.probability.toArray() for row in answers])
    np.testing.assert_allclose(probabilities, local.predict_proba(rows[:40]), atol=1e-6)
    scores = np.array([row.rawPrediction.toArray() for row in answers])
    np.testing.assert_allclose(scores, local.decision_function(rows[:40]), atol=1e-6)
    assert [row.label for row in answers] == labels[:40].tolist()
    assert [row.features for row in answers] == vectors(rows[:40], kind)


def test_single_vectors(model, data):
    rows = data[0]
    local = model.toLocal()
    one = vector(rows[[7]])
    assert model.predict(one) == local.predict(rows[[7]])[0] and isinstance(model.predict(one), float)
    np.testing.assert_allclose(model.predictRaw(one), local.decision_function(rows[[7]])[0], atol=1e-6)
    np.testing.assert_allclose(model.predictProbability(one.toArray()), local.predict_proba(rows[[7]])[0], atol=1e-6)
    assert model.numClasses == 4 and model.numFeatures == 60 and model.classes == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="3 features.*60"):
        model.predict(Vectors.dense([1, 2, 3]))


def test_columns_can_be_named_and_turned_off(model, documents):
    odd = documents.withColumnRenamed("label", "a.label").withColumnRenamed("features", "the `features`")
    other = model.copy().setFeaturesCol("the `features`").setPredictionCol("p.1").setProbabilityCol("")
    frame_out = other.setRawPredictionCol("").transform(odd)
    assert frame_out.columns == ["the `features`", "a.label", "p.1"]
    assert frame_out.first()["p.1"] in (0.0, 1.0, 2.0, 3.0)
    assert other.setPredictionCol("").transform(odd) is odd
    assert model.transform(documents.limit(0)).count() == 0


def test_text_labels_and_arrays_of_numbers(spark):
    rows, codes = cluster_data(documents=150)
    names = np.array(["red", "green", "blue"])
    documents = spark.createDataFrame(
        [(row, str(name)) for row, name in zip(rows.tolist(), names[codes])], "vector array<float>, colour string"
    )
    estimator = FastKMeansClassifier(featuresCol="vector", labelCol="colour", kList={"red": 1}, refine=0)
    found = estimator.fit(documents)
    assert found.classes == ["blue", "green", "red"]
    assert found.centroidLabels.tolist().count("red") == 1
    answers = found.transform(documents).select("colour", "prediction").collect()
    local = Local(k_list={"red": 1}, refine=0).fit(rows, names[codes])
    assert abs(np.mean([row.colour == row.prediction for row in answers]) - local.score(rows, names[codes])) < 0.03
    assert found.predict(rows[0]) in names


def test_a_pipeline_from_text_is_saved_and_read(spark, tmp_path):
    texts = spark.createDataFrame(TEXTS, "text string, topic string").repartition(2)
    stages = [
        StringIndexer(inputCol="topic", outputCol="label"), Tokenizer(inputCol="text", outputCol="words"),
        HashingTF(inputCol="words", outputCol="counts", numFeatures=512), IDF(inputCol="counts", outputCol="features"),
        FastKMeansClassifier(kInit=1, maxIter=3),
        IndexToString(inputCol="prediction", outputCol="answer", labels=["billing", "hardware"]),
    ]
    pipeline = Pipeline(stages=stages)
    pipeline.write().overwrite().save(str(tmp_path / "pipeline"))
    fitted = Pipeline.load(str(tmp_path / "pipeline")).fit(texts)
    assert MulticlassClassificationEvaluator(metricName="accuracy").evaluate(fitted.transform(texts)) == 1
    fitted.write().overwrite().save(str(tmp_path / "model"))
    again = PipelineModel.load(str(tmp_path / "model"))
    answers = again.transform(texts).select("topic", "answer").collect()
    assert all(row.topic == row.answer for row in answers)
    assert again.stages[4]._bytes() == fitted.stages[4]._bytes()


def test_the_page_runs(spark, tmp_path, monkeypatch):
    """docs/spark.md, on a table that it takes for granted, with a folder in place of HDFS."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import document_blocks

    monkeypatch.chdir(tmp_path)
    names = {"frame": spark.createDataFrame(TEXTS, "text string, topic string").repartition(2)}
    for block, _ in document_blocks.blocks(ROOT / "docs" / "spark.md", "python"):
        exec(compile(block.replace("hdfs://", str(tmp_path)), "spark.md", "exec"), names)
    answers = PipelineModel.load(str(tmp_path / "models" / "topics")).transform(names["frame"]).collect()
    assert all(row.topic == row.prediction for row in answers)
    # What came from the file answers the same.
    again = names["model"].transform(names["frame"]).collect()
    assert [row.prediction for row in again] == [row.prediction for row in answers]
    learns_each_batch_once(spark, names["learns_into"], tmp_path)


def learns_each_batch_once(spark, learns_into, folder):
    """A query that fails after a batch was learned and before Spark has noted that, and is started again."""
    (folder / "in").mkdir()
    batches = [TEXTS[:8], TEXTS[8:16], TEXTS[16:]]
    for number, batch in enumerate(batches):
        lines = [json.dumps({"text": text, "topic": topic}) for text, topic in batch]
        (folder / "in" / f"{number}.json").write_text("\n".join([*lines, json.dumps({"text": None, "topic": "billing"})]))
        # Spark takes files in the order of their times.
        os.utime(folder / "in" / f"{number}.json", (1_700_000_000 + number * 10,) * 2)
    learn, seen = learns_into(folder / "learned"), []

    def failing(batch, number):
        learn(batch, number)
        seen.append(number)
        if seen == [0, 1]:
            raise RuntimeError("after batch 1 was learned")

    def run():
        stream = spark.readStream.schema("text string, topic string").option("maxFilesPerTrigger", 1).json(str(folder / "in"))
        writer = stream.writeStream.foreachBatch(failing).option("checkpointLocation", str(folder / "checkpoint"))
        writer.trigger(availableNow=True).start().awaitTermination()

    with pytest.raises(Exception, match="after batch 1 was learned"):
        run()
    run()
    assert seen == [0, 1, 1, 2], "Spark repeats the batch that it has not noted"
    (file,) = (folder / "learned").iterdir()
    assert file.name == "topics-000000000002.safetensors"
    once = TextClassifier(hashing=18, analyzer="word")
    for batch in batches:
        once.fit_batch([text for text, _ in batch], [topic for _, topic in batch])
    learned = TextClassifier.load(file)
    np.testing.assert_array_equal(learned.centroid_weights_, once.centroid_weights_)
    np.testing.assert_array_equal(learned.centroids_.toarray(), once.centroids_.toarray())


def test_a_model_is_saved_and_read(spark, model, documents, tmp_path):
    path = str(tmp_path / "model")
    model.copy().setPredictionCol("topic").save(path)
    again = FastKMeansClassificationModel.load(path)
    assert again._bytes() == model._bytes() and again.getPredictionCol() == "topic" and again.uid == model.uid
    assert again.report == model.report
    assert repr(again).endswith(f"numClasses=4, numFeatures=60, prototypes={model.report['active_centroids']}")
    with pytest.raises(Exception, match="already exists"):
        model.save(path)
    model.write().overwrite().save(path)
    metadata = next((tmp_path / "model" / "metadata").glob("part-*"))
    metadata.write_text(metadata.read_text().replace('"fastKMeansFormat": 1', '"fastKMeansFormat": 2').replace(
        '"fastKMeansFormat":1', '"fastKMeansFormat":2'))
    (tmp_path / "model" / "metadata" / f".{metadata.name}.crc").unlink(missing_ok=True)
    with pytest.raises(ValueError, match="upgrade the package"):
        FastKMeansClassificationModel.load(path)


def test_models_go_between_local_and_spark(model, documents, data, tmp_path):
    rows, labels = data
    local = Local(refine=0).fit(rows, labels)
    sent = FastKMeansClassificationModel.fromLocal(local)
    answers = [row.prediction for row in sent.transform(documents).select("prediction").collect()]
    np.testing.assert_array_equal(answers, local.predict(rows))
    back = model.toLocal()
    back.fit_batch(rows[:50], np.full(50, 9))
    assert 9 in back.classes_ and 9 not in model.classes
    back.save(tmp_path / "model.safetensors")
    assert (tmp_path / "model.safetensors").stat().st_size > 0


# --- parameters and bad input


def test_parameters_have_the_promised_names_and_defaults():
    estimator = FastKMeansClassifier()
    values = {param.name: estimator.getOrDefault(param) for param in estimator.params if estimator.isDefined(param)}
    local = Local().get_params()
    renamed = {"maxIter": "max_iters", "seed": "random_state"}
    for name, value in values.items():
        if name == "numPartitions" or name.endswith("Col"):
            continue
        snake = renamed.get(name) or "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
        assert value == local.pop(snake), name
        assert getattr(estimator, f"get{name[0].upper()}{name[1:]}")() == value
        getattr(estimator, f"set{name[0].upper()}{name[1:]}")(value)
    # Weights of classes go into the weight column; threads and progress are Spark's.
    assert set(local) == {"mode", "device", "warm_start", "half_life", "k_bytes", "class_weight", "n_jobs", "verbose"}
    assert estimator.setParams(kInit=7, maxIter=9).copy().getKInit() == 7


def test_parameters_are_kept_by_saving(spark, tmp_path):
    rows = sp.csr_array(np.eye(3))
    estimator = FastKMeansClassifier(
        kInit="auto", kList={1: 2, 3: 4}, initMethod=(rows, [1, 2, 3]), mergeThreshold=0.1, refine=3, seed=2**40
    )
    estimator.save(str(tmp_path / "estimator"))
    again = FastKMeansClassifier.load(str(tmp_path / "estimator"))
    assert {p.name: v for p, v in again.extractParamMap().items()} == {
        p.name: v for p, v in estimator.extractParamMap().items()
    }
    found, labels = again._initial()
    np.testing.assert_array_equal(found.matrix().toarray(), np.eye(3))
    assert labels.classes.tolist() == [1, 2, 3]
    dense = FastKMeansClassifier(initMethod=([Vectors.dense([1, 0]), Vectors.dense([0, 1])], ["a", "b"]))
    assert dense._initial()[0].matrix().tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    "params, words",
    (
        ({"kInit": 0}, ("kInit", "0")), ({"distance": "manhattan"}, ("distance", "manhattan", "cosine")),
        ({"maxIter": 0}, ("maxIter", "0")), ({"seed": -1}, ("seed", "-1")), ({"tol": -1.0}, ("tol", "-1")),
        ({"temperature": float("nan")}, ("temperature", "nan")), ({"nThreads": 0}, ("nThreads", "0", "-1")),
        ({"kList": [1, 0]}, ("kList", "0")), ({"numPartitions": -1}, ("numPartitions", "-1")),
        ({"featuresCol": "absent"}, ("featuresCol", "absent", "features, label")),
        ({"labelCol": "absent"}, ("labelCol", "absent")), ({"weightCol": "absent"}, ("weightCol", "absent")),
        ({"featuresCol": "label"}, ("featuresCol", "label", "bigint")),
        ({"labelCol": "features"}, ("labelCol", "features", "vector")),
        ({"weightCol": "features"}, ("weightCol", "features", "vector")),
    ),
)
def test_wrong_parameters_are_named(documents, params, words):
    with pytest.raises(InvalidParameterError) as caught:
        FastKMeansClassifier(**params).fit(documents)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "params",
    (
        {"kInit": "many"}, {"kList": "3"}, {"soft": "yes"}, {"initMethod": ([[1, 2]], [1, 2])}, {"refine": 1.5},
        {"distance": "auto"},
    ),
)
def test_wrong_types_are_refused_when_they_are_set(params):
    with pytest.raises(TypeError, match=next(iter(params))):
        FastKMeansClassifier(**params)


def broken(spark, **changes):
    """Ten good rows and a bad one."""
    rows = [{"features": Vectors.dense([1.0, number]), "label": float(number % 2), "weight": 1.0} for number in range(10)]
    rows.append({**rows[3], **changes})
    schema = spark.createDataFrame([(Vectors.dense([1.0]), 1.0, 1.0)], ["features", "label", "weight"]).schema
    tuples = [tuple(row[name] for name in schema.fieldNames()) for row in rows]
    return spark.createDataFrame(spark.sparkContext.parallelize(tuples, 1), schema)


@pytest.mark.parametrize(
    "changes, kind, words",
    (
        ({"features": None}, "null", "'features' is null"), ({"label": None}, "null", "'label' is null"),
        ({"label": float("nan")}, "bad_label", "'label' holds nan"), ({"label": 0.5}, "bad_label", "0.5"),
        ({"weight": None}, "null", "'weight' is null"), ({"weight": -1.0}, "bad_weight", "-1.0"),
        ({"features": Vectors.dense([1.0, float("inf")])}, "not_finite", "feature 1"),
        ({"features": Vectors.dense([1.0, 2.0, 3.0])}, "feature_count", "3 features where 2"),
    ),
)
def test_bad_rows_are_named(spark, changes, kind, words):
    cached = len(spark.sparkContext._jsc.getPersistentRDDs())
    with pytest.raises(BadDataError, match=words) as caught:
        FastKMeansClassifier(weightCol="weight").fit(broken(spark, **changes))
    assert (caught.value.kind, caught.value.row) == (kind, 10)
    assert len(spark.sparkContext._jsc.getPersistentRDDs()) == cached, "the cache is given back"


def test_frames_that_teach_nothing_are_refused(spark):
    good = broken(spark)
    unweighted = good.withColumn("weight", good.weight * 0)
    cases = ((good.limit(0), "no_rows"), (good.where("label = 1"), "one_class"), (unweighted, "no_weight"))
    for bad, kind in cases:
        with pytest.raises(BadDataError) as caught:
            FastKMeansClassifier(weightCol="weight").fit(bad)
        assert caught.value.kind == kind


def test_frames_that_do_not_fit_the_model_are_refused(spark, model, documents):
    other = spark.createDataFrame([(Vectors.dense([1.0, 2.0]),)], ["features"])
    with pytest.raises(Exception, match="2 features where 60 are expected"):
        model.transform(other).collect()
    with pytest.raises(Exception, match="'features' is null"):
        model.transform(spark.createDataFrame([(None,)], documents.select("features").schema)).collect()
    with pytest.raises(InvalidParameterError, match="predictionCol is 'label'"):
        model.copy().setPredictionCol("label").transform(documents)
    with pytest.raises(InvalidParameterError, match="featuresCol is 'absent'"):
        model.copy().setFeaturesCol("absent").transform(documents)
    words = spark.createDataFrame([(["a"],)], "words array<string>")
    counts = HashingTF(inputCol="words", outputCol="features", numFeatures=16).transform(words)
    with pytest.raises(InvalidParameterError, match="60 features as in training, not of 16"):
        model.transform(counts)


def test_a_model_that_learned_nothing_says_so(documents):
    empty = FastKMeansClassificationModel()
    assert "not fitted" in repr(empty)
    for question in (lambda: empty.transform(documents), lambda: empty.classes, lambda: empty.save("anywhere")):
        with pytest.raises(NotFittedError):
            question()
    with pytest.raises(NotFittedError):
        FastKMeansClassificationModel.fromLocal(Local())


def test_the_package_does_not_import_pyspark():
    code = (
        "import sys, json, fast_kmeans_classifier as package\n"
        "package.FastKMeansClassifier().fit([[1, 0], [0, 1]], [0, 1])\n"
        "print(json.dumps([name for name in ('pyspark', 'pyarrow', 'pandas') if name in sys.modules]))"
    )
    # The sources go with a library that is named; an installed package brings its own.
    path = {"PYTHONPATH": str(SOURCE)} if os.environ.get("FASTKMEANS_LIBRARY") else {}
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **path}
    )
    assert json.loads(out.stdout) == []

"""Models on Spark Connect: a server and a client in a separate process, since a process has one kind of session."""

import subprocess
import sys

import pytest
from conftest import ROOT, needed
from spark_support import prepare_processes

pyspark = needed("pyspark")
needed("grpc_status")

PROGRAM = """
import sys
from spark_support import connect_session
session = connect_session()
from pyspark.ml import PipelineModel
from fast_kmeans_classifier import TextClassifier
from fast_kmeans_classifier.spark import FastKMeansClassificationModel, FastKMeansClassifier, TfidfVectorizer, TfidfVectorizerModel

texts = ["screen stays black", "no picture on the screen", "invoice is wrong", "refund for my invoice"] * 3
labels = ["hardware", "hardware", "billing", "billing"] * 3
local = TextClassifier(analyzer="word").fit(texts, labels)
frame = session.createDataFrame(list(zip(texts, labels)), "text string, topic string")
stages = [TfidfVectorizerModel.fromLocal(local.vectorizer_), FastKMeansClassificationModel.fromLocal(local)]
answers = PipelineModel(stages=stages).transform(frame).select("text", "prediction").collect()
assert [row.prediction for row in answers] == local.predict([row.text for row in answers]).tolist()
assert TfidfVectorizer().fit(frame).vocabulary == stages[0].vocabulary
try:
    FastKMeansClassifier(labelCol="topic").fit(stages[0].transform(frame))
except TypeError as error:
    assert "classic Spark session" in str(error)
else:
    raise AssertionError("trained without RDDs")
session.stop()
print("as local")
"""


@pytest.mark.skipif(int(pyspark.__version__.split(".")[0]) < 4, reason="older packages bring no server")
def test_models_answer_on_spark_connect():
    prepare_processes()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=ROOT / "python" / "tests", timeout=600
    )
    assert done.stdout.endswith("as local\n"), done.stderr[-3000:]

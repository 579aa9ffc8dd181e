"""What the tests on Spark share: sessions, frames, and what Spark says of its stages."""

import os
import shutil
import sys
from typing import NamedTuple

import pytest
from conftest import SOURCE, needed

# These are all that a session needs; a test of what happens without them would not get this far.
needed("pyspark")
needed("pyarrow")
needed("pandas")

from pyspark.ml.linalg import Vectors  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402


def prepare_processes():
    """Lets Spark's Python processes find the package and the library that this process has; skips without Java. Gives their path."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME") or os.environ.get("FASTKMEANS_TEST_EVERYTHING")):
        pytest.skip("Spark needs Java")
    source = str(SOURCE) if os.environ.get("FASTKMEANS_LIBRARY") else ""
    paths = os.pathsep.join(path for path in (source, os.environ.get("PYTHONPATH", "")) if path)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    if paths:
        os.environ["PYTHONPATH"] = paths
    return paths


def connect_session():
    """A session of Spark Connect, with a server on this machine."""
    prepare_processes()
    return SparkSession.builder.remote("local[1]").config("spark.sql.shuffle.partitions", "2").getOrCreate()


def new_session(master, **settings):
    """A session whose Python processes find the package and the library that this process has."""
    paths = prepare_processes()
    builder = SparkSession.builder.master(master).appName("fast_kmeans_classifier tests")
    defaults = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": "1g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": os.devnull,
        "spark.executorEnv.PYTHONPATH": paths,
    }
    for name, value in {**defaults, **settings}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def vector(row, kind="sparse"):
    """One row of a SciPy matrix or array as a vector of Spark."""
    if kind == "dense":
        return Vectors.dense(row.toarray().ravel() if hasattr(row, "toarray") else row)
    return Vectors.sparse(row.shape[1], row.indices.tolist(), row.data.tolist())


def vectors(rows, kind="sparse"):
    """All rows; 'mixed' has every other one dense."""
    kinds = ("sparse", "dense") if kind == "mixed" else (kind,)
    is_matrix = hasattr(rows, "toarray")
    return [
        vector(rows[[number]] if is_matrix else rows[number], kinds[number % len(kinds)]) for number in range(rows.shape[0])
    ]


def frame(session, features, labels, weights=None, partitions=2):
    """A frame of vectors, labels and weights, in order, in this many partitions."""
    names = ["features", "label"] + ([] if weights is None else ["weight"])
    columns = [features, [label.item() if hasattr(label, "item") else label for label in labels]]
    if weights is not None:
        columns.append([float(weight) for weight in weights])
    rows = list(zip(*columns))
    schema = session.createDataFrame(rows[:1], names).schema
    return session.createDataFrame(session.sparkContext.parallelize(rows, partitions), schema)


class Stage(NamedTuple):
    """A finished stage: what its jobs said that they are for, bytes written to shuffles, bytes sent to the driver."""

    number: int
    purpose: str
    shuffled: int
    result: int


def stages(session):
    """The stages so far."""
    context = session.sparkContext
    none = context._gateway.new_array(context._jvm.double, 0)
    found = context._jsc.sc().statusStore().stageList(None, False, False, none, None).iterator()
    result = []
    while found.hasNext():
        stage = found.next()
        purpose = stage.description()
        result.append(
            Stage(
                stage.stageId(), purpose.get() if purpose.isDefined() else "", stage.shuffleWriteBytes(), stage.resultSize()
            )
        )
    return sorted(result)

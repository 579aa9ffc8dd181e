"""Training on Spark against local training: accuracy, bytes that cross the network, time, memory. Prints a JSON object a training.

    python Benchmarks/spark.py FOLDER [--texts] [--partitions 2,4,8] [--refine auto] [--epochs 5]
                               [--master 'local[2]'] [--memory 2g] [--no-local]

FOLDER has X_train.npz, y_train.npy, X_test.npz, y_test.npy, as `Benchmarks/prepare.py` makes them; with --texts train.tsv.gz and
test.tsv.gz, label and text a line: then Spark's pipeline makes the vectors, too. Needs the Python package with its extra `spark`,
and Java. Bytes depend on neither the machine nor its load. "counted" are those of counting terms, "dealt" those of dealing the
documents to batches, "moves" what the driver gets in each epoch of refinement, in "rounds" jobs; what comes to the executors is no
more, and a model an epoch. "cpu_seconds" are those of all processes, "task_seconds" how long tasks ran by purpose, and "peak_mb"
the most memory that each kind of process had. --memory is that of an executor on a cluster such as 'local-cluster[2,1,2048]'.
"""

import argparse
import collections
import gzip
import json
import os
import pathlib
import sys
import tempfile
import time
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp
from pyspark.ml import Pipeline
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql import types as T

from fast_kmeans_classifier import FastKMeansClassifier as Local
from fast_kmeans_classifier import TfidfVectorizer as LocalVectorizer
from fast_kmeans_classifier.spark import FastKMeansClassifier, TfidfVectorizer

#: The vectoriser's parameters, here and in Spark.
LOCAL_TEXT, SPARK_TEXT = {"min_df": 2, "max_features": 100_000}, {"minDF": 2, "maxFeatures": 100_000}


def texts_of(path):
    """Labels and texts of a file with both a line."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return zip(*(line.rstrip("\n").split("\t", 1) for line in lines))


def parquet_of_texts(texts, labels, folder, partitions):
    """Texts and labels in random order, a file for each partition."""
    order = np.random.default_rng(0).permutation(len(labels))
    for number, part in enumerate(np.array_split(order, partitions)):
        table = pa.table({"text": [texts[row] for row in part], "label": [labels[row] for row in part]})
        pq.write_table(table, folder / f"part-{number:03d}.parquet")


def parquet_of(rows, labels, folder, partitions):
    """Vectors and labels in random order, a file for each partition."""
    order = np.random.default_rng(0).permutation(len(labels))
    for number, part in enumerate(np.array_split(order, partitions)):
        matrix = rows[part].tocsr()
        matrix.sort_indices()
        count, offsets = len(part), pa.array(matrix.indptr.astype(np.int32))
        vectors = pa.StructArray.from_arrays(
            [
                pa.array(np.zeros(count, np.int8)), pa.array(np.full(count, rows.shape[1], np.int32)),
                pa.ListArray.from_arrays(offsets, pa.array(matrix.indices.astype(np.int32))),
                pa.ListArray.from_arrays(offsets, pa.array(matrix.data.astype(np.float64))),
            ],
            names=["type", "size", "indices", "values"],
        )
        table = pa.table({"features": vectors, "label": pa.array(labels[part].astype(np.int64))})
        pq.write_table(table, folder / f"part-{number:03d}.parquet")


class Stage(NamedTuple):
    """A finished stage: its purpose, bytes written to shuffles and sent to the driver, and how long its tasks ran."""

    number: int
    purpose: str
    shuffled: int
    result: int
    seconds: float


def stages_of(session):
    """The stages in order."""
    context = session.sparkContext
    none = context._gateway.new_array(context._jvm.double, 0)
    found, stages = context._jsc.sc().statusStore().stageList(None, False, False, none, None).iterator(), []
    while found.hasNext():
        stage = found.next()
        purpose = stage.description()
        stages.append(
            Stage(
                stage.stageId(), purpose.get() if purpose.isDefined() else "", stage.shuffleWriteBytes(), stage.resultSize(),
                stage.executorRunTime() / 1000,
            )
        )
    return sorted(stages)


def descendants():
    """The processes below this one: number, kind, seconds of the processor, peak memory in MB."""
    parents = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
            peak = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM"))
        except (OSError, StopIteration):
            continue
        kind = "driver's Python"
        if b"java" in command:
            kind = "executor's Java" if b"CoarseGrainedExecutorBackend" in command else "driver's Java"
        elif b"pyspark.daemon" in command or b"pyspark/daemon" in command:
            kind = "executor's Python"
        seconds = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        parents[int(folder.name)] = (int(fields[1]), kind, seconds, int(peak.split()[1]) // 1024)
    below, found = {os.getpid()}, []
    # Children may have lower numbers than their parents.
    while any(number not in below and one[0] in below for number, one in parents.items()):
        below |= {number for number, one in parents.items() if one[0] in below}
    for number in below & set(parents):
        found.append((number, *parents[number][1:]))
    return found


def measured(stages, before):
    """What the stages and the processes say of a training."""
    processes, peaks, seconds = descendants(), collections.Counter(), collections.Counter()
    for _, kind, _, peak in processes:
        peaks[kind] = max(peaks[kind], peak)
    for stage in stages:
        words = stage.purpose.rpartition(": ")[2].split(",")[0] or "reading and packing rows"
        seconds[words] += stage.seconds
    refining = [[stage for stage in stages if f"refinement, epoch {epoch}" in stage.purpose] for epoch in range(1, 6)]
    return {
        "counted": sum(stage.shuffled for stage in stages if stage.purpose.startswith("TfidfVectorizer")),
        "epochs": [stage.shuffled for stage in stages if "k-means, epoch" in stage.purpose and stage.shuffled > 0],
        "dealt": sum(stage.shuffled for stage in stages if "dealing" in stage.purpose),
        "moves": [sum(stage.result for stage in epoch) for epoch in refining],
        "rounds": [len(epoch) for epoch in refining],
        "task_seconds": {words: round(value, 1) for words, value in seconds.items()},
        "cpu_seconds": round(sum(one[2] for one in processes) - before, 1),
        "peak_mb": dict(peaks),
    }


def local_accuracy(arguments, rows, labels, test, wanted, refine):
    """Of a local training."""
    if arguments.texts:
        vectorizer = LocalVectorizer(**LOCAL_TEXT)
        rows, test = vectorizer.fit_transform(rows), vectorizer.transform(test)
    return Local(refine=refine, soft=False, max_iters=arguments.epochs).fit(rows, labels).score(test, wanted)


def trained(session, arguments, folder, partitions, refine):
    """The pipeline's local twin and the bytes of Spark's model."""
    classifier = FastKMeansClassifier(refine=refine, soft=False, maxIter=arguments.epochs, numPartitions=partitions)
    if arguments.texts:
        vectorizer, model = Pipeline(stages=[TfidfVectorizer(**SPARK_TEXT), classifier]).fit(session.read.parquet(folder)).stages
        return model.toLocal(vectorizer), len(model._bytes())
    schema = T.StructType([T.StructField("features", VectorUDT()), T.StructField("label", T.LongType())])
    model = classifier.fit(session.read.schema(schema).parquet(folder))
    return model.toLocal(), len(model._bytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--texts", action="store_true")
    parser.add_argument("--partitions", default="2,4,8")
    parser.add_argument("--refine", default="auto")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="2g")
    parser.add_argument("--no-local", action="store_true")
    arguments = parser.parse_args()
    refine = "auto" if arguments.refine == "auto" else int(arguments.refine)
    if arguments.texts:
        (labels, rows), (wanted, test) = (texts_of(arguments.folder / f"{part}.tsv.gz") for part in ("train", "test"))
        labels, wanted = np.array(labels, dtype=object), np.array(wanted, dtype=object)
    else:
        rows, test = (sp.load_npz(arguments.folder / f"X_{part}.npz").tocsr() for part in ("train", "test"))
        labels, wanted = (np.load(arguments.folder / f"y_{part}.npy") for part in ("train", "test"))

    if not arguments.no_local:
        accuracy = local_accuracy(arguments, rows, labels, test, wanted, refine)
        print(json.dumps({"partitions": "local", "accuracy": round(accuracy, 4)}), flush=True)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": "4g",
        "spark.executor.memory": arguments.memory, "spark.executorEnv.PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "spark.ui.retainedStages": "10000",
    }
    builder = SparkSession.builder.master(arguments.master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    for partitions in map(int, arguments.partitions.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            (parquet_of_texts if arguments.texts else parquet_of)(rows, labels, pathlib.Path(folder), partitions)
            used = sum(one[2] for one in descendants())
            started, before = time.monotonic(), len(stages_of(session))
            local, size = trained(session, arguments, folder, partitions, refine)
        seconds = time.monotonic() - started
        found = measured(stages_of(session)[before:], used)
        print(
            json.dumps(
                {
                    "partitions": partitions, "accuracy": round(local.score(test, wanted), 4), "model_bytes": size, **found,
                    "seconds": round(seconds, 1),
                }
            ),
            flush=True,
        )
    session.stop()


if __name__ == "__main__":
    main()

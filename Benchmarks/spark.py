"""Training on Spark against local training: accuracy, and bytes that cross the network. Prints a JSON object a training.

    python Benchmarks/spark.py FOLDER [--partitions 2,4,8] [--refine auto] [--epochs 5]

FOLDER has X_train.npz, y_train.npy, X_test.npz, y_test.npy, as `Benchmarks/prepare.py` makes them. Needs the Python package with
its extra `spark`, and Java. Bytes depend on neither the machine nor its load. "dealt" are those of dealing the
documents to batches, "moves" what the driver gets in each epoch of refinement; what comes to the executors is no more, and a
model an epoch.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql import types as T

from fast_kmeans_classifier import FastKMeansClassifier as Local
from fast_kmeans_classifier.spark import FastKMeansClassifier


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


def stages_of(session):
    """The stages in order: number, purpose, bytes written to shuffles, bytes sent to the driver."""
    context = session.sparkContext
    none = context._gateway.new_array(context._jvm.double, 0)
    found, stages = context._jsc.sc().statusStore().stageList(None, False, False, none, None).iterator(), []
    while found.hasNext():
        stage = found.next()
        if stage.description().isDefined():
            stages.append((stage.stageId(), stage.description().get(), stage.shuffleWriteBytes(), stage.resultSize()))
    return sorted(stages)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--partitions", default="2,4,8")
    parser.add_argument("--refine", default="auto")
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()
    refine = "auto" if arguments.refine == "auto" else int(arguments.refine)
    rows, test = (sp.load_npz(arguments.folder / f"X_{part}.npz").tocsr() for part in ("train", "test"))
    labels, wanted = (np.load(arguments.folder / f"y_{part}.npy") for part in ("train", "test"))

    local = Local(refine=refine, soft=False, max_iters=arguments.epochs).fit(rows, labels)
    print(json.dumps({"partitions": "local", "accuracy": round(local.score(test, wanted), 4)}), flush=True)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config(
        "spark.ui.showConsoleProgress", "false").config("spark.driver.memory", "4g").getOrCreate()
    schema = T.StructType([T.StructField("features", VectorUDT()), T.StructField("label", T.LongType())])
    for partitions in map(int, arguments.partitions.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            parquet_of(rows, labels, pathlib.Path(folder), partitions)
            started = time.monotonic()
            before = len(stages_of(session))
            model = FastKMeansClassifier(
                refine=refine, soft=False, maxIter=arguments.epochs, numPartitions=partitions
            ).fit(session.read.schema(schema).parquet(folder))
        stages = stages_of(session)[before:]
        print(
            json.dumps(
                {
                    "partitions": partitions, "accuracy": round(model.toLocal().score(test, wanted), 4),
                    "model_bytes": len(model._bytes()),
                    "epochs": [size for _, purpose, size, _ in stages if "k-means, epoch" in purpose and size > 0],
                    "dealt": sum(size for _, purpose, size, _ in stages if "dealing" in purpose),
                    "moves": [
                        sum(size for _, purpose, _, size in stages if f"refinement, epoch {epoch}" in purpose)
                        for epoch in range(1, 6)
                    ],
                    "seconds": round(time.monotonic() - started, 1),
                }
            ),
            flush=True,
        )
    session.stop()


if __name__ == "__main__":
    main()

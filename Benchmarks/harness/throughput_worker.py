"""scikit-learn's side of the reading benchmarks, each in a separate process; prints one JSON object."""

import gzip
import json
import pathlib
import sys
import time

import numpy
from sklearn.datasets import dump_svmlight_file, load_svmlight_file
from sklearn.feature_extraction.text import TfidfVectorizer

from . import data


def open_text(path):
    opener = gzip.open if pathlib.Path(path).suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8", newline="\n")


def vectorize(path):
    """From the file to TF-IDF rows; `vectorize_seconds` without reading and splitting the lines."""
    start = time.process_time()
    with open_text(path) as lines:
        texts = [line.rstrip("\n").partition("\t")[2] for line in lines]
    read = time.process_time()
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=100_000, dtype=numpy.float32)
    rows = vectorizer.fit_transform(texts)
    end = time.process_time()
    return {
        "seconds": end - start, "vectorize_seconds": end - read, "documents": rows.shape[0], "features": rows.shape[1],
    }


def read_svmlight(path):
    start = time.process_time()
    rows, _ = load_svmlight_file(path, dtype=numpy.float32)
    seconds = time.process_time() - start
    return {"seconds": seconds, "documents": rows.shape[0], "features": rows.shape[1]}


def write_svmlight(folder, path):
    """The training rows of a data folder as a file to read, 1-based as most such files are."""
    rows, labels = data.load(folder, "train")
    dump_svmlight_file(rows, labels, path, zero_based=False)
    return {}


def plain_bytes(path):
    with (gzip.open if pathlib.Path(path).suffix == ".gz" else open)(path, "rb") as stream:
        return {"bytes": sum(len(block) for block in iter(lambda: stream.read(1 << 20), b""))}


ACTIONS = {action.__name__: action for action in (vectorize, read_svmlight, write_svmlight, plain_bytes)}

if __name__ == "__main__":
    print(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))

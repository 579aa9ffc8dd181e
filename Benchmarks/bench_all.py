#!/usr/bin/env python3
"""Every number of docs/lab/performance.md in one run: kernels, dense scoring, the scoring index, whole jobs, peers.

    make bench-all            (or Benchmarks/.venv/bin/python Benchmarks/bench_all.py [--only kernels,dense])

Takes what lies in Benchmarks/data (wordnet is made; others are used where they are there) and what peers are installed.
A quarter of an hour on a quiet machine; on another one, ratios within the run still mean something. Afterwards
`report.py` prints the tables and `plot.py` draws the pictures.
"""

import argparse
import pathlib
import subprocess
import sys
import time

from harness import ours

BENCHMARKS = ours.BENCHMARKS
DATA = BENCHMARKS / "data"
OURS = "fastkmeans-default,fastkmeans-hard,fastkmeans-linear-10"
# What each data set is good for, at a price of at most two minutes a job; NearestCentroid is there to be refused.
COMPARISONS = {
    "wordnet": f"{OURS},nearest-mean,nearest-centroid,minibatch-kmeans,sgd-hinge,linear-svc,fasttext,vowpal-wabbit,pecos",
    "debian-sections":
        f"{OURS},nearest-mean,nearest-centroid,minibatch-kmeans,sgd-hinge,linear-svc,brute-knn,fasttext,vowpal-wabbit,pecos",
    "debian-source":
        f"{OURS},nearest-mean,nearest-centroid,minibatch-kmeans,linear-svc,brute-knn,fasttext,vowpal-wabbit,pecos",
    "digits":
        f"{OURS},nearest-mean,nearest-centroid,faiss-kmeans,sgd-hinge,linear-svc,logistic-regression,brute-knn,"
        "vowpal-wabbit,pecos",
    "emb-wordnet-lex": f"{OURS},nearest-mean,nearest-centroid,faiss-kmeans,sgd-hinge,logistic-regression,brute-knn",
}
SCORED = ("wordnet", "debian-sections", "debian-source")
JOB_LIMITS = ["--timeout", 150, "--memory-limit-gb", 6]


def there(*names):
    """The data folders that exist, with a word about the others."""
    found = []
    for name in names:
        if any(DATA.joinpath(name).glob("X_test.np*")):
            found.append(DATA / name)
        else:
            print(f"Benchmarks/data/{name} is missing; left out", file=sys.stderr)
    return found


def steps():
    """`(name, command)` of each measurement, in the order of the report."""
    yield "kernels", ["kernels.py"]
    embeddings = DATA / "emb-wordnet-lex" / "X_train.npy"
    yield "dense", ["dense.py", "--rounds", 2, *(["--rows", embeddings] if embeddings.exists() else [])]
    yield "scoring", ["scoring.py", *there(*SCORED), "--train"]
    # Its refined models take too long to be made here: README.md.
    for folder in there("headline"):
        yield "scoring", ["scoring.py", folder, "--counts", "1,2,3"]
    for folder in there("debian-sections", "headline"):
        yield "threads", ["threads.py", folder]
    for folder in there(*COMPARISONS):
        yield "compare", ["compare.py", folder, "--jobs", COMPARISONS[folder.name], *JOB_LIMITS]


def prepare():
    if not DATA.joinpath("wordnet", "X_train.npz").exists():
        source = BENCHMARKS.parent / "Sources" / "FastKMeansCLI" / "Resources" / "wordnet"
        run([BENCHMARKS / "prepare.py", source, DATA / "wordnet"])


def run(command):
    subprocess.run([sys.executable, *map(str, command)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="kernels, dense, scoring, threads, compare; with commas")
    parser.add_argument("--fastkmeans", type=pathlib.Path, default=ours.DEFAULT_TOOL, help="our tool, a release build")
    parser.add_argument("--pytorch-class", type=pathlib.Path, help="file with the PyTorch FastKMeansClassifier")
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    arguments = parser.parse_args()
    prepare()
    for name, (script, *words) in steps():
        if arguments.only and name not in arguments.only.split(","):
            continue
        if name in ("scoring", "threads", "compare"):
            words += ["--fastkmeans", arguments.fastkmeans]
        if name == "compare" and arguments.pytorch_class:
            words[words.index("--jobs") + 1] += ",pytorch-hard,pytorch-linear-10"
            words += ["--pytorch-class", arguments.pytorch_class]
        if arguments.results:
            words += ["--results", arguments.results]
        start = time.monotonic()
        run([BENCHMARKS / script, *words])
        print(f"{script} took {time.monotonic() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()

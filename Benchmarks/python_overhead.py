#!/usr/bin/env python3
"""What Python adds: time over the library's own, memory beside the rows, import time; and ours against the PyTorch class.

    Benchmarks/python_overhead.py DATA [--pytorch-class fast_kmeans_classifier.py] [--fastkmeans .build/release/fastkmeans]

DATA is a folder as for compare.py. Everything happens in this one process, on the same arrays, with one thread; seconds are
processor seconds, the smallest of `--repeat` runs. "Inside" counts what passes in the library's functions, so the overhead
is not blurred by what else the machine does. With --fastkmeans the same training by the command line is timed too. Peaks are
those of the process during a call above what it held before it (Linux). Needs the package `fast_kmeans_classifier` installed,
or FASTKMEANS_LIBRARY and PYTHONPATH=python/src.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import scipy.sparse as sp

from fast_kmeans_classifier import FastKMeansClassifier
from fast_kmeans_classifier._lazy import library

HARD = {"k_init": 3, "soft": False, "max_iters": 10, "tol": 0.0}
JOBS = {
    "k-means alone, hard, 10 epochs": {**HARD, "refine": 0},
    "defaults": {},
}


def load(folder, part):
    sparse = folder / f"X_{part}.npz"
    rows = sp.load_npz(sparse).tocsr() if sparse.exists() else np.load(folder / f"X_{part}.npy")
    return rows, np.load(folder / f"y_{part}.npy")


class Inside:
    """Counts the processor seconds that pass in the library's functions."""

    def __init__(self):
        self.seconds = 0.0
        self._call = library.call

    def __enter__(self):
        library.call = self._timed
        return self

    def __exit__(self, *error):
        library.call = self._call

    def _timed(self, *arguments):
        start = time.process_time()
        try:
            return self._call(*arguments)
        finally:
            self.seconds += time.process_time() - start


def memory(field):
    lines = pathlib.Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) * 1024


def peak_of(work):
    """What `work` gives, and by how many bytes the process's peak rose above what it held before."""
    pathlib.Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = memory("VmRSS:")
    result = work()
    return result, memory("VmHWM:") - before


def timed(work, repeat):
    """The last result and the smallest processor time of some runs."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return result, best


def overhead(work, repeat):
    """The smallest total, and what was inside the library in that run."""
    runs = []
    for _ in range(repeat):
        with Inside() as inside:
            start = time.process_time()
            work()
            total = time.process_time() - start
        runs.append((total, inside.seconds))
    return min(runs)


def measure_ours(jobs, data, repeat):
    (X, y), (X_test, y_test) = data
    results = {}
    for name, options in jobs.items():
        def fit(options=options):
            return FastKMeansClassifier(n_threads=1, **options).fit(X, y)

        classifier, peak = peak_of(fit)
        fit_total, fit_inside = overhead(fit, repeat)
        classifier.predict(X_test[:1])  # builds the index, which fitting does not need
        predict_total, predict_inside = overhead(lambda: classifier.predict(X_test), repeat * 3)
        results[name] = {
            "fit": fit_total, "fit_inside": fit_inside, "predict": predict_total, "predict_inside": predict_inside,
            "peak": peak, "accuracy": classifier.score(X_test, y_test),
        }
    return results


def measure_pytorch(path, jobs, data):
    import torch

    torch.set_num_threads(1)
    spec = importlib.util.spec_from_file_location("pytorch_class", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (X, y), (X_test, y_test) = data
    # What PyTorch loads on first use is not the class's doing.
    module.FastKMeansClassifier(n_threads=1, **HARD).fit(X[:200], y[:200]).predict(X[:200])
    results = {}
    for name in jobs:
        options = HARD if "hard" in name else {"max_iters": 10}

        def fit(options=options):
            return module.FastKMeansClassifier(n_threads=1, **options).fit(X, y)

        (classifier, seconds), peak = peak_of(lambda: timed(fit, 1))
        predicted, predict_seconds = timed(lambda: classifier.predict(X_test), 2)
        results[name] = {
            "fit": seconds, "predict": predict_seconds, "peak": peak, "accuracy": float(np.mean(predicted == y_test)),
        }
    return results


def measure_tool(tool, jobs, folder, repeat):
    """Processor seconds that the command line's training took from rows in memory to the fitted model."""
    import tempfile

    rows = next(path for path in (folder / "X_train.npz", folder / "X_train.npy") if path.exists())
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, options in jobs.items():
            arguments = [f"--{key.replace('_', '-')}={str(value).lower()}" for key, value in options.items()]
            command = [
                tool, "train", "--input", rows, "--labels", folder / "y_train.npy", "--model", f"{scratch}/model",
                "--n-threads", "1", "--quiet", "--json", *arguments,
            ]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(repeat)]
            results[name] = min(run.get("fit_cpu_seconds", run["fit_seconds"]) for run in runs)
    return results


def measure_import(repeat):
    """Milliseconds that importing takes, the smallest of some fresh processes; bytecode is there after the first."""
    code = "import time; s = time.process_time(); import fast_kmeans_classifier; print(time.process_time() - s)"
    command = [sys.executable, "-c", code]
    # Some machines forbid bytecode; then it would be compiled each time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    runs = [subprocess.run(command, check=True, capture_output=True, env=environment) for _ in range(repeat)]
    return min(float(run.stdout) for run in runs) * 1000


def report(results):
    print(f"import: {results['import_milliseconds']:.1f} ms of processor time; rows: {results['rows_bytes'] / 1e6:.0f} MB\n")
    print("| | fit, s | over the library | predict, s | over the library | peak beside the rows, MB | accuracy |")
    print("|---|---|---|---|---|---|---|")
    for name, one in results["ours"].items():
        print(
            f"| {name} | {one['fit']:.3f} | {one['fit'] / one['fit_inside'] - 1:+.1%} | {one['predict']:.4f} | "
            f"{one['predict'] / one['predict_inside'] - 1:+.1%} | {one['peak'] / 1e6:.0f} | {one['accuracy']:.4f} |"
        )
    for name, seconds in results.get("tool", {}).items():
        print(f"\nthe command line, {name}: fit {seconds:.3f} s; Python's {results['ours'][name]['fit'] / seconds - 1:+.1%}")
    for name, theirs in results.get("pytorch", {}).items():
        ours = results["ours"][name]
        print(
            f"\nthe PyTorch class, {name}: fit {theirs['fit']:.2f} s ({theirs['fit'] / ours['fit']:.0f} x), predict "
            f"{theirs['predict']:.3f} s ({theirs['predict'] / ours['predict']:.0f} x), peak {theirs['peak'] / 1e6:.0f} MB "
            f"({theirs['peak'] / max(1, ours['peak']):.1f} x), accuracy {theirs['accuracy']:.4f}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--pytorch-class", type=pathlib.Path, help="file with the PyTorch FastKMeansClassifier")
    parser.add_argument("--fastkmeans", type=pathlib.Path, help="our tool, a release build")
    parser.add_argument("--jobs", default="", help="only those whose name has this in it: hard, defaults")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    jobs = {name: options for name, options in JOBS.items() if arguments.jobs in name}
    data = load(arguments.data, "train"), load(arguments.data, "test")
    X = data[0][0]
    if sp.issparse(X):
        X.sum_duplicates()  # SciPy remembers that they are in order, as for rows that any call has seen before
    parts = (X.data, X.indices, X.indptr) if sp.issparse(X) else (X,)
    results = {
        "data": arguments.data.name, "rows_bytes": sum(part.nbytes for part in parts),
        "import_milliseconds": measure_import(max(3, arguments.repeat)), "ours": measure_ours(jobs, data, arguments.repeat),
    }
    if arguments.fastkmeans:
        results["tool"] = measure_tool(arguments.fastkmeans.resolve(), jobs, arguments.data, arguments.repeat)
    if arguments.pytorch_class:
        results["pytorch"] = measure_pytorch(arguments.pytorch_class, jobs, data)
    print(json.dumps(results)) if arguments.json else report(results)


if __name__ == "__main__":
    main()

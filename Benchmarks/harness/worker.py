"""A peer in a separate process: `python -m harness.worker fit JOB DATA`, or `... score DATA PREDICTED`.

Prints one JSON object. Reading the data is outside the seconds of fitting and inside those of the process.
"""

import argparse
import json
import pathlib
import time

import numpy

from . import data, machine, peers
from .jobs import JOBS

# A prediction is repeated until the clock can see it.
MIN_PREDICT_SECONDS = 0.3
MAX_PREDICTIONS = 20


def build(job, seed, folder, pytorch_path):
    if job.system == "pytorch":
        return peers.pytorch_class(pytorch_path, seed, **job.settings)
    if job.system == "other":
        from . import other_tools

        kind = getattr(other_tools, job.peer)
        return kind(seed, folder) if kind is other_tools.FastText else kind(seed)
    return getattr(peers, job.peer)(seed)


def timed(action):
    """`(CPU seconds, wall seconds, result)`; CPU is that of the whole process, user and system."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = action()
    return time.process_time() - cpu, time.perf_counter() - wall, result


def fit(arguments):
    job = JOBS[arguments.job]
    train, labels = data.load(arguments.data, "train")
    test, truth = data.load(arguments.data, "test")
    model = build(job, arguments.seed, arguments.data, arguments.pytorch_class)
    if hasattr(model, "prepare"):
        model.prepare(train, labels, test)
    fit_cpu, fit_wall, _ = timed(lambda: model.fit(train, labels))
    seconds, count, fastest = 0.0, 0, float("inf")
    while count == 0 or (seconds < MIN_PREDICT_SECONDS and count < MAX_PREDICTIONS):
        predict_cpu, _, predicted = timed(lambda: model.predict(test))
        seconds, count, fastest = seconds + predict_cpu, count + 1, min(fastest, predict_cpu)
    return {
        "fit_seconds": round(fit_cpu, 5),
        "fit_wall_seconds": round(fit_wall, 5),
        "documents_per_second": round(len(truth) / max(fastest, 1e-9), 1),
        **data.accuracy_and_macro_f1(truth, numpy.asarray(predicted)),
        **({"versions": machine.package_versions()} if job.environment else {}),
    }


def score(arguments):
    """Accuracy of what another program predicted, `label<TAB>...` a line, by the same function as the peers'."""
    truth = numpy.load(pathlib.Path(arguments.data, "y_test.npy"))
    lines = pathlib.Path(arguments.predicted).read_text(encoding="utf-8").splitlines()
    if len(lines) != len(truth):
        raise SystemExit(f"{len(lines)} predictions for {len(truth)} rows")
    # An empty or rejected answer is a wrong one.
    labels = [line.partition("\t")[0] for line in lines]
    predicted = numpy.array([int(label) if label.lstrip("-").isdigit() else -1 for label in labels])
    return data.accuracy_and_macro_f1(truth, predicted)


def main():
    parser = argparse.ArgumentParser()
    actions = parser.add_subparsers(dest="action", required=True)
    fitting = actions.add_parser("fit")
    fitting.add_argument("job", choices=list(JOBS))
    fitting.add_argument("data")
    fitting.add_argument("--seed", type=int, default=42)
    fitting.add_argument("--pytorch-class")
    scoring = actions.add_parser("score")
    scoring.add_argument("data")
    scoring.add_argument("predicted")
    arguments = parser.parse_args()
    print(json.dumps(fit(arguments) if arguments.action == "fit" else score(arguments)))


if __name__ == "__main__":
    main()

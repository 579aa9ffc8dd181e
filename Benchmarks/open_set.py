#!/usr/bin/env python3
"""Documents of classes that nobody has trained on: who tells them from the others?

    Benchmarks/open_set.py DATA [DATA ...] [--seeds 42,43,44] [--share 0.2]

A share of the classes, drawn by the seed, is left out of training; the test rows keep all. AUROC is the probability
that a test row of a known class scores higher than one of an unknown class. Ours: `rejection` of `evaluate --json`. Against:
the largest probability of scikit-learn's LogisticRegression, and the cosine to the nearest class mean, on the same
rows. Also what share of the unknown rows our thresholds accept. DATA is a folder as for `compare.py`. Results go
to Benchmarks/results/<machine>/open-set.json.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile

import numpy
import scipy.sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from harness import machine, ours
from harness.data import load, unit_rows
from harness.peers import NearestMean

BENCHMARKS = pathlib.Path(__file__).resolve().parent
DEFAULT_TOOL = BENCHMARKS.parent / ".build" / "release" / "fastkmeans"


def save_rows(folder, part, rows, labels):
    if scipy.sparse.issparse(rows):
        scipy.sparse.save_npz(pathlib.Path(folder, f"X_{part}.npz"), rows)
    else:
        numpy.save(pathlib.Path(folder, f"X_{part}.npy"), rows)
    numpy.save(pathlib.Path(folder, f"y_{part}.npy"), labels)


def our_rejection(tool, train, test, seed):
    """What `evaluate` says about rejection: `separation` is the AUROC, `rates` what our thresholds accept."""
    with tempfile.TemporaryDirectory() as folder:
        save_rows(folder, "train", *train)
        save_rows(folder, "test", *test)
        model = pathlib.Path(folder, "model.safetensors")
        ours.checked(
            [tool, "train", *ours.rows(folder, "train"), "--model", model, "--random-state", seed, "--quiet"], {})
        outcome = ours.checked(
            [tool, "evaluate", "--model", model, *ours.rows(folder, "test"), "--json", "--quiet"], {})
    return json.loads(outcome.stdout)["rejection"]


def logistic_scores(train, test, iterations):
    model = LogisticRegression(max_iter=iterations).fit(*train)
    return model.predict_proba(test[0]).max(axis=1)


def centroid_scores(train, test):
    rows = unit_rows(test[0])
    centres = NearestMean().fit(*train).centres
    products = rows @ centres.T
    products = products.toarray() if scipy.sparse.issparse(products) else numpy.asarray(products)
    return products.max(axis=1)


def measure(data, seed, arguments):
    train, test = load(data, "train"), load(data, "test")
    classes = numpy.unique(train[1])
    random = numpy.random.default_rng(seed)
    left_out = random.permutation(classes)[: max(1, round(arguments.share * len(classes)))]
    keep = ~numpy.isin(train[1], left_out)
    train = train[0][numpy.flatnonzero(keep)], train[1][keep]
    is_known = ~numpy.isin(test[1], left_out)
    rejection = our_rejection(arguments.fastkmeans, train, test, seed)
    peers = {
        "logistic_regression": logistic_scores(train, test, arguments.iterations),
        "nearest_mean": centroid_scores(train, test),
    }
    run = {"seed": seed, "left_out": int(len(left_out)), "unknown_rows": int((~is_known).sum())}
    run["auroc"] = {"fastkmeans": round(rejection["separation"], 4)}
    run["auroc"] |= {name: round(float(roc_auc_score(is_known, found)), 4) for name, found in peers.items()}
    run["rates"] = [
        {"asked": point["false_accept_rate"], "unknown_accepted": round(point["observed_false_accept_rate"], 4),
         "known_accepted": round(point["coverage"], 4), "accuracy_of_these": round(point["accuracy"], 4)}
        for point in rejection["rates"]
    ]
    return run


def summary(runs):
    names = runs[0]["auroc"]
    means = {name: round(statistics.mean(run["auroc"][name] for run in runs), 4) for name in names}
    rates = [
        {key: round(statistics.mean(run["rates"][index][key] for run in runs), 4) for key in runs[0]["rates"][index]}
        for index in range(min(len(run["rates"]) for run in runs))
    ]
    return {"auroc": means, "rates": rates}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, nargs="+")
    parser.add_argument("--seeds", default="42,43,44", help="with commas (default: 42,43,44)")
    parser.add_argument("--share", type=float, default=0.2, help="of the classes, what is left out (default: 0.2)")
    parser.add_argument("--iterations", type=int, default=40, help="of LogisticRegression, at most (default: 40)")
    parser.add_argument("--fastkmeans", type=pathlib.Path, default=DEFAULT_TOOL, help="our tool, a release build")
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    arguments.fastkmeans = arguments.fastkmeans.resolve()
    path = machine.result_path("open-set", arguments.results)
    result = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"sets": {}}
    result.update(name="open-set", machine=machine.describe())
    for data in arguments.data:
        runs = []
        for seed in map(int, arguments.seeds.split(",")):
            runs.append(measure(data, seed, arguments))
            print(data.resolve().name, json.dumps(runs[-1]), file=sys.stderr)
        result["sets"][data.resolve().name] = {
            "date": machine.today(), "versions": machine.versions(), "mean": summary(runs), "runs": runs}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(data.resolve().name, json.dumps(result["sets"][data.resolve().name]["mean"]))


if __name__ == "__main__":
    main()

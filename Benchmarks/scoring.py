#!/usr/bin/env python3
"""Documents a second under trained models, by the method that the scoring index chooses for each. One thread.

    swift build -c release --package-path Benchmarks
    Benchmarks/scoring.py DATA [DATA ...] [--train] [--threads 2]

Models of each data folder: one and three prototypes a class (`--counts`), by k-means alone and refined. They lie in
Benchmarks/data/models, and `--train` makes those that are missing: refining 500,000 documents of 5,000 classes takes
minutes, and beyond 4 GiB of weights training leaves refinement out; such a model is not kept. Results go to
Benchmarks/results/<machine>/scoring.json; data sets that are measured again replace their old numbers there.
"""

import argparse
import json
import pathlib
import sys
import tempfile

from harness import data_size, machine, ours, swift_tools

MODELS = ours.BENCHMARKS / "data" / "models"
KMEANS = ["--soft", "false", "--refine", 0, "--max-iters", 10]


def train(tool, folder, kind, count, path):
    """One model with this many prototypes in each class, where the class has the documents for them."""
    words = [*ours.rows(folder, "train"), "--model", path, "--n-threads", 1, "--random-state", 42, "--quiet", "--json"]
    if kind == "kmeans":
        ours.checked([tool, "train", *words, *KMEANS, "--k-init", count], {"timeout": 3600})
        return
    # A list is kept as it is; a number would be lowered where held-out rows say so.
    with tempfile.TemporaryDirectory() as scratch:
        counts = pathlib.Path(scratch, "counts.json")
        counts.write_text(json.dumps([count] * data_size.describe(folder)["classes"]), encoding="utf-8")
        said = ours.checked([tool, "train", *words, "--k-list", counts], {"timeout": 3600})
    outcome = json.loads(said.stdout)["refinement"]
    if outcome["outcome"] != "done":
        print(f"{path.name} is not kept: refinement says {outcome}", file=sys.stderr)
        path.unlink()


def models(arguments, folder):
    """The paths of the models there are, trained before where that is wanted."""
    MODELS.mkdir(parents=True, exist_ok=True)
    for kind in ("kmeans", "refined"):
        for count in arguments.counts.split(","):
            path = MODELS / f"{folder.name}-{kind}-{count}.safetensors"
            if not path.exists() and arguments.train:
                print(f"training {path.name}", file=sys.stderr)
                train(arguments.fastkmeans, folder, kind, int(count), path)
            if path.exists():
                yield path
            else:
                print(f"{path.name} is missing; --train makes it", file=sys.stderr)


def measure(arguments, folder):
    found = list(models(arguments, folder))
    if not found:
        return []
    test = ours.rows(folder, "test")[1]
    words = [test, f"threads={arguments.threads}", *found]
    return [rounded(run) for run in swift_tools.lines("ScoringBenchmark", words)]


def rounded(run):
    for name in ("best", "best_with_scores", "predict"):
        run[name] = round(run[name])
    run["build_seconds"], run["non_zeros"] = round(run["build_seconds"], 4), round(run["non_zeros"], 1)
    return run


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, nargs="+")
    parser.add_argument("--train", action="store_true", help="make the models that are missing")
    parser.add_argument("--counts", default="1,3", help="prototypes a class, with commas (default: 1,3)")
    parser.add_argument("--threads", type=int, default=2, help="to hold against one (default: 2)")
    parser.add_argument("--fastkmeans", type=pathlib.Path, default=ours.DEFAULT_TOOL, help="our tool, a release build")
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    sets = machine.read_result("scoring", arguments.results).get("scoring", {})
    for folder in arguments.data:
        name = folder.name
        runs = measure(arguments, folder)
        if runs:
            sets[name] = {"date": machine.today(), "versions": machine.versions(), "runs": runs}
    print(machine.save_result("scoring", {"scoring": sets}, arguments.results))


if __name__ == "__main__":
    main()

"""Simulated labelling: how fast accuracy grows where `fastkmeans select` chooses what is labelled next.

    python3 Benchmarks/labelling.py FOLDER [FOLDER ...] [--seeds 3] [--step 250] [--program fastkmeans]

A folder holds train.tsv.gz and test.tsv.gz. From five rows a class, each round labels some more rows of the training set, which are
chosen at random, by the smallest margin of confidence alone, or by `select`; then a model is trained anew. Prints the accuracy on the
test set after 500, 1,000 and 2,000 labels, as a mean over seeds with its standard error.
"""

import argparse
import json
import random
import statistics
import subprocess
import tempfile
from pathlib import Path

from label_errors import rows_of

CHECKPOINTS = (500, 1000, 2000)


class Labelling:
    """One run: the rows that are labelled, and the others."""

    def __init__(self, program, folder, rows, seed):
        self._program, self._folder, self._rows = program, Path(folder), rows
        self.draw = random.Random(seed)
        by_class = {}
        for row in self.draw.sample(range(len(rows)), len(rows)):
            by_class.setdefault(rows[row][0], []).append(row)
        self.labelled = [row for members in by_class.values() for row in members[:5]]
        self.pool = sorted(set(range(len(rows))) - set(self.labelled))

    def call(self, *arguments):
        done = subprocess.run([self._program, *arguments, "--quiet"], cwd=self._folder, check=True, capture_output=True, text=True)
        return done.stdout

    def train(self):
        self._write("labelled.tsv", self.labelled)
        self.call("train", "--input", "labelled.tsv", "--model", "model")

    def accuracy(self, test):
        return json.loads(self.call("evaluate", "--model", "model", "--input", str(test), "--json"))["accuracy"]

    def write_pool(self):
        self._write("pool.tsv", self.pool)

    def _write(self, name, rows):
        text = "".join(f"{self._rows[row][0]}\t{self._rows[row][1]}\n" for row in rows)
        self._folder.joinpath(name).write_text(text, encoding="utf-8")

    def label(self, positions):
        """Moves rows of the pool, by their positions there, to those that are labelled."""
        taken = set(positions)
        self.labelled += [self.pool[position] for position in positions]
        self.pool = [row for position, row in enumerate(self.pool) if position not in taken]


def at_random(run, count):
    return run.draw.sample(range(len(run.pool)), min(count, len(run.pool)))


def by_margin(run, count):
    run.write_pool()
    margins = []
    for position, line in enumerate(run.call("predict", "--model", "model", "--input", "pool.tsv", "--top", "2", "--json").splitlines()):
        top = json.loads(line)["top"]
        margins.append((top[0]["confidence"] - top[1]["confidence"], position))
    return [position for _, position in sorted(margins)[:count]]


def by_select(run, count):
    run.write_pool()
    found = run.call("select", "--model", "model", "--input", "pool.tsv", "--count", str(count), "--json")
    return [json.loads(line)["row"] for line in found.splitlines()]


STRATEGIES = {"random": at_random, "margin": by_margin, "select": by_select}


def accuracies(program, folder, strategy, seed, step):
    """The accuracy at each checkpoint."""
    rows = rows_of(str(Path(folder, "train.tsv.gz")))
    with tempfile.TemporaryDirectory() as scratch:
        run = Labelling(program, scratch, rows, seed)
        test = Path(folder, "test.tsv.gz").resolve()
        added, found = 0, []
        run.train()
        for checkpoint in CHECKPOINTS:
            while added < checkpoint:
                count = min(step, checkpoint - added)
                run.label(STRATEGIES[strategy](run, count))
                added += count
                run.train()
            found.append(run.accuracy(test))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--step", type=int, default=250)
    parser.add_argument("--program", default="fastkmeans")
    arguments = parser.parse_args()
    for folder in arguments.folders:
        for strategy in STRATEGIES:
            runs = [accuracies(arguments.program, folder, strategy, seed, arguments.step) for seed in range(arguments.seeds)]
            cells = []
            for count, column in zip(CHECKPOINTS, zip(*runs)):
                error = statistics.stdev(column) / len(column) ** 0.5 if len(column) > 1 else 0
                cells.append(f"{count}: {statistics.mean(column):.4f} ±{error:.4f}")
            print(f"{Path(folder).name} {strategy:7} {'  '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()

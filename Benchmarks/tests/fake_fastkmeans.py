"""A stand-in for our tool that keeps its command line's promises: the benchmarks' own tests need no release build.

It is the nearest mean. `FAKE_LIES=1` makes `evaluate` claim an accuracy that its predictions don't have.
"""

import argparse
import json
import os
import pathlib
import sys
import time

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from harness import data, peers  # noqa: E402


def parse():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("train", "evaluate", "predict"):
        command = commands.add_parser(name)
        command.add_argument("--input", type=pathlib.Path)
        command.add_argument("--labels", type=pathlib.Path)
        command.add_argument("--model", type=pathlib.Path)
        command.add_argument("--output", type=pathlib.Path)
        command.add_argument("--n-threads", type=int)
        command.add_argument("--quiet", action="store_true")
        command.add_argument("--json", action="store_true")
        if name == "train":
            names = "soft soft-type k-init max-iters refine random-state lambda-penalty mode temperature"
            for option in names.split():
                command.add_argument("--" + option)
    return parser.parse_args()


def train(arguments, rows, labels):
    start = time.perf_counter()
    model = peers.NearestMean().fit(rows, labels)
    seconds = time.perf_counter() - start
    with open(arguments.model, "wb") as stream:
        numpy.savez(stream, centres=model.centres, classes=model.classes)
    size = arguments.model.stat().st_size
    return {
        "documents": rows.shape[0], "features": rows.shape[1], "classes": len(model.classes),
        "prototypes": len(model.classes), "epochs": 1, "fit_seconds": seconds, "read_seconds": 0.1,
        "peak_rss_bytes": 1, "model_bytes": size, "train_accuracy": 1.0, "options": {},
    }


def predictions(arguments, rows):
    stored = numpy.load(arguments.model)
    model = peers.NearestMean()
    model.centres, model.labels = stored["centres"], stored["classes"]
    return model.predict(rows)


def main():
    arguments = parse()
    part = "train" if arguments.command == "train" else "test"
    rows, labels = data.load(arguments.input.parent, part)
    if arguments.command == "train":
        print(json.dumps(train(arguments, rows, labels)))
    elif arguments.command == "evaluate":
        metrics = data.accuracy_and_macro_f1(labels, predictions(arguments, rows))
        if os.environ.get("FAKE_LIES"):
            metrics["accuracy"] = 0.999
        print(json.dumps({**metrics, "documents": len(labels), "documents_per_second": 1000.0}))
    else:
        lines = [f"{label}\t0.5\n" for label in predictions(arguments, rows)]
        arguments.output.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

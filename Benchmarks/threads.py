#!/usr/bin/env python3
"""What a second core is worth, and what a large job takes: fit and answer, by the command line, on some numbers of threads.

    Benchmarks/threads.py DATA [--threads 1,2] [--dtype float16]

Hard k-means with three prototypes a class, ten epochs, no refinement. Wall seconds here, since they are what threads
are for: on a busy machine they say little. Results go to Benchmarks/results/<machine>/threads-<DATA>.json.
"""

import argparse
import json
import pathlib
import tempfile

from harness import data_size, machine, ours

FIT = ["--soft", "false", "--refine", 0, "--max-iters", 10, "--k-init", 3]


def measure(arguments, count):
    with tempfile.TemporaryDirectory() as scratch:
        model = pathlib.Path(scratch, "model.safetensors")
        train = ours.checked(
            [arguments.fastkmeans, "train", *ours.rows(arguments.data, "train"), "--model", model, *FIT,
             "--dtype", arguments.dtype, "--random-state", 42, "--n-threads", count, "--quiet", "--json"], {})
        fitted = json.loads(train.stdout)
        evaluate = ours.checked(
            [arguments.fastkmeans, "evaluate", "--model", model, *ours.rows(arguments.data, "test"),
             "--n-threads", count, "--quiet", "--json"], {})
        answered = json.loads(evaluate.stdout)
    return {
        "threads": count,
        "fit_wall_seconds": round(fitted["fit_seconds"], 3),
        "fit_cpu_seconds": round(fitted["fit_cpu_seconds"], 3),
        "documents_per_second": round(answered["documents_per_second"]),
        "answer_seconds": round(answered["documents"] / answered["documents_per_second"], 3),
        "accuracy": round(answered["accuracy"], 5),
        "model_bytes": fitted["model_bytes"],
        "process": train.measures,
        "evaluate_process": evaluate.measures,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--threads", default="1,2", help="with commas (default: 1,2)")
    parser.add_argument("--dtype", default="float16")
    parser.add_argument("--fastkmeans", type=pathlib.Path, default=ours.DEFAULT_TOOL, help="our tool, a release build")
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    arguments = parser.parse_args()
    runs = [measure(arguments, int(count)) for count in arguments.threads.split(",")]
    content = {"data": data_size.describe(arguments.data), "dtype": arguments.dtype, "thread_runs": runs}
    print(machine.save_result(f"threads-{arguments.data.name}", content, arguments.results))


if __name__ == "__main__":
    main()

"""What `vectorize.py` and `svmlight_read.py` share: bytes a second of reading, ours against scikit-learn's.

Standard library only; the peers run as `python -m harness.throughput_worker`.
"""

import argparse
import json
import pathlib
import sys
import tempfile

from . import machine, ours

BENCHMARKS = ours.BENCHMARKS
# The smallest fit there is: what is measured comes before it.
SMALLEST_FIT = ["--soft", "false", "--k-init", 1, "--max-iters", 1, "--refine", 0]


def parse_arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=pathlib.Path)
    parser.add_argument("--name", help="of the result")
    parser.add_argument("--repeats", type=int, default=3, help="the median counts (default: 3)")
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--fastkmeans", type=pathlib.Path, default=BENCHMARKS.parent / ".build/release/fastkmeans")
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    parser.add_argument("--peers-only", action="store_true", help="leave our tool out")
    arguments = parser.parse_args()
    if not arguments.peers_only and not arguments.fastkmeans.exists():
        raise SystemExit(f"{arguments.fastkmeans} is missing; run: make release")
    arguments.fastkmeans = arguments.fastkmeans.resolve()
    return arguments


def worker(action, *words, timeout=600.0):
    """What a peer's process says, with the measures of the process."""
    command = [sys.executable, "-m", "harness.throughput_worker", action, *words]
    outcome = ours.checked(command, {"timeout": timeout, "directory": BENCHMARKS})
    return {**json.loads(outcome.stdout), "process": outcome.measures}


def our_reading(arguments, path, options):
    """`train` on the file with the smallest fit; its `read_seconds` are from the file to rows of features."""
    with tempfile.TemporaryDirectory() as scratch:
        outcome = ours.checked(
            [arguments.fastkmeans, "train", "--input", path, "--model", pathlib.Path(scratch, "model.safetensors"),
             *options, *SMALLEST_FIT, "--n-threads", 1, "--quiet", "--json"], {"timeout": arguments.timeout})
    said = json.loads(outcome.stdout)
    return {"seconds": said["read_seconds"], "documents": said["documents"], "features": said["features"],
            "process": outcome.measures}


def median_run(repeats, action):
    """The run whose seconds are the median."""
    runs = sorted((action() for _ in range(repeats)), key=lambda run: run["seconds"])
    return runs[len(runs) // 2] | {"all_seconds": [run["seconds"] for run in runs]}


def save(arguments, name, plain_bytes, systems):
    """Write the result and print where it lies."""
    for run in systems.values():
        run["bytes_per_second"] = round(plain_bytes / run["seconds"])
    result = {
        "name": name, "machine": machine.describe(), "versions": machine.versions(), "date": machine.today(),
        "threads": 1, "plain_bytes": plain_bytes, "throughput": systems,
    }
    path = machine.result_path(name, arguments.results)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(path)

#!/usr/bin/env python3
"""The whole job, ours against others: fit, predict, memory, accuracy. One thread, each job in its own process.

    Benchmarks/compare.py DATA [--pytorch-class fast_kmeans_classifier.py] [--jobs fastkmeans-hard,pytorch-hard]
    Benchmarks/report.py

DATA is a folder with X_train.npz (SciPy CSR) or X_train.npy (dense), y_train.npy, X_test..., y_test.npy; labels are
integers. Results go to Benchmarks/results/<machine>/<name>.json. Jobs that are measured again replace their old
numbers there; the others stay, each with its own date and versions.
"""

import argparse
import fnmatch
import json
import pathlib
import sys

from harness import data_size, machine, ours
from harness.jobs import JOBS

BENCHMARKS = pathlib.Path(__file__).resolve().parent


def measure_peer(job, folder, seed, pytorch_path, limits):
    python = BENCHMARKS / job.environment / "bin" / "python" if job.environment else sys.executable
    command = [python, "-m", "harness.worker", "fit", job.name, pathlib.Path(folder).resolve(), "--seed", seed]
    if job.system == "pytorch":
        command += ["--pytorch-class", pathlib.Path(pytorch_path).resolve()]
    outcome = ours.checked(command, {**limits, "directory": BENCHMARKS})
    return {**json.loads(outcome.stdout.splitlines()[-1]), "process": outcome.measures}


def measure(job, seed, arguments):
    """One run; a failure is a result too: what killed it, and after how much."""
    limits = {"timeout": arguments.timeout, "memory_limit": int(arguments.memory_limit_gb * 1e9) or None}
    try:
        if job.system == "fastkmeans":
            measures = ours.measure(arguments.fastkmeans, job, arguments.data, seed, limits)
        else:
            measures = measure_peer(job, arguments.data, seed, arguments.pytorch_class, limits)
        return {"seed": seed, "status": "ok", **measures}
    except ours.Failure as failure:
        last_line = (failure.outcome.message.strip().splitlines() or [""])[-1]
        print(f"  {failure.outcome.status}: {last_line}", file=sys.stderr)
        reason = {"reason": last_line} if failure.outcome.status == "failed" else {}
        return {"seed": seed, "status": failure.outcome.status, **reason, "process": failure.outcome.measures}


def is_installed(job):
    """Whether a job with a separate environment has it; `make_peers.sh` makes it."""
    if not job.environment or (BENCHMARKS / job.environment / "bin" / "python").exists():
        return True
    print(f"{job.name} is left out: run Benchmarks/make_peers.sh", file=sys.stderr)
    return False


def chosen_jobs(arguments):
    patterns = arguments.jobs.split(",")
    chosen = [job for name, job in JOBS.items() if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    for pattern in patterns:
        if not fnmatch.filter(JOBS, pattern):
            raise SystemExit(f"no job is called {pattern}; there are: {', '.join(JOBS)}")
    return [job for job in chosen if (job.system != "pytorch" or arguments.pytorch_class) and is_installed(job)]


def save(path, result):
    """After every job, so that a long comparison that is cut short keeps what it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--name", help="of the result; default: the folder's")
    parser.add_argument("--jobs", default="*", help="names or patterns, with commas; default: all")
    parser.add_argument("--seeds", default="42", help="with commas; each job runs once for each (default: 42)")
    parser.add_argument("--pytorch-class", type=pathlib.Path, help="file with the PyTorch FastKMeansClassifier")
    parser.add_argument("--fastkmeans", type=pathlib.Path, default=ours.DEFAULT_TOOL, help="our tool, a release build")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for each process (default: 1800)")
    parser.add_argument("--memory-limit-gb", type=float, default=0, help="kill what grows beyond; default: no limit")
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    jobs = chosen_jobs(arguments)
    if any(job.system == "fastkmeans" for job in jobs):
        if not arguments.fastkmeans.exists():
            raise SystemExit(f"{arguments.fastkmeans} is missing; run: make release")
        arguments.fastkmeans = arguments.fastkmeans.resolve()
    name = arguments.name or arguments.data.resolve().name
    path = machine.result_path(name, arguments.results)
    result = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"jobs": {}}
    result.update(name=name, machine=machine.describe(), threads=1, data=data_size.describe(arguments.data))
    found = machine.versions()
    for job in jobs:
        runs = []
        for seed in map(int, arguments.seeds.split(",")):
            print(f"{job.name}, seed {seed}", file=sys.stderr)
            runs.append(measure(job, seed, arguments))
        own = {name for name in found if name in ("fastkmeans", "swift")}
        versions = {name: found[name] for name in found if (name in own) == (job.system == "fastkmeans")}
        for run in runs:
            versions = run.pop("versions", versions)
        result["jobs"][job.name] = {
            "system": job.system, "settings": job.settings, "date": machine.today(), "versions": versions, "runs": runs,
        }
        result["jobs"] = {known: result["jobs"][known] for known in JOBS if known in result["jobs"]}
        save(path, result)
    print(path)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Checks and times the LibTorch plug-in on one device; `run.sh` calls it. Prints a table and writes JSON.

Every time includes the copies to the device and of the answers back. Peak memory is what the driver reports taken at
its highest, sampled while the calls run.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy
import torch

import plugin as fk

PRECISIONS = {"float32": fk.FLOAT32, "float16": fk.FLOAT16, "bfloat16": fk.BFLOAT16}


class Report:
    def __init__(self):
        self.rows, self.failures = [], []

    def add(self, name, **values):
        self.rows.append({"name": name, **values})
        print(f"{name:58s}", "  ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                                       for key, value in values.items()), flush=True)

    def check(self, name, is_right, **values):
        self.add(("ok    " if is_right else "WRONG ") + name, **values)
        if not is_right:
            self.failures.append(name)


class Peak:
    """The device's memory in use at its highest while a block runs, less what was in use before; 0 on the processor."""

    def __init__(self, device):
        self.device = device if device.startswith("cuda") else None
        self.bytes = 0

    def used(self):
        free, total = torch.cuda.mem_get_info(self.device)
        return total - free

    def __enter__(self):
        if self.device:
            torch.cuda.empty_cache()  # what earlier calls keep for later ones is not this one's
            self.before, self.runs = self.used(), True
            self.thread = threading.Thread(target=self.watch)
            self.thread.start()
        return self

    def watch(self):
        while self.runs:
            self.bytes = max(self.bytes, self.used() - self.before)
            time.sleep(0.002)

    def __exit__(self, *_):
        if self.device:
            self.runs = False
            self.thread.join()


def seconds(body, repeats):
    """The median, after a run to warm up, and what the last run gave."""
    body()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = body()
        times.append(time.perf_counter() - began)
    return statistics.median(times), result


def matrix_rate(device, precision, size):
    """Operations per second of the library's own square product."""
    kind = getattr(torch, precision)
    a, b = (torch.randn(size, size, device=device).to(kind) for _ in range(2))

    def run():
        for _ in range(8):
            product = a @ b
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        return product

    took, _ = seconds(run, 5)
    return 8 * 2 * size**3 / took


def dense_problem(random, documents, features, prototypes):
    rows = random.standard_normal((documents, features), dtype=numpy.float32)
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    centers = random.standard_normal((prototypes, features), dtype=numpy.float32)
    return rows, centers / numpy.linalg.norm(centers, axis=1, keepdims=True)


def sparse_problem(random, documents, features, classes, per_class):
    """Rows of Benchmarks/synth.py and prototypes that are the mean directions of random parts of each class."""
    import scipy.sparse
    import synth

    rows, labels = synth.make(documents, features, classes)[0]
    rows = scipy.sparse.csr_matrix(rows, dtype=numpy.float32)
    owner = numpy.asarray(labels, numpy.int64) * per_class + random.integers(0, per_class, rows.shape[0])
    members = scipy.sparse.csr_matrix(
        (numpy.ones(rows.shape[0], numpy.float32), (owner, numpy.arange(rows.shape[0]))),
        shape=(int(owner.max()) + 1, rows.shape[0]))
    centers = (members @ rows).tocsr()
    kept = numpy.flatnonzero(numpy.diff(centers.indptr))
    centers = centers[kept]
    lengths = numpy.sqrt(centers.multiply(centers).sum(axis=1)).A1
    return rows, scipy.sparse.diags(1 / lengths).astype(numpy.float32).dot(centers).tocsr(), kept // per_class


def exact_best(rows, centers, sample):
    """Double-precision scores of some rows: the highest, and those of any prototypes that are named."""
    part = rows[sample]
    scores = part.astype(numpy.float64) @ centers.T.astype(numpy.float64)
    return scores.toarray() if hasattr(scores, "toarray") else numpy.asarray(scores)


def agreement(scores, best):
    """The share of rows whose prototype scores the highest, ties within double rounding aside."""
    mine = scores[numpy.arange(len(best)), best]
    return float(numpy.mean(mine >= scores.max(axis=1) - 1e-7))


def compare(report, device, name, rows, centers, precision, repeats, limit, **environment):
    os.environ.update(environment)
    try:
        with Peak(device_name(device)) as peak:
            prototypes = device.upload(centers, PRECISIONS[precision])
            view = fk.View(rows)
            took, (best, _) = seconds(lambda: prototypes.best(view), repeats)
            prototypes.release()
    finally:
        for variable in environment:
            del os.environ[variable]
    sample = numpy.arange(0, rows.shape[0], max(1, rows.shape[0] // 2000))
    share = agreement(exact_best(rows, centers, sample), best[sample])
    rate = rows.shape[0] / took
    report.check(f"{name}, {precision}", share >= limit, rows_per_second=rate, top1=share, peak_mb=peak.bytes / 1e6)
    return rate, peak.bytes


def device_name(device):
    return device.info()["name"]


def time_reference(report, path, rows, centers, classes, precision, device, ours):
    """The PyTorch class out of the file that the user names, given the same prototypes: its own `predict`."""
    specification = importlib.util.spec_from_file_location("reference_classifier", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules["reference_classifier"] = module
    specification.loader.exec_module(module)
    part = rows[:20_000]
    with Peak(device) as peak:
        model = module.FastKMeansClassifier(dtype=precision)
        kind = getattr(torch, precision)
        table = torch.empty(centers.shape, dtype=kind, device=device)
        for first in range(0, centers.shape[0], 1000):
            table[first:first + 1000] = torch.from_numpy(centers[first:first + 1000].toarray()).to(device, kind)
        model.centroids = table
        model.centroid_labels = torch.from_numpy(classes).to(device)
        model.classes_ = numpy.unique(classes)
        took, _ = seconds(lambda: model.predict(part), 3)
    rate, bytes_used = ours
    report.add(f"PyTorch class, predict, {precision}", rows_per_second=part.shape[0] / took, peak_mb=peak.bytes / 1e6)
    report.add("   ours to it", ratio=rate * took / part.shape[0],
               peak_memory=bytes_used / peak.bytes if peak.bytes else 0.0)


def time_tool(report, tool, device, rows, classes):
    """`fastkmeans evaluate` on two cores of the processor and on the device, with a model of the same shape."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        # Every class has rows; what they are does not matter to the time.
        for name, part in (("few", rows[:classes * 12]), ("all", rows)):
            numpy.save(path / f"{name}.npy", part)
            numpy.save(path / f"{name}_y.npy", numpy.arange(part.shape[0]) % classes)

        def run(command, name, *options, cores=None):
            return run_tool(tool, command, "--input", path / f"{name}.npy", "--labels", path / f"{name}_y.npy",
                            "--model", path / "m", "--quiet", *options, cores=cores)

        run("train", "few", "--refine", "0", "--k-init", "3", "--max-iters", "1", "--dtype", "bfloat16")
        rates = []
        for name, where, cores in (("few", "cpu", 2), ("few", device, None), ("all", device, None)):
            judged = json.loads(run("evaluate", name, "--device", where, "--json", cores=cores))
            rates.append(judged["documents_per_second"])
            report.add(f"fastkmeans evaluate --device {where}" + (f", {cores} cores" if cores else ""),
                       rows=judged["documents"], rows_per_second=rates[-1], accuracy=judged["accuracy"])
        report.add("   device to two cores", ratio=rates[-1] / rates[0])


def run_tool(tool, *arguments, cores=None):
    def keep_to_cores():
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    done = subprocess.run([str(word) for word in (tool, *arguments)], capture_output=True, text=True,
                          preexec_fn=keep_to_cores if cores else None)
    if done.returncode:
        sys.exit(f"{' '.join(done.args)}: {done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--device", required=True, help="cuda, cuda:1, cpu")
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--tool", help="the fastkmeans executable, to time whole predictions")
    parser.add_argument("--reference", help="the file of the PyTorch class")
    parser.add_argument("--dense", nargs=3, type=int, metavar=("ROWS", "FEATURES", "PROTOTYPES"))
    parser.add_argument("--sparse", nargs=3, type=int, metavar=("ROWS", "FEATURES", "CLASSES"))
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

    is_gpu = arguments.device.startswith("cuda")
    report = Report()
    device = fk.Device(fk.Plugin(arguments.plugin), arguments.device)
    info = device.info()
    random = numpy.random.default_rng(7)

    precision = "bfloat16" if is_gpu else "float32"
    operations = matrix_rate(arguments.device, precision, 8192 if is_gpu else 1024)
    report.add(f"matrix rate of the library, {precision}", tera_per_second=operations / 1e12)

    rows, centers = dense_problem(random, *arguments.dense)
    name = "dense {} x {} against {}".format(*arguments.dense)
    for kind, limit in (("float32", 0.9999), ("bfloat16", 0.9)):
        part = rows if is_gpu or kind == "float32" else rows[:512]
        rate, _ = compare(report, device, name, part, centers, kind, arguments.repeats, limit)
        if kind == precision:
            report.add("   share of the matrix rate", share=rate * 2 * rows.shape[1] * len(centers) / operations)
    if arguments.tool:
        time_tool(report, arguments.tool, arguments.device if is_gpu else "torch:cpu", rows, len(centers) // 3)

    rows, centers, classes = sparse_problem(random, *arguments.sparse, 3)
    name = f"sparse {rows.shape[0]} x {rows.nnz / rows.shape[0]:.0f} values against {centers.shape[0]}"
    for kind, limit in (("float32", 0.9999), ("bfloat16", 0.98)):
        ours = {}
        for path in ("kernel", "densify"):
            # Multiplying every absent feature too takes its time; a part of the rows tells the rate.
            part = rows if path != "densify" else rows[:4_000 if is_gpu else 256]
            ours[path] = compare(report, device, f"{name}, {path}", part, centers, kind, arguments.repeats, limit,
                                 FASTKMEANS_TORCH_SPARSE=path)
        if arguments.reference:
            time_reference(report, arguments.reference, rows, centers, classes, kind, arguments.device, ours["kernel"])

    result = {"device": info, "host": {"machine": platform.machine(), "cores": os.cpu_count()},
              "torch": torch.__version__, "is_gpu": is_gpu, "rows": report.rows, "failures": report.failures}
    if is_gpu:
        result["device"]["model"] = torch.cuda.get_device_name(arguments.device)
    else:
        result["note"] = "LibTorch on the processor: checks only. The GPU rows are open; see docs/gpu.md."
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"wrote {arguments.output}")
    sys.exit(1 if report.failures else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Dense documents against dense prototypes, the best one of each: ours, faiss, and OpenBLAS followed by arg max.

    swift build -c release --package-path Benchmarks
    Benchmarks/.venv/bin/python Benchmarks/dense.py [--shapes 10000x384x1500] [--rows X_train.npy --prototypes 1000,5000]

A shape is documents x features x prototypes, of random unit rows; `--rows` are real ones, whose k-means makes the
prototypes. On random rows no bound can spare anything: there ours is the whole product, on real ones also what the index does by
itself (`pruned`), with the same answers. One thread each, the same rows, in turns: the best of
`--rounds` counts, since others on the machine only ever slow a run down. Results go to
Benchmarks/results/<machine>/dense.json, with the peak that was measured in the same run and the kernel that OpenBLAS chose.
"""

import argparse
import json
import pathlib
import sys
import tempfile

from harness import machine, ours, swift_tools

SHAPES = "10000x384x1500,4000x768x5000,50000x64x100"


def worker(action, *words):
    outcome = ours.checked([sys.executable, "-m", "harness.dense_worker", action, *words],
                           {"timeout": 600, "directory": ours.BENCHMARKS})
    return json.loads(outcome.stdout)


def better(best, run):
    return run if best is None or run["documents_per_second"] > best["documents_per_second"] else best


def measure(make, rounds):
    """One shape: what each system reached, and how often the others' answers are ours.

    `make` writes rows and prototypes, and returns their numbers: documents, features, prototypes, and a name or None."""
    with tempfile.TemporaryDirectory() as folder:
        rows, table, answers = (str(pathlib.Path(folder, name)) for name in ("x.npy", "p.npy", "answers.txt"))
        documents, features, prototypes, name = make(rows, table)
        systems, peaks = {}, []
        for _ in range(rounds):
            ours_now = swift_tools.lines("DenseBenchmark", [rows, table, f"answers={answers}"])[0]
            peaks.append(ours_now["peak_gflops"])
            for way, run in ours_now["rates"].items():
                if way != "pruned" or name:
                    key = f"fastkmeans-{way}"
                    systems[key] = better(systems.get(key), {"documents_per_second": run["documents_per_second"]})
            for peer in ("faiss", "openblas", "openblas_product_alone"):
                systems[peer] = better(systems.get(peer), worker(peer, rows, table, answers))
    peak, operations = max(peaks), 2 * features * prototypes
    for run in systems.values():
        gflops = run["documents_per_second"] * operations / 1e9
        run.update(documents_per_second=round(run["documents_per_second"]), gflops=round(gflops, 2),
                   share_of_peak=round(gflops / peak, 3))
    return {"documents": documents, "features": features, "prototypes": prototypes, "rows": name or "random",
            "level": ours_now["level"], "peak_gflops": round(peak, 1), "systems": systems}


def random_shape(shape):
    documents, features, prototypes = map(int, shape.split("x"))

    def make(rows, table):
        worker("generate", rows, table, documents, features, prototypes)
        return documents, features, prototypes, None

    return make


def real_rows(path, prototypes):
    def make(rows, table):
        made = worker("cluster", path, rows, table, prototypes)
        return made["documents"], made["features"], int(prototypes), path.parent.name

    return make


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", default=SHAPES, help=f"with commas (default: {SHAPES})")
    parser.add_argument("--rows", type=pathlib.Path, help="real rows (.npy), beside the shapes")
    parser.add_argument("--prototypes", default="1000,5000", help="of real rows, with commas (default: 1000,5000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    arguments = parser.parse_args()
    makers = [random_shape(shape) for shape in arguments.shapes.split(",") if shape]
    if arguments.rows:
        makers += [real_rows(arguments.rows.resolve(), count) for count in arguments.prototypes.split(",")]
    found = [measure(make, arguments.rounds) for make in makers]
    print(machine.save_result("dense", {"dense": found}, arguments.results))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Each kernel at each instruction set, beside what this machine can do at most.

    swift build -c release --package-path Benchmarks
    Benchmarks/kernels.py

Results go to Benchmarks/results/<machine>/kernels.json: `peaks` are of the same run. A kernel's `share` is that of the
limit which binds it: its operations against the peak of its kind at its level, or its bytes against reading from
where they lie, whichever is closer.
"""

import argparse
import pathlib

from harness import machine, swift_tools


def shares(kernel, peaks):
    """`(share, limit)`: how close it comes to what binds it."""
    peak = peaks[kernel["level"]]
    found = []
    if kernel["gflops"]:
        found.append((kernel["gflops"] / peak[kernel["arithmetic"]], f"{kernel['arithmetic']} arithmetic"))
    found.append((kernel["gbytes"] / peak[kernel["place"]], f"reading {kernel['place']}"))
    return max(found)


def measure():
    peaks, kernels = {}, []
    for line in swift_tools.lines("KernelBenchmark", []):
        if "peak" in line:
            rate = line["gflops"] if "gflops" in line else line["gbytes"]
            peaks.setdefault(line["level"], {})[line["peak"]] = round(rate, 2)
        else:
            kernels.append(line)
    for kernel in kernels:
        share, limit = shares(kernel, peaks)
        kernel.update(
            share=round(share, 3), limit=limit, seconds=float(f"{kernel['seconds']:.4g}"),
            gflops=round(kernel["gflops"], 2), gbytes=round(kernel["gbytes"], 2))
    return {"peaks": peaks, "kernels": kernels}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, help="another folder than Benchmarks/results")
    arguments = parser.parse_args()
    print(machine.save_result("kernels", measure(), arguments.results))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Draws the results of a machine: docs/images/performance-*.svg.

    Benchmarks/.venv/bin/python Benchmarks/plot.py [--machine FOLDER] [--output docs/images]

Three pictures: accuracy against CPU seconds of fitting, a panel a data set; documents a second against prototypes; each
kernel's share of what limits it. The same results give the same bytes. A picture whose results are missing is left out.
"""

import argparse
import json
import pathlib
import statistics

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "performance", "font.size": 9, "font.family": "sans-serif",
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titlelocation": "left",
})
from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter  # noqa: E402

from harness import machine  # noqa: E402

OURS, OTHERS, AIM = "#0b62a4", "#7a7a7a", "#c4501b"
# What a documents-a-second picture is held against: docs/lab/performance.md, "Against the aims".
AIMS = {58: 2_500_000, 174: 1_300_000, 1499: 450_000, 4440: 260_000, 5000: 60_000, 15000: 40_000}
LABEL_GAP = 0.055


def load(folder):
    """Every result of the machine, by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def points(result):
    """`(job, CPU seconds of fitting, accuracy)` of what ended well; the median of several seeds."""
    for name, job in result["jobs"].items():
        runs = [run for run in job["runs"] if run["status"] == "ok"]
        if runs:
            yield name, *(statistics.median(run[key] for run in runs) for key in ("fit_seconds", "accuracy"))


def spread(heights, gap):
    """The heights moved apart so that no two labels lie on each other; the order stays."""
    moved = sorted(range(len(heights)), key=heights.__getitem__)
    places = [heights[index] for index in moved]
    for _ in range(200):
        for lower, upper in zip(range(len(places)), range(1, len(places))):
            short = gap - (places[upper] - places[lower])
            if short > 0:
                places[lower] -= short / 2
                places[upper] += short / 2
    found = [0.0] * len(heights)
    for index, place in zip(moved, places):
        found[index] = place
    return found


def accuracy_panel(axes, result):
    found = list(points(result))
    axes.set_xscale("log")
    low, high = min(point[2] for point in found), max(point[2] for point in found)
    margin = 0.12 * (high - low or 0.1)
    axes.set_ylim(low - margin, high + margin)
    seconds = [point[1] for point in found]
    axes.set_xlim(min(seconds) / 2, max(seconds) * 2)
    labels = spread([(point[2] - low + margin) / (high - low + 2 * margin) for point in found], LABEL_GAP)
    for (name, fit, accuracy), height in zip(found, labels):
        colour = OURS if name.startswith("fastkmeans") else OTHERS
        axes.plot(fit, accuracy, "o", color=colour, markersize=5)
        axes.annotate(
            name.replace("fastkmeans", "ours"), (fit, accuracy), (1.03, height), textcoords="axes fraction",
            color=colour, fontsize=8, va="center",
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.4, "shrinkA": 0, "shrinkB": 3})
    axes.set_title(f"{result['name']}: {result['data']['classes']:,} classes")
    axes.set_xlabel("CPU seconds of fitting")
    axes.set_ylabel("accuracy")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def draw_accuracy(results):
    compared = [result for result in results.values() if "jobs" in result]
    if not compared:
        return None
    columns = 2
    rows = (len(compared) + columns - 1) // columns
    figure, grid = pyplot.subplots(rows, columns, figsize=(10, 3.2 * rows), squeeze=False)
    for axes, result in zip(grid.flat, compared):
        accuracy_panel(axes, result)
    for axes in list(grid.flat)[len(compared):]:
        axes.axis("off")
    figure.tight_layout(w_pad=2)
    return figure


def draw_scoring(results):
    if "scoring" not in results:
        return None
    figure, axes = pyplot.subplots(figsize=(7.5, 4.2))
    for name, found in results["scoring"]["scoring"].items():
        for is_refined, marker, style in ((False, "o", "-"), (True, "s", "--")):
            runs = sorted((run for run in found["runs"] if run["is_refined"] == is_refined),
                          key=lambda run: run["prototypes"])
            if not runs:
                continue
            axes.plot([run["prototypes"] for run in runs], [run["best"] for run in runs], style, marker=marker,
                      color=OURS, markersize=5, linewidth=1, markerfacecolor="white" if is_refined else OURS)
        ends = max(found["runs"], key=lambda run: run["prototypes"])
        axes.annotate(f"{name}, {ends['non_zeros']:.0f} non-zeros", (ends["prototypes"], ends["best"]), (8, 6),
                      textcoords="offset points", color=OURS, fontsize=8)
    axes.plot([], [], "-o", color=OURS, label="k-means prototypes")
    axes.plot([], [], "--s", color=OURS, markerfacecolor="white", label="refined prototypes")
    axes.plot(list(AIMS), list(AIMS.values()), "_", color=AIM, markersize=12, markeredgewidth=2, label="aim")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(30, 60_000)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("prototypes")
    axes.set_ylabel("documents a CPU second, one thread")
    axes.set_title("Best prototype of each document")
    axes.legend(frameon=False, loc="lower left")
    axes.grid(True, which="major", linewidth=0.3)
    figure.tight_layout()
    return figure


def draw_kernels(results):
    if "kernels" not in results:
        return None
    level = list(results["kernels"]["peaks"])[-1]
    kernels = [kernel for kernel in results["kernels"]["kernels"] if kernel["level"] == level][::-1]
    figure, axes = pyplot.subplots(figsize=(8.5, 0.26 * len(kernels) + 1))
    places = range(len(kernels))
    axes.barh(places, [100 * kernel["share"] for kernel in kernels], color=OURS, height=0.65)
    for place, kernel in zip(places, kernels):
        rate = f"{kernel['gflops']:.0f} G operations/s" if kernel["gflops"] >= 1 else f"{kernel['gbytes']:.0f} GB/s"
        axes.text(100 * kernel["share"] + 1, place, f"{rate}, of {kernel['limit']}", va="center", fontsize=7.5)
    axes.set_yticks(list(places), [kernel["kernel"] for kernel in kernels])
    axes.set_xlim(0, 145)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel(f"per cent of the limit that binds, {level}")
    axes.set_title("Kernels against this machine's measured limits")
    figure.tight_layout()
    return figure


PICTURES = {"accuracy": draw_accuracy, "scoring": draw_scoring, "kernels": draw_kernels}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", type=pathlib.Path, help="a folder of results (default: this machine's)")
    parser.add_argument("--output", type=pathlib.Path, default=machine.ROOT / "docs" / "images")
    parser.add_argument("--format", default="svg", help="svg or png (default: svg)")
    arguments = parser.parse_args()
    results = load(arguments.machine or machine.result_path("x").parent)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        figure = draw(results)
        if figure is None:
            continue
        path = arguments.output / f"performance-{name}.{arguments.format}"
        metadata = {"Date": None} if arguments.format == "svg" else None
        figure.savefig(path, metadata=metadata, dpi=100)
        pyplot.close(figure)
        print(path)


if __name__ == "__main__":
    main()

"""Tables of the micro benchmarks as Markdown. Standard library only."""

METHODS = {
    "allScores": "all scores", "eightBit": "8-bit rows", "bounded": "bounded", "denseProduct": "dense product",
    # Of results from before decision 0015.
    "denseRows": "dense rows", "staged": "staged", "stagedByClass": "staged by class", "lists": "lists",
}


def number(value, digits=3):
    """Three significant digits, thousands apart: 0.0345, 31.4, 20,700."""
    if value is None:
        return ""
    if value >= 10 ** (digits - 1):
        rounding = digits - len(str(int(value)))
        return f"{round(value, min(rounding, 0)):,.0f}"
    return f"{value:.{digits}g}"


def where(result):
    host = result["machine"]
    return f"{result['threads']} thread on {host['cpu']}, {result['date']}."


def table(heads, rows):
    """A Markdown table of texts."""
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def kernels(result):
    places = ("L1", "L2", "L3", "memory")
    lines = ["### kernels", "", where(result), ""]
    lines += table(
        ["level", "multiply-adds, GFLOP/s", "16-bit sums, Gop/s", *(f"reading {place}, GB/s" for place in places)],
        [[level, number(peak["single"]), number(peak["codes"]), *(number(peak[place]) for place in places)]
         for level, peak in result["peaks"].items()])
    levels = list(result["peaks"])
    by_kernel = {}
    for kernel in result["kernels"]:
        by_kernel.setdefault((kernel["kernel"], kernel["shape"]), {})[kernel["level"]] = kernel
    rows = []
    for (name, shape), found in by_kernel.items():
        best = found[levels[-1]]
        rates = [number(found[level]["gflops"] or found[level]["gbytes"]) for level in levels]
        rows.append([f"`{name}`", shape, "G operations" if best["gflops"] else "GB", *rates,
                     f"{best['share'] * 100:.0f} % of {best['limit']}"])
    lines += ["", *table(["kernel", "shape", "per second", *levels, f"share, {levels[-1]}"], rows)]
    return lines


def scoring(result):
    lines = ["### scoring", "", where(result), ""]
    rows = []
    for name, found in result["scoring"].items():
        for run in found["runs"]:
            threads = run.get("threads")
            rows.append([
                name, "refined" if run["is_refined"] else "k-means", f"{run['prototypes']:,}", f"{run['non_zeros']:.0f}",
                METHODS[run["method"]], number(run["index_bytes"] / 1e6), number(run["best"]),
                number(run["best_with_scores"]), number(run["predict"]),
                f"{threads['one_wall_seconds'] / threads['all_wall_seconds']:.2f}" if threads else "",
            ])
    return lines + table(
        ["data", "prototypes", "count", "non-zeros", "method", "index, MB", "best, docs/s", "with its score, docs/s",
         "`predict`, docs/s", "two threads, x"], rows)


def dense(result):
    lines = ["### dense", "", where(result), ""]
    for shape in result["dense"]:
        size = f"{shape['documents']:,} documents x {shape['features']} features x {shape['prototypes']:,} prototypes"
        if shape.get("rows", "random") != "random":
            size += f" of {shape['rows']}"
        ours = shape["systems"]["fastkmeans-float32"]["documents_per_second"]
        rows = [
            [name, number(run["documents_per_second"]), number(run["gflops"]), f"{run['share_of_peak'] * 100:.0f} %",
             f"{ours / run['documents_per_second']:.2f} x", str(run.get("agreement", ""))]
            for name, run in shape["systems"].items()
        ]
        lines += [f"{size}; peak {number(shape['peak_gflops'])} GFLOP/s ({shape['level']}):", "", *table(
            ["system", "docs/s", "GFLOP/s", "share of the peak", "float32 of ours is faster", "same answers"], rows), ""]
    return lines[:-1]


def threads(result):
    data = result["data"]
    lines = [
        f"### {result['name']}", "",
        f"{data['train']:,} + {data['test']:,} documents, {data['features']:,} features, {data['classes']:,} classes; "
        f"{result['machine']['cpu']}, {result['date']}.", "",
    ]
    rows = [
        [str(run["threads"]), number(run["fit_wall_seconds"]), number(run["fit_cpu_seconds"]),
         number(run["process"]["peak_rss_bytes"] / 1e6), number(run["model_bytes"] / 1e6),
         number(run["answer_seconds"]), f"{run['accuracy']:.4f}"]
        for run in result["thread_runs"]
    ]
    return lines + table(
        ["threads", "fit, wall s", "fit, CPU s", "peak MB, data included", "model MB",
         f"{data['test']:,} documents answered in, s", "accuracy"], rows)


# By the key that a result of the kind has.
KINDS = {"kernels": kernels, "scoring": scoring, "dense": dense, "thread_runs": threads}

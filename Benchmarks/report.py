#!/usr/bin/env python3
"""The results as Markdown: a table for each data set, then our ratios to the tools that did the same work.

    Benchmarks/report.py [RESULT.json ...]      (default: every result of this machine)
    Benchmarks/report.py --update docs/lab/performance.md

With `--update` the tables go into a document that has their places: between `<!-- begin NAME -->` and
`<!-- end NAME -->`, where NAME is that of the result.

Of several seeds the median is shown, and the spread of the accuracy.
"""

import argparse
import json
import pathlib
import statistics

from harness import machine, tables
from harness.jobs import PAIRS
from harness.tables import number


def middle(job, *keys):
    """The median over the runs that ended well, or None."""
    values = []
    for run in job["runs"]:
        value = run if run["status"] == "ok" else None
        for key in keys:
            value = value.get(key) if value is not None else None
        if value is not None:
            values.append(value)
    return statistics.median(values) if values else None


def accuracy(job):
    values = [run["accuracy"] for run in job["runs"] if run["status"] == "ok"]
    if not values:
        return ""
    spread = f" ± {(max(values) - min(values)) / 2:.4f}" if len(values) > 1 else ""
    return f"{statistics.median(values):.4f}{spread}"


def row(name, job):
    failed = sorted({run["status"] for run in job["runs"] if run["status"] != "ok"})
    peak = middle(job, "process", "peak_rss_bytes")
    macro = middle(job, "macro_f1")
    cells = [
        name + (f" ({', '.join(failed)})" if failed else ""),
        number(middle(job, "fit_seconds")),
        number(middle(job, "process", "cpu_seconds")),
        number(middle(job, "documents_per_second")),
        number(peak / 1e6 if peak else None),
        accuracy(job),
        f"{macro:.4f}" if macro is not None else "",
        job["date"],
    ]
    return "| " + " | ".join(cells) + " |"


def reasons(name, job):
    """Why a job failed, once."""
    for reason in sorted({run["reason"] for run in job["runs"] if run.get("reason")}):
        yield ""
        yield f"{name} failed: {reason}"


def ratio_rows(jobs):
    for mine, theirs in PAIRS:
        if mine not in jobs or theirs not in jobs:
            continue
        pair = jobs[mine], jobs[theirs]
        fits, rates, peaks, hits = (
            [middle(job, *keys) for job in pair]
            for keys in (["fit_seconds"], ["documents_per_second"], ["process", "peak_rss_bytes"], ["accuracy"])
        )
        if None in fits + rates + peaks + hits:
            continue
        yield (
            f"| {mine} / {theirs} | {number(fits[1] / max(fits[0], 1e-9))} x | {number(rates[0] / rates[1])} x "
            f"| {number(peaks[1] / peaks[0])} x | {(hits[0] - hits[1]) * 100:+.2f} |"
        )


def describe(result):
    data, host = result["data"], result["machine"]
    documents = f"{data['train']:,} + {data['test']:,} documents"
    shape = f"{documents}, {data['features']:,} features, {data['classes']:,} classes"
    where = f"{host['cpu']}, {host['cores']} cores, {host['system']}"
    return f"{shape}; {result['threads']} thread on {where}."


def versions(jobs):
    """One line for all that was measured with."""
    found = {f"{name} {version}" for job in jobs.values() for name, version in job["versions"].items()}
    return "Versions: " + ", ".join(sorted(found)) + "."


def markdown(result):
    jobs = result["jobs"]
    lines = [f"### {result['name']}", "", describe(result), ""]
    lines += [
        "| job | fit, CPU s | process, CPU s | predicts, documents/s | peak MB | accuracy | macro F1 | date |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [row(name, job) for name, job in jobs.items()]
    for name, job in jobs.items():
        lines += reasons(name, job)
    ratios = list(ratio_rows(jobs))
    if ratios:
        lines += [
            "", "| ours / theirs | fits faster | predicts faster | less memory | accuracy, points |",
            "|---|---|---|---|---|", *ratios,
        ]
    clocks = {run.get("fit_clock") for job in jobs.values() for run in job["runs"]}
    if "wall" in clocks:
        lines += ["", "Our seconds of fitting are wall seconds on one thread, the others' CPU seconds."]
    if "wall" in {run.get("predict_clock") for job in jobs.values() for run in job["runs"]}:
        lines += ["", "Our documents a second are of wall seconds on one thread, the others' of CPU seconds."]
    return "\n".join([*lines, "", versions(jobs), ""])


def throughput_markdown(result):
    """Bytes a second of each system, and ours over each other's."""
    systems, host = result["throughput"], result["machine"]
    ours = systems.get("fastkmeans", {}).get("bytes_per_second")
    lines = [
        f"### {result['name']}", "",
        f"{result['plain_bytes']:,} bytes; {result['threads']} thread on {host['cpu']}, {result['date']}.", "",
        "| system | MB/s | seconds | peak MB | documents | features | ours is faster |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, run in systems.items():
        rate, peak = run["bytes_per_second"] / 1e6, run["process"]["peak_rss_bytes"] / 1e6
        ratio = f"{number(ours / run['bytes_per_second'])} x" if ours and name != "fastkmeans" else ""
        lines.append(
            f"| {name} | {number(rate)} | {number(run['seconds'])} | {number(peak)} "
            f"| {run['documents']:,} | {run['features']:,} | {ratio} |"
        )
    return "\n".join([*lines, "", versions({"": result}), ""])


def any_markdown(result):
    """The tables of whatever kind of result; nothing for those whose script prints its own."""
    if "jobs" in result:
        return markdown(result)
    if "throughput" in result:
        return throughput_markdown(result)
    for key, lines in tables.KINDS.items():
        if key in result:
            return "\n".join([*lines(result), "", versions({"": result}), ""])
    return ""


def updated(document, name, text):
    """The document with the table of one result in its place, if it has one; headings stay the document's own."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        return document
    body = text.strip().partition("\n")[2].strip()
    return f"{before}{begin}\n{body}\n{end}{after}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="*", type=pathlib.Path)
    parser.add_argument("--update", type=pathlib.Path, help="a document with places for the tables")
    arguments = parser.parse_args()
    document = arguments.update.read_text(encoding="utf-8") if arguments.update else ""
    paths = arguments.results or sorted(machine.result_path("x").parent.glob("*.json"))
    for path in paths:
        result = json.loads(path.read_text(encoding="utf-8"))
        text = any_markdown(result)
        if arguments.update and text:
            document = updated(document, result["name"], text)
        elif text:
            print(text)
    if arguments.update:
        arguments.update.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    main()

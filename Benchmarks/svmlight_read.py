#!/usr/bin/env python3
"""Reading SVMlight files: bytes a second, ours against scikit-learn's load_svmlight_file. One thread.

    Benchmarks/svmlight_read.py Benchmarks/data/wordnet

INPUT is a data folder, whose training rows are written as SVMlight first, or such a file itself.
"""

import pathlib
import tempfile

from harness import throughput


def compare(arguments, path):
    size = path.stat().st_size
    systems = {}
    if not arguments.peers_only:
        systems["fastkmeans"] = throughput.median_run(
            arguments.repeats, lambda: throughput.our_reading(arguments, path, ["--format", "svmlight"]))
    systems["load_svmlight_file"] = throughput.median_run(
        arguments.repeats, lambda: throughput.worker("read_svmlight", path, timeout=arguments.timeout))
    throughput.save(arguments, arguments.name or "svmlight-read", size, systems)


def main():
    arguments = throughput.parse_arguments(__doc__)
    if arguments.input.is_file():
        compare(arguments, arguments.input.resolve())
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch, "train.svm")
        throughput.worker("write_svmlight", arguments.input.resolve(), path)
        compare(arguments, path)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""From labelled text to TF-IDF rows: bytes a second, ours against scikit-learn's TfidfVectorizer. One thread.

    Benchmarks/vectorize.py Sources/FastKMeansCLI/Resources/wordnet/train.tsv.gz

INPUT is `label<TAB>text` lines, plain or gzip. Counted from the file to rows, on the unpacked bytes, with the same
settings: words, sublinear term frequency, at least two documents a word, 100,000 features at most.
"""

from harness import throughput

SAME_SETTINGS = [
    "--ngrams", "1-1", "--min-df", 2, "--max-features", 100_000, "--sublinear-tf", "true", "--stop-words", "none",
]


def main():
    arguments = throughput.parse_arguments(__doc__)
    path = arguments.input.resolve()
    size = throughput.worker("plain_bytes", path)["bytes"]
    systems = {}
    if not arguments.peers_only:
        systems["fastkmeans"] = throughput.median_run(
            arguments.repeats, lambda: throughput.our_reading(arguments, path, SAME_SETTINGS))
    systems["TfidfVectorizer"] = throughput.median_run(
        arguments.repeats, lambda: throughput.worker("vectorize", path, timeout=arguments.timeout))
    throughput.save(arguments, arguments.name or "vectorize", size, systems)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Turn labelled text into the data folder that `compare.py` reads, by scikit-learn's TfidfVectorizer.

    Benchmarks/prepare.py Sources/FastKMeansCLI/Resources/wordnet Benchmarks/data/wordnet

Reads train.tsv.gz and test.tsv.gz (`label<TAB>text`); writes X_*.npz (CSR, float32, unit rows), y_*.npy (int32, line
numbers of labels.txt), and copies the texts for those who read nothing else. Another program's features, so that every
system gets the same rows.
"""

import argparse
import gzip
import pathlib
import shutil

import numpy
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer


def read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        rows = [line.rstrip("\n").split("\t", 1) for line in lines]
    return [label for label, _ in rows], [text for _, text in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=100_000, dtype=numpy.float32)
    names = None
    for part in ("train", "test"):
        name = f"{part}.tsv.gz"
        labels, texts = read(arguments.source / name)
        shutil.copyfile(arguments.source / name, arguments.output / name)
        names = names or sorted(set(labels))
        rows = vectorizer.fit_transform(texts) if part == "train" else vectorizer.transform(texts)
        rows.sort_indices()  # TfidfVectorizer leaves them as they came; the readers want them ascending.
        scipy.sparse.save_npz(arguments.output / f"X_{part}.npz", rows)
        positions = {name: position for position, name in enumerate(names)}
        numpy.save(arguments.output / f"y_{part}.npy", numpy.array([positions[name] for name in labels], numpy.int32))
        print(f"{part}: {rows.shape[0]} documents, {rows.shape[1]} features, {rows.nnz} non-zeros")
    arguments.output.joinpath("labels.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

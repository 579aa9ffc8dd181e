"""A data folder as NumPy and SciPy see it. For workers only: importing this takes a hundred megabytes."""

import pathlib

import numpy
import scipy.sparse
from sklearn.metrics import f1_score
from sklearn.preprocessing import normalize


def matrix_path(folder, part):
    """`X_train.npz` (SciPy CSR) or `X_train.npy` (dense), whichever is there."""
    for ending in ("npz", "npy"):
        path = pathlib.Path(folder, f"X_{part}.{ending}")
        if path.exists():
            return path
    raise SystemExit(f"{folder}: neither X_{part}.npz nor X_{part}.npy; Benchmarks/README.md says how to make them")


def load(folder, part):
    """`(rows, labels)` of `train` or `test`."""
    path = matrix_path(folder, part)
    rows = scipy.sparse.load_npz(path).tocsr() if path.suffix == ".npz" else numpy.load(path)
    return rows, numpy.load(pathlib.Path(folder, f"y_{part}.npy"))


def unit_rows(rows):
    """The rows scaled to unit length; zero rows stay zero."""
    return normalize(rows)


def accuracy_and_macro_f1(truth, predicted):
    """Both in 0 ... 1; the F1 is the mean over every class that is true or predicted somewhere."""
    return {
        "accuracy": round(float(numpy.mean(truth == predicted)), 5),
        "macro_f1": round(float(f1_score(truth, predicted, average="macro", zero_division=0)), 5),
    }

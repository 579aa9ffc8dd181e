"""What the tests share. The library is the one that FASTKMEANS_LIBRARY names, or the installed package's."""

import importlib
import os
import pathlib
import sys

import numpy as np
import pytest
import scipy.sparse as sp

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "python" / "src"
WORDNET = ROOT / "Sources" / "FastKMeansCLI" / "Resources" / "wordnet"

if os.environ.get("FASTKMEANS_LIBRARY"):
    sys.path.insert(0, str(SOURCE))


def pytest_configure(config):
    config.addinivalue_line("markers", "spark_cluster: starts executors in separate processes; takes a minute")


def needed(name):
    """A module that a test needs. Missing, the test is skipped; with FASTKMEANS_TEST_EVERYTHING set it fails."""
    if os.environ.get("FASTKMEANS_TEST_EVERYTHING"):
        return importlib.import_module(name)
    return pytest.importorskip(name)


def cluster_data(seed=0, documents=120, features=20, classes=3, spread=0.3):
    """Dense rows in the positive quadrant around two centres a class, and their labels."""
    random = np.random.default_rng(seed)
    centres = random.random((classes, 2, features)) ** 3
    labels = random.integers(0, classes, documents)
    halves = random.integers(0, 2, documents)
    rows = centres[labels, halves] + spread * random.random((documents, features))
    return rows.astype(np.float32), labels


def sparse_data(seed=0, documents=150, features=60, classes=4, non_zeros=8):
    """Sparse rows whose columns tell their class, most of the time."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, documents)
    share = features // classes
    rows = sp.lil_array((documents, features), dtype=np.float32)
    for row, label in enumerate(labels):
        own = random.integers(label * share, (label + 1) * share, non_zeros)
        noise = random.integers(0, features, 2)
        rows[row, own] = random.random(non_zeros) + 0.2
        rows[row, noise] = random.random(2) * 0.3 + 0.05
    return sp.csr_array(rows), labels


@pytest.fixture
def dense():
    return cluster_data()


@pytest.fixture
def sparse():
    return sparse_data()

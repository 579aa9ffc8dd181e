"""The annotations hold together, and say to a user's program what comes back."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT, SOURCE, needed

import fast_kmeans_classifier


def checked(*arguments):
    """What mypy says of some files."""
    needed("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null", *arguments]
    package = pathlib.Path(fast_kmeans_classifier.__file__).parent
    environment = {"PATH": "", **({"MYPYPATH": str(SOURCE)} if package.parent == SOURCE else {})}
    done = subprocess.run(command, cwd=pathlib.Path(__file__).parent, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_annotations_are_declared():
    import FastKMeansClassifier

    for module in (fast_kmeans_classifier, FastKMeansClassifier):
        assert (pathlib.Path(module.__file__).parent / "py.typed").exists()


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="what it says of arrays is meant for NumPy's types from 2.2 on")
def test_the_package_is_annotated_throughout():
    checked("--config-file", ROOT / "python" / "pyproject.toml", SOURCE)


def test_a_program_gets_the_types_that_it_expects():
    # Errors in the package itself are the test above.
    checked("--follow-imports=silent", "--config-file", ROOT / "python" / "pyproject.toml", "typed_program.py")

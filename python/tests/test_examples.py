"""The example programs in Python run and teach what their pages say."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT, needed

FOLDER = ROOT / "Examples" / "python"


def numbers(name):
    """The decimal numbers that a program prints, a list a line."""
    needed("pandas")
    needed("sklearn")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    done = subprocess.run([sys.executable, FOLDER / name], env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [[float(number) for number in re.findall(r"\d\.\d+", line)] for line in done.stdout.splitlines()]


def test_each_program_is_named_on_the_page():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.py"):
        assert f"({path.name})" in text, path


def test_a_pipeline_over_a_table():
    accuracy, answer = numbers("pipeline_pandas.py")
    assert accuracy[0] > 0.75 and answer == []


def test_a_model_file_is_an_mlflow_model():
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        pytest.skip("MLflow is among the newest versions only")
    needed("mlflow")
    confidences = numbers("mlflow_model.py")
    assert len(confidences) == 2 and min(map(min, confidences)) > 0.6


def test_more_examples_are_better():
    few, some, many = numbers("few_shot.py")
    assert few < some < many and many[0] > 0.9


def test_refinement_follows_and_a_half_life_helps_k_means():
    refined, plain, forgetting = numbers("streaming_drift.py")
    assert refined[0] < 0.1 and refined[1] > 0.9
    assert refined[2] < 0.1 < forgetting[2] < plain[2]

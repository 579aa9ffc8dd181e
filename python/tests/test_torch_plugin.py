"""The plug-in's sources travel with the package, and what is missing to build them is named."""

import importlib.util
import os
import subprocess
import sys

import pytest

from fast_kmeans_classifier import torch_plugin


def build(*arguments, **variables):
    return subprocess.run(
        [sys.executable, torch_plugin.__file__, *arguments], capture_output=True, text=True,
        env={**os.environ, **variables},
    )


def test_the_sources_are_complete():
    folder = torch_plugin.sources()
    names = {path.name for path in folder.iterdir()}
    assert {"build.sh", "plugin.cpp", "kernels.cu", "device.hpp"} <= names
    header = folder / "fka_plugin.h"
    if not header.exists():
        header = folder.parents[1] / "Sources" / "CFastKMeansAccelerator" / "include" / "fka_plugin.h"
    assert header.is_file()


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="this Python has PyTorch")
def test_a_python_without_pytorch_is_named(tmp_path):
    target = tmp_path / "plugin.so"
    built = build(str(target), FASTKMEANS_TORCH_PYTHON=sys.executable)
    assert built.returncode == 1
    assert "has no PyTorch" in built.stderr and sys.executable in built.stderr
    assert not target.exists()


def test_a_wrong_call_says_how():
    assert build("a", "b").returncode == 2
    assert "torch_plugin [FILE]" in build("--help").stdout

"""The notebooks run from start to end; their own assertions are part of them."""

import os
import sys

import pytest
from conftest import ROOT, needed

NOTEBOOKS = sorted((ROOT / "Examples" / "notebooks").glob("*.ipynb"))


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["start", "streaming", "subtopics"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, monkeypatch):
    nbformat, nbclient = needed("nbformat"), needed("nbclient")
    needed("matplotlib")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(entry for entry in sys.path if entry))
    monkeypatch.setenv("MPLBACKEND", "agg")
    book = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": path.parent}})
    client.execute()
    assert not any(cell.get("outputs") for cell in nbformat.read(path, as_version=4).cells), "commit it without outputs"

"""The benchmark of what Python adds runs from start to end; its numbers are no test's business."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import ROOT, sparse_data


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
def test_the_benchmark_runs(tmp_path):
    rows, labels = sparse_data(documents=300)
    for part in ("train", "test"):
        sp.save_npz(tmp_path / f"X_{part}.npz", sp.csr_matrix(rows))
        np.save(tmp_path / f"y_{part}.npy", labels)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, ROOT / "Benchmarks" / "python_overhead.py", tmp_path, "--repeat", "1", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert set(results["ours"]) == {"k-means alone, hard, 10 epochs", "defaults"}
    for one in results["ours"].values():
        assert 0 < one["fit_inside"] <= one["fit"] and 0 < one["predict_inside"] <= one["predict"]
        assert one["accuracy"] > 0.8

"""PyTorch tensors are taken, dense and sparse, and PyTorch is never imported for it."""

import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import sparse_data

from fast_kmeans_classifier import DeviceError, FastKMeansClassifier
from fast_kmeans_classifier._input import SparseRows, rows_of
from fast_kmeans_classifier._labels import coded_labels

if os.environ.get("FASTKMEANS_TEST_TORCH"):
    import torch
else:
    torch = pytest.importorskip("torch", reason="PyTorch is large; `make test-tensors` runs these")


@pytest.mark.parametrize("dtype", ("float16", "float32", "float64", "bfloat16", "int64", "uint8", "bool"))
def test_dense_tensors_keep_their_values(dtype):
    tensor = torch.tensor([[0, 1, 2], [3, 0, 5]]).to(getattr(torch, dtype))
    expected = tensor.to(torch.float64).numpy()
    np.testing.assert_array_equal(rows_of(tensor).values, expected)


def test_dense_tensors_are_not_copied():
    tensor = torch.arange(12, dtype=torch.float32).reshape(4, 3)
    assert rows_of(tensor).values.ctypes.data == tensor.data_ptr()
    assert rows_of(tensor.clone().requires_grad_()).values.shape == (4, 3)


@pytest.mark.parametrize("layout", ("sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr"))
def test_sparse_tensors_keep_their_values(layout):
    dense = torch.tensor([[0, 1.5, 0, 2], [3, 0, 0, 0]])
    if layout == "sparse_bsr":
        tensor = dense.to_sparse_bsr((1, 2))
    else:
        tensor = getattr(dense, {"sparse_coo": "to_sparse", "sparse_csr": "to_sparse_csr", "sparse_csc": "to_sparse_csc"}[layout])()
    rows = rows_of(tensor)
    assert isinstance(rows, SparseRows)
    np.testing.assert_array_equal(rows.matrix().toarray(), dense.numpy())


def test_uncoalesced_tensors_are_added_up():
    tensor = torch.sparse_coo_tensor([[0, 0, 1], [1, 1, 0]], [1.0, 2.0, 3.0], (2, 2))
    np.testing.assert_array_equal(rows_of(tensor).matrix().toarray(), [[0, 3], [3, 0]])


def test_a_tensor_elsewhere_is_refused_with_the_way_out():
    tensor = torch.empty((2, 2), device="meta")
    with pytest.raises(DeviceError, match=r"lies on meta.*tensor\.cpu\(\)"):
        rows_of(tensor)
    with pytest.raises(DeviceError, match="lies on meta"):
        coded_labels(torch.empty(2, device="meta"), None)


def test_labels_and_weights_as_tensors():
    rows, labels = sparse_data()
    X = torch.from_numpy(rows.toarray())
    classifier = FastKMeansClassifier(k_init=2, refine=0)
    expected = classifier.fit(rows.toarray(), labels).predict(rows.toarray())
    classifier.fit(X, torch.from_numpy(labels), sample_weight=torch.ones(len(labels)))
    np.testing.assert_array_equal(classifier.predict(X), expected)
    np.testing.assert_array_equal(classifier.predict(X.to_sparse()), expected)


def test_to_takes_devices_and_precisions(monkeypatch):
    classifier = FastKMeansClassifier().to(device=torch.device("cpu"), dtype=torch.float16)
    assert (classifier.device, classifier.dtype) == ("cpu", "float16")
    assert classifier.to(torch.bfloat16).dtype == "bfloat16"
    monkeypatch.setenv("FASTKMEANS_TORCH_PLUGIN", "there is none")
    with pytest.raises(DeviceError, match="Accelerators/Torch/build.sh"):
        classifier.to(torch.device("cuda:1"))


def test_torch_is_not_imported():
    code = (
        "import sys, numpy; from fast_kmeans_classifier import FastKMeansClassifier as F;"
        "F(k_init=1).fit(numpy.eye(4), [0, 1, 0, 1]).predict(numpy.eye(4)); assert 'torch' not in sys.modules;"
        "assert 'sklearn' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=_environment())


def _environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.skipif(not os.environ.get("FASTKMEANS_TORCH_PLUGIN"), reason="FASTKMEANS_TORCH_PLUGIN names no plug-in")
@pytest.mark.parametrize("refine", (0, 2))
def test_a_device_of_the_plug_in_answers_as_the_processor_does(refine):
    rows, labels = sparse_data(documents=300)
    for X in (rows, rows.toarray()):
        expected = FastKMeansClassifier(refine=refine).fit(X, labels)
        classifier = FastKMeansClassifier(refine=refine).to(torch.device("cpu")).set_params(device="torch:cpu").fit(X, labels)
        np.testing.assert_allclose(classifier.predict_proba(X), expected.predict_proba(X), atol=1e-5)
        np.testing.assert_array_equal(classifier.predict_top_k(X, 2).labels, expected.predict_top_k(X, 2).labels)
        moved = expected.to("torch:cpu")
        assert moved.device == "torch:cpu"
        np.testing.assert_allclose(moved.predict_proba(torch.from_numpy(X) if X is not rows else X), classifier.predict_proba(X), atol=1e-5)

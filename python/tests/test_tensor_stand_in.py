"""How tensors are taken, with a small stand-in for PyTorch, so that it is tested where PyTorch is not installed.

test_tensors.py holds the same against PyTorch itself.
"""

import sys
import types

import numpy as np
import pytest
from conftest import sparse_data

from fast_kmeans_classifier import DeviceError, FastKMeansClassifier
from fast_kmeans_classifier._input import SparseRows, rows_of
from fast_kmeans_classifier._labels import coded_labels
from fast_kmeans_classifier._weights import checked_weights


class Tensor:
    """A dense tensor, or one in compressed rows if it is given their parts."""

    def __init__(self, values, device="cpu", dtype="float32", compressed=None):
        self._values, self.dtype, self._compressed = values, dtype, compressed
        self.device = types.SimpleNamespace(type=device.partition(":")[0])
        self.layout = "strided" if compressed is None else "sparse_csr"
        self.shape = values.shape

    def detach(self):
        return self

    def cpu(self):
        return Tensor(self._values, "cpu", self.dtype, self._compressed)

    def dim(self):
        return self._values.ndim

    def float(self):
        return Tensor(self._values.astype(np.float32), self.device.type)

    def resolve_conj(self):
        return self

    resolve_neg = resolve_conj

    def numpy(self):
        assert self.device.type == "cpu" and self.dtype != "bfloat16"
        return self._values

    def crow_indices(self):
        return Tensor(self._compressed.indptr)

    def col_indices(self):
        return Tensor(self._compressed.indices)

    def values(self):
        return Tensor(self._compressed.data, self.device.type)


@pytest.fixture(autouse=True)
def torch(monkeypatch):
    module = types.ModuleType("torch")
    module.Tensor = Tensor
    module.bfloat16 = "bfloat16"
    for layout in ("strided", "sparse_csr", "sparse_csc", "sparse_coo"):
        setattr(module, layout, layout)
    monkeypatch.setitem(sys.modules, "torch", module)


def test_a_dense_tensor_is_read_where_it_lies():
    values = np.ones((3, 2), dtype=np.float32)
    assert np.shares_memory(rows_of(Tensor(values)).values, values)
    assert rows_of(Tensor(values, dtype="bfloat16")).values.dtype == np.float32


def test_compressed_rows_are_read_where_they_lie():
    matrix = sparse_data()[0]
    rows = rows_of(Tensor(matrix.toarray(), compressed=matrix))
    assert isinstance(rows, SparseRows)
    assert np.shares_memory(rows.values, matrix.data) and np.shares_memory(rows.columns, matrix.indices)


def test_tensors_teach_and_ask():
    rows, labels = sparse_data()
    dense = rows.toarray()
    weights = np.linspace(0.5, 2, len(labels))
    expected = FastKMeansClassifier().fit(dense, labels, weights).predict_proba(dense)
    classifier = FastKMeansClassifier().fit(Tensor(dense), Tensor(labels), Tensor(weights))
    np.testing.assert_array_equal(classifier.predict_proba(Tensor(dense)), expected)


@pytest.mark.parametrize("device", ("cuda", "cuda:1", "mps"))
def test_a_tensor_elsewhere_is_refused_with_the_way_out(device):
    values = np.ones((3, 2), dtype=np.float32)
    for take in (rows_of, lambda tensor: rows_of(tensor, FastKMeansClassifier()), lambda tensor: coded_labels(tensor, None)):
        with pytest.raises(DeviceError, match=r"lies on .*tensor\.cpu\(\).*docs/gpu.md"):
            take(Tensor(values, device))
    with pytest.raises(DeviceError, match="computes on the CPU"):
        FastKMeansClassifier().fit(Tensor(values, device), [0, 1, 0])
    with pytest.raises(DeviceError, match="computes on the CPU"):
        checked_weights(Tensor(np.ones(3), device), 3, FastKMeansClassifier(device="torch:cpu"))


def test_a_classifier_on_an_accelerator_takes_tensors_there():
    values = np.ones((3, 2), dtype=np.float32)
    classifier = FastKMeansClassifier(device="cuda")
    assert np.shares_memory(rows_of(Tensor(values, "cuda"), classifier).values, values)
    assert coded_labels(Tensor(np.array([1, 0, 1]), "cuda"), classifier).codes.tolist() == [1, 0, 1]
    assert checked_weights(Tensor(np.ones(3), "cuda"), 3, classifier).tolist() == [1, 1, 1]

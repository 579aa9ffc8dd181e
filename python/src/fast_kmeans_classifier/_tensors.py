"""PyTorch tensors, without importing PyTorch: a tensor only exists where somebody has imported it."""

from __future__ import annotations

from typing import Any

from ._errors import DeviceError
from ._lazy import loaded, np, sparse


def is_tensor(value: Any) -> bool:
    """Whether this is a PyTorch tensor."""
    torch = loaded("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def tensor_rows(tensor: Any, estimator: object = None) -> Any:
    """A tensor as a NumPy array or a SciPy matrix, sharing memory where its layout allows.

    A tensor on a GPU is copied if the estimator computes on one.

    Raises
    ------
    DeviceError
        The tensor lies on a device whose memory cannot be read here.
    """
    torch = loaded("torch")
    assert torch is not None
    tensor = _on_processor(tensor.detach(), estimator)
    if tensor.layout == torch.strided:
        return tensor_values(tensor)
    if tensor.layout == torch.sparse_csr:
        return _compressed(tensor, tensor.crow_indices(), tensor.col_indices(), sparse.csr_array)
    if tensor.layout == torch.sparse_csc:
        return _compressed(tensor, tensor.ccol_indices(), tensor.row_indices(), sparse.csc_array)
    if tensor.layout != torch.sparse_coo:
        tensor = tensor.to_sparse()
    if tensor.dim() != 2 or tensor.dense_dim() != 0:
        raise ValueError(f"Expected 2D array, got a sparse tensor of shape {tuple(tensor.shape)}. Reshape your data.")
    tensor = tensor.coalesce()
    positions = tensor.indices().numpy()
    shape = tuple(tensor.shape)
    return sparse.coo_array((tensor_values(tensor.values()), (positions[0], positions[1])), shape=shape)


def tensor_values(tensor: Any, estimator: object = None) -> np.ndarray:
    """A dense tensor as an array, as above. NumPy has no `bfloat16`; such a tensor is widened."""
    torch = loaded("torch")
    assert torch is not None
    tensor = _on_processor(tensor.detach(), estimator)
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    # Conjugate and negative views have no memory themselves.
    array: np.ndarray = tensor.resolve_conj().resolve_neg().numpy()
    return array


def _compressed(tensor: Any, offsets: Any, positions: Any, kind: Any) -> Any:
    if tensor.dim() != 2:
        raise ValueError(f"Expected 2D array, got a sparse tensor of shape {tuple(tensor.shape)}. Reshape your data.")
    parts = (tensor_values(tensor.values()), positions.numpy(), offsets.numpy())
    return kind(parts, shape=tuple(tensor.shape))


def _on_processor(tensor: Any, estimator: object) -> Any:
    if tensor.device.type == "cpu":
        return tensor
    if str(getattr(estimator, "device", "cpu")).partition(":")[0] not in ("cpu", "torch"):
        return tensor.cpu()
    raise DeviceError(
        f"the tensor lies on {tensor.device}, and the classifier computes on the CPU: pass tensor.cpu(), or let it compute "
        "there with device='cuda' (docs/gpu.md says how to build the plug-in that this needs)"
    )

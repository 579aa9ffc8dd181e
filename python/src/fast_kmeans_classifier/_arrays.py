"""Arrays with the methods of PyTorch tensors that programs call when numbers are taken out of them.

Code written for the PyTorch class says `clf.centroids.cpu().numpy()`; it goes on working. This module imports NumPy when it
is imported, which happens on first use.
"""

from __future__ import annotations

import numpy as np


class TensorLikeArray(np.ndarray):
    """A NumPy array with the few methods of a tensor that only pass the numbers on."""

    def cpu(self) -> TensorLikeArray:
        """Itself: it is there already."""
        return self

    def detach(self) -> TensorLikeArray:
        """Itself: it has no gradient."""
        return self

    def numpy(self) -> np.ndarray:
        """The same memory as a plain array."""
        return np.asarray(self)


def tensor_like(array: np.ndarray) -> TensorLikeArray:
    """The same memory in that type."""
    return array.view(TensorLikeArray)

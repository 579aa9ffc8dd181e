"""A fitted classifier's prototypes, under today's names and under those of the PyTorch class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._answers import Answers
from ._lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse

    from . import _library as library
else:
    np = LazyModule("numpy")
    sparse = LazyModule("scipy.sparse")
    library = LazyModule("fast_kmeans_classifier._library")


class Prototypes(Answers):
    """Read-outs of the model; each access makes new arrays.

    With refinement the centres describe the documents of a class, and scores come from weights that refinement made of them;
    see `refined_weights_`.
    """

    @property
    def centroids_(self) -> sparse.csr_matrix:
        """The prototypes: `csr_matrix` of shape (prototypes, features), those of a class side by side."""
        return sparse.csr_matrix(self._vectors(library.CENTERS))

    @property
    def refined_weights_(self) -> sparse.csr_matrix | None:
        """What scores are computed with: `csr_matrix` of shape (prototypes, features), or None without refinement."""
        self._check_is_fitted()
        if not self._state.model().info.is_refined:
            return None
        return sparse.csr_matrix(self._vectors(library.REFINED))

    @property
    def centroid_labels_(self) -> np.ndarray:
        """The class of each prototype, in the type of the labels: shape (prototypes,)."""
        self._check_is_fitted()
        return self._table.labels_of(self._state.model().prototype_classes())

    @property
    def centroid_weights_(self) -> np.ndarray:
        """The summed weight of the documents that each prototype stands for: float64, shape (prototypes,)."""
        self._check_is_fitted()
        return self._state.model().prototype_masses()

    @property
    def centroids(self) -> np.ndarray:
        """The prototypes as a dense table of shape (prototypes, features), as the PyTorch class has them.

        Empty before `fit`. For many features `centroids_` takes a fraction of the memory.
        """
        if not self._is_fitted():
            return _tensor_like(np.empty(0, dtype=np.float32))
        vectors = self._vectors(library.CENTERS)
        return _tensor_like(vectors.toarray() if sparse.issparse(vectors) else vectors)

    @property
    def centroid_labels(self) -> np.ndarray:
        """`centroid_labels_`; empty before `fit`."""
        return _tensor_like(self.centroid_labels_ if self._is_fitted() else np.empty(0, dtype=np.int64))

    @property
    def centroid_weights(self) -> np.ndarray:
        """`centroid_weights_`; empty before `fit`."""
        return _tensor_like(self.centroid_weights_ if self._is_fitted() else np.empty(0, dtype=np.float64))

    def _vectors(self, which: int) -> Any:
        self._check_is_fitted()
        return self._state.model().prototypes(which)


def _tensor_like(array: np.ndarray) -> np.ndarray:
    from ._arrays import tensor_like

    return tensor_like(array)

"""The library's calls for training over several machines, on NumPy arrays; no engine is needed to use them.

One epoch: every machine takes `epoch_sums` of its rows; they are added; `next_model` makes the model that all machines get
next. Refinement: every machine takes `refined` on its rows; the mean of what that changed in `refined_weights` makes the next
model by `with_weights`, some times over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import _native as native
from ._input import DenseRows, Rows, SparseRows
from ._labels import CodedLabels
from ._lazy import LazyModule
from ._structures import address, of_labels, of_rows

if TYPE_CHECKING:
    import ctypes

    import numpy as np
    from scipy import sparse

    from . import _library as library
else:
    ctypes = LazyModule("ctypes")
    np = LazyModule("numpy")
    sparse = LazyModule("scipy.sparse")
    library = LazyModule("fast_kmeans_classifier._library")


class EpochSums(NamedTuple):
    """What some documents add to an epoch; over disjoint documents all of it adds up.

    Attributes
    ----------
    vectors : csr_array or ndarray of float64, prototypes x features
        The sum of the scaled and weighted rows of each prototype.
    masses : ndarray of float64, prototypes
        The weight of those rows.
    objective : float
        The sum of weight times distance to the nearest prototype of the row's class.
    farthest_rows : ndarray of int64, prototypes
        At the places of a class's prototypes the rows that are served worst, worst first; -1 where there are no more.
    farthest_distances : ndarray of float32, prototypes
    """

    vectors: Any
    masses: np.ndarray
    objective: float
    farthest_rows: np.ndarray
    farthest_distances: np.ndarray


class _Sums(native.Handle):
    """Sums that the library made."""

    __slots__ = ()
    _type = "sums"


def seeded(
    options: str, initial: tuple[Rows, CodedLabels] | None, rows: Rows, labels: CodedLabels, weights: np.ndarray | None
) -> native.Model:
    """A model with the first prototypes of every class, mass 0: those given, else chosen among the rows."""
    classifier = native.Classifier.new(options, initial)
    labels_in, keep = of_labels(labels)
    native.call(
        "fkm_classifier_seed", classifier, of_rows(rows), labels_in, address(weights)
    )
    del keep
    return classifier.model()


def with_options(model: native.Model, options: str) -> native.Model:
    """The same model with other options for what it learns next."""
    classifier = native.Classifier.resuming(model)
    classifier.set_options(options)
    return classifier.model()


def epoch_sums(
    model: native.Model, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, threads: int
) -> EpochSums:
    """Assigns rows to the prototypes of their own classes and adds them up; a row of weight 0 costs nothing."""
    labels_in, keep = of_labels(labels)
    sums: _Sums = _Sums._made_by(
        "fkm_model_sums", model, of_rows(rows), labels_in, address(weights), threads
    )
    del keep
    info = library.SumsInfo()
    native.call("fkm_sums_get_info", sums, info)
    count, features = info.prototype_count, info.feature_count
    masses = np.empty(count, dtype=np.float64)
    places, distances = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.float32)
    native.call("fkm_sums_copy_farthest", sums, address(places), address(distances))
    if info.layout == library.DENSE:
        vectors: Any = np.empty((count, features), dtype=np.float64)
        _copy_sums(sums, None, None, vectors, masses)
    else:
        offsets, columns = np.empty(count + 1, dtype=np.int64), np.empty(info.value_count, dtype=np.int64)
        values = np.empty(info.value_count, dtype=np.float64)
        _copy_sums(sums, offsets, columns, values, masses)
        vectors = sparse.csr_array((values, columns, offsets), shape=(count, features))
    return EpochSums(vectors, masses, info.objective, places, distances)


def _copy_sums(sums: _Sums, offsets: Any, columns: Any, values: np.ndarray, masses: np.ndarray) -> None:
    native.call(
        "fkm_sums_copy", sums, library.INT64, address(offsets), address(columns), library.FLOAT64, address(values),
        address(masses),
    )


def next_model(
    model: native.Model, vectors: Any, masses: np.ndarray, replacements: tuple[Rows, np.ndarray] | None = None,
    is_last: bool = False,
) -> native.Model:
    """The model after an epoch.

    Parameters
    ----------
    vectors, masses : as in `EpochSums`, of all documents
    replacements : (rows, ndarray of int32)
        Rows from which prototypes without mass start again, and the prototypes.
    is_last : bool
        Drop prototypes with no more mass than `min_weight`; a class keeps its heaviest.
    """
    masses = np.ascontiguousarray(masses, dtype=np.float64)
    rows, replaced = (None, None) if replacements is None else replacements
    handle, shift = ctypes.c_void_p(), ctypes.c_double()
    native.call(
        "fkm_model_from_sums", model, of_rows(vector_rows(vectors)), address(masses),
        None if rows is None else of_rows(rows), address(replaced), int(is_last),
        ctypes.byref(handle), ctypes.byref(shift),
    )
    return native.Model(handle.value or 0)


def vector_rows(vectors: Any) -> Rows:
    """Vectors, a `csr_array` or an array, as the library reads them."""
    if isinstance(vectors, np.ndarray):
        return DenseRows(np.ascontiguousarray(vectors))
    if not vectors.has_sorted_indices:
        # SciPy's products are not sorted.
        vectors = vectors.sorted_indices()
    return SparseRows(vectors.shape, vectors.indptr, vectors.indices, vectors.data)


def refined(
    model: native.Model, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, threads: int, epochs: int,
    rates: tuple[float, float], step: int,
) -> native.Model:
    """Refines on these rows, from where the model's weights are.

    Parameters
    ----------
    epochs : int
        Passes over the rows.
    rates : (float, float)
        The share of the full learning rate at the start and at the end.
    step : int
        Gives each machine and round its own order.
    """
    labels_in, keep = of_labels(labels)
    made: native.Model = native.Model._made_by(
        "fkm_model_refine", model, of_rows(rows), labels_in, address(weights), threads, epochs,
        rates[0], rates[1], step, None, None,
    )
    del keep
    return made


def refined_weights(model: native.Model) -> tuple[Any, np.ndarray]:
    """The refined weights of a model, a `csr_matrix` or an array, and what they add to scores; both float64."""
    biases = np.empty(model.info.prototype_count, dtype=np.float64)
    native.call("fkm_model_copy_biases", model, address(biases))
    return model.prototypes(library.REFINED).astype(np.float64), biases


def with_weights(model: native.Model, weights: tuple[Any, np.ndarray] | None) -> native.Model:
    """The model with these refined weights and biases; None: with those that a refinement starts from."""
    rows, biases = (None, None) if weights is None else (of_rows(vector_rows(weights[0])), weights[1])
    made: native.Model = native.Model._made_by("fkm_model_with_weights", model, rows, address(biases))
    return made


def calibrated(
    model: native.Model, rows: Rows, labels: CodedLabels, threads: int
) -> tuple[native.Model, float, float]:
    """Judges refined weights on rows that they have not seen: fits the probabilities, or goes back to the centres.

    Returns
    -------
    (Model, float, float)
        The model, and the share of the rows that the refined weights and the centres were right on.
    """
    labels_in, keep = of_labels(labels)
    handle, accuracy, plain = ctypes.c_void_p(), ctypes.c_double(), ctypes.c_double()
    native.call(
        "fkm_model_calibrate", model, of_rows(rows), labels_in, threads, ctypes.byref(handle),
        ctypes.byref(accuracy), ctypes.byref(plain),
    )
    del keep
    return native.Model(handle.value or 0), accuracy.value, plain.value

"""The library's calls for training over several machines, on NumPy arrays; no engine is needed to use them.

One epoch: every machine takes `epoch_sums` of its rows; they are added; `next_model` makes the model that all machines get
next. Refinement: every machine has a `Refiner` and takes the `moves` of its share of a batch; all of them are added everywhere.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from . import _native as native
from ._input import DenseRows, Rows, SparseRows
from ._labels import CodedLabels
from ._lazy import ctypes, library, np, sparse


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
    native.call("fkm_classifier_seed", classifier, rows, labels, weights)
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
    sums = _Sums._made_by("fkm_model_sums", model, rows, labels, weights, threads)
    vectors, masses, objective = _read(sums)
    places, distances = np.empty(len(masses), dtype=np.int64), np.empty(len(masses), dtype=np.float32)
    native.call("fkm_sums_copy_farthest", sums, places, distances)
    return EpochSums(vectors, masses, objective, places, distances)


def _read(sums: _Sums) -> tuple[Any, np.ndarray, float]:
    """Vectors, masses and the objective."""
    info = library.SumsInfo()
    native.call("fkm_sums_get_info", sums, info)
    count, features = info.prototype_count, info.feature_count
    masses = np.empty(count, dtype=np.float64)
    if info.layout == library.DENSE:
        offsets = columns = None
        values = np.empty((count, features), dtype=np.float64)
    else:
        offsets, columns = np.empty(count + 1, dtype=np.int64), np.empty(info.value_count, dtype=np.int64)
        values = np.empty(info.value_count, dtype=np.float64)
    native.call("fkm_sums_copy", sums, library.INT64, offsets, columns, library.FLOAT64, values, masses)
    vectors = values if offsets is None else sparse.csr_array((values, columns, offsets), shape=(count, features))
    return vectors, masses, info.objective


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
    handle, shift = ctypes.c_void_p(), ctypes.c_double()
    native.call(
        "fkm_model_from_sums", model, vector_rows(vectors), masses, *(replacements or (None, None)), int(is_last),
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


class Refiner(native.Handle):
    """The weights of a model that machines refine in step; all machines have the same."""

    __slots__ = ()
    _type = "refiner"

    @classmethod
    def of(cls, model: native.Model, deviation: float = 0.0) -> Refiner:
        """Begins with the model's refined weights, or where a refinement begins.

        Parameters
        ----------
        deviation : float
            Euclidean: the root mean squared distance of the rows of all machines to their mean; 0: the prototypes' spread.
        """
        return cls._made_by("fkm_refiner_new", model, deviation)

    def moves(
        self, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, steps: np.ndarray | None, members: np.ndarray,
        feature_rates: np.ndarray | None, rate: float, threads: int,
    ) -> tuple[Any, np.ndarray, float]:
        """What some rows of a batch move, by the weights as they are.

        Parameters
        ----------
        steps : ndarray of float32, or None
            How much the step of each row counts; None: 1 each.
        members : ndarray of int32
            The prototype that each row was part of; -1 where unknown, which is filled in.
        feature_rates : ndarray of float32, or None
            What moves along each feature are multiplied with.

        Returns
        -------
        (csr_array or ndarray of float64, ndarray of float64, float)
            For each prototype a vector and what is added to its bias; the summed loss of the rows.
        """
        return _read(_Sums._made_by("fkm_refiner_moves", self, rows, labels, weights, steps, members, feature_rates, rate, threads))

    def add(self, vectors: Any, biases: np.ndarray) -> None:
        """Adds the moves of all machines."""
        native.call("fkm_refiner_add", self, vector_rows(vectors), np.ascontiguousarray(biases))

    def model(self) -> native.Model:
        """The model with the weights as they are."""
        return native.Model._made_by("fkm_refiner_model", self)


def calibrated(
    model: native.Model, rows: Rows, labels: CodedLabels, weights: np.ndarray | None, threads: int
) -> tuple[native.Model, float, float]:
    """Fits the probabilities to rows that refined weights have not seen; they may give way to the centres.

    A model that is not refined takes rows that it was trained on, and takes them out of its prototypes to be judged.

    Returns
    -------
    (Model, float, float)
        The model, and the share of the rows that weights and centres were right on.
    """
    handle, accuracy, plain = ctypes.c_void_p(), ctypes.c_double(), ctypes.c_double()
    outputs = ctypes.byref(handle), ctypes.byref(accuracy), ctypes.byref(plain)
    native.call("fkm_model_calibrate", model, rows, labels, weights, threads, *outputs)
    return native.Model(handle.value or 0), accuracy.value, plain.value

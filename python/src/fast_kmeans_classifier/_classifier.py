"""The classifier."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from . import _native as native
from ._answers import finite
from ._errors import WrongTypeError
from ._frames import feature_names
from ._input import DenseRows, Rows, SparseRows, rows_of
from ._labels import CodedLabels, coded_labels
from ._lazy import Self, json, library, logging, np, sparse
from ._operations import Operations
from ._parameters import device_name, dtype_name, is_explicit, library_options
from ._progress import progress_for
from ._state import LabelTable, LearnedState
from ._weights import checked_weights, with_class_weights


class FastKMeansClassifier(Operations):
    """A classifier that keeps several prototypes per class, found by k-means and refined until they separate the classes.

    For text (sparse TF-IDF rows) and embeddings (dense rows). It learns at once (`fit`) or batch after batch (`fit_batch`), takes
    classes that it has never seen before at any time, and follows scikit-learn's conventions.

    Parameters
    ----------
    k_init : int or 'auto', default 3
        Prototypes per class to start with; auto: as many as size, variety and held-out rows justify. With refinement on,
        this is the most that a class gets.
    k_list : list or dict, default None
        The number of prototypes of some classes: by label, or by position in the sorted classes. A class that is not named
        gets the common number.
    init_method : 'kmeans++', 'random' or (prototypes, labels), default 'kmeans++'
        How the first prototypes are chosen. Python and C take prototypes to start from, too. A class without any is seeded
        by k-means++.
    distance : 'cosine', 'euclidean' or 'auto', default 'cosine'
        How vectors are compared; auto: as held-out rows suggest. With the cosine every row is scaled to unit length. auto
        also tries dense features at mean 0 and variance 1, which suits tables whose columns have different units.
    dtype : 'float16', 'bfloat16', 'float32' or 'float64', default 'float32'
        The precision in which prototypes are stored and multiplied. NumPy's and PyTorch's types do, too.
    soft : bool, default True
        Soft assignment; false: hard k-means. With refinement on, prototypes start from hard clusters.
    soft_type : 'linear' or 'softmax', default 'linear'
        How similarities become shares.
    temperature : float, default 1.0
        Divides the logits of softmax.
    lambda_penalty : float, default 0.1
        Taken off the similarity to prototypes of another class. In the default mode a document moves the prototypes of its
        own class only. Only in mode 'reference'.
    merge_threshold : float or None, default None
        Merge prototypes of a class that are closer than this.
    relative_merge : bool, default False
        The merge threshold is a fraction of the mean distance between prototypes.
    min_weight : float, default 0.001
        A prototype with no more mass than this is dead.
    truncation_threshold : float, default 0.0001
        Smaller coordinates are dropped where scores are computed.
    percentile_threshold : float or None, default None
        Truncate and merge only what also lies below this quantile.
    max_iters : int, default 50
        Epochs of k-means at most.
    tol : float, default 0.0001
        Stop when no prototype moves further, and none was merged.
    batch_size : int or None, default 10240
        Rows per chunk of mode reference, and per batch of `fastkmeans stream`. None: all rows.
    n_threads : int, default -1
        Threads; -1: all cores. The result has the same bits for any number.
    random_state : int, RandomState, Generator or None, default 42
        Seeds the random numbers. None: other ones each time.
    refine : int or 'auto', default 'auto'
        Epochs of discriminative refinement; 0: none. auto: as long as held-out rows, or the size of the data, suggest. Only
        in mode 'default'.
    decay : float, default 1.0
        What is left of a prototype's mass after each batch.
    half_life : float or None, default None
        Documents of a stream after which half of a prototype's mass is left. It counts the weights of documents of all
        classes, and comes on top of the decay. Only in mode 'default'.
    k_bytes : int or None, default None
        With an automatic count of prototypes: the bytes that these may take at most. Refined weights count, too; of sparse
        rows the smallest go until the rest fits. Where the limit is too small for all prototypes, classes with the most
        documents per prototype are served first; every class keeps at least one.
    device : 'cpu', 'cuda', 'cuda:N', 'mps', 'torch:cpu' or 'auto', default 'cpu'
        Where to refine and to answer. All but the processor go through a plug-in, see docs/gpu.md. With the plug-in,
        tensors on a GPU are taken.
    warm_start : bool, default False
        Another `fit` goes on from the prototypes that are there.
    mode : 'default' or 'reference', default 'default'
        Behaviour: exact epochs by class, or the reference implementation's to the letter. The reference implementation is
        the PyTorch class of the same name, see docs/migrating.md.
    class_weight : None, 'balanced' or dict, default None
        What the weights of a class's documents are multiplied with; 'balanced', in `fit` only, makes all classes weigh the
        same. A class that the dict does not name has 1.
    n_jobs : int or None, default None
        scikit-learn's name for `n_threads`; counts where it is given.
    verbose : bool, default False
        What `fit` and `fit_batch` take `verbose` for where it is not given.

    Attributes
    ----------
    classes_ : ndarray, classes
        Labels in the type of `y`: sorted within each call that brought them.
    centroids_ : csr_matrix, prototypes x features
    refined_weights_ : csr_matrix, prototypes x features, or None
    centroid_labels_ : ndarray, prototypes
    centroid_weights_ : ndarray of float64, prototypes
    n_features_in_ : int
    feature_names_in_ : ndarray of str, features
        If `X` was a data frame whose column names are all texts.
    n_iter_ : int
        Epochs of k-means that the last call ran; the most of any class.
    report_ : dict
        What the last learning call did, as `fit_batch` returns it. `choices` lists what it tried on held-out rows: `subject`
        (`distance`, `prototypes`, `recipe`), `candidate`, `accuracy`, `rows` (how many were held out) and `taken`.

    Examples
    --------
    >>> from fast_kmeans_classifier import FastKMeansClassifier, TfidfVectorizer
    >>> texts = ["screen stays black", "no picture on the screen", "invoice is wrong", "refund for my invoice"]
    >>> rows = TfidfVectorizer(min_df=1).fit_transform(texts)
    >>> clf = FastKMeansClassifier(k_init=1).fit(rows, ["hardware", "hardware", "billing", "billing"])
    >>> clf.predict(rows[:1]).tolist()
    ['hardware']
    """

    _estimator_type = "classifier"
    _weighted_methods = ("fit", "partial_fit", "score")

    def __init__(
        self,
        k_init: int | str = 3,
        k_list: Sequence[int] | Mapping[Any, int] | None = None,
        init_method: str | tuple[Any, Any] = "kmeans++",
        distance: str = "cosine",
        dtype: Any = "float32",
        soft: bool = True,
        soft_type: str = "linear",
        temperature: float = 1.0,
        lambda_penalty: float = 0.1,
        merge_threshold: float | None = None,
        relative_merge: bool = False,
        min_weight: float = 0.001,
        truncation_threshold: float = 0.0001,
        percentile_threshold: float | None = None,
        max_iters: int = 50,
        tol: float = 0.0001,
        batch_size: int | None = 10240,
        n_threads: int = -1,
        random_state: Any = 42,
        *,
        refine: int | str = "auto",
        decay: float = 1.0,
        half_life: float | None = None,
        k_bytes: int | None = None,
        device: Any = "cpu",
        warm_start: bool = False,
        mode: str = "default",
        class_weight: Any = None,
        n_jobs: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.k_init = k_init
        self.k_list = k_list
        self.init_method = init_method
        self.distance = distance
        self.dtype = dtype
        self.soft = soft
        self.soft_type = soft_type
        self.temperature = temperature
        self.lambda_penalty = lambda_penalty
        self.merge_threshold = merge_threshold
        self.relative_merge = relative_merge
        self.min_weight = min_weight
        self.truncation_threshold = truncation_threshold
        self.percentile_threshold = percentile_threshold
        self.max_iters = max_iters
        self.tol = tol
        self.batch_size = batch_size
        self.n_threads = n_threads
        self.random_state = random_state
        self.refine = refine
        self.decay = decay
        self.half_life = half_life
        self.k_bytes = k_bytes
        self.device = device
        self.warm_start = warm_start
        self.mode = mode
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.verbose = verbose

    # --- learning

    def fit(self, X: Any, y: Any, sample_weight: Any = None, verbose: bool | None = None) -> Self:
        """Learns from all documents; what was learned before is forgotten unless `warm_start` is set.

        It happens whole or not at all: an error or Ctrl-C leaves the classifier as it was.

        Parameters
        ----------
        X : array-like, sparse matrix, data frame or tensor; documents x features
            Compressed sparse rows with sorted columns and dense rows in C order are read where they lie, in float16, float32
            and float64, never copied.
        y : array-like, documents
            Whole numbers, truth values or texts; at least two classes.
        sample_weight : array-like, documents
            How much each document counts, 0 to 1e12; None: 1 each. 0 is as good as absent.
        verbose : bool
            Show a tqdm bar for each phase, or lines on stderr where tqdm is not installed. None: as the constructor says.

        Returns
        -------
        FastKMeansClassifier
            Itself.

        Raises
        ------
        ValueError
            A parameter out of its range; NaN or infinity; one-hot or continuous `y`; one class only; other lengths.
        TypeError
            Labels of mixed types; objects that are no numbers.
        """
        self._learn(X, y, sample_weight, verbose, whole=True)
        return self

    def fit_batch(self, X: Any, y: Any, sample_weight: Any = None, verbose: bool | None = None) -> dict[str, Any]:
        """Learns from one batch of a stream; a label never seen before is a new class, and moves no other class.

        Parameters
        ----------
        X, y, sample_weight : as in `fit`; one class is enough
        verbose : bool
            Show progress, and log the result to the logger `fast_kmeans_classifier`.

        Returns
        -------
        dict
            `shift`: the largest distance that a prototype moved. `num_merged`: prototypes merged into another.
            `active_centroids`: prototypes now. `objective`: the sum of weight times distance. `reassigned`: prototypes that
            started again elsewhere. `pruned`: prototypes dropped. `new_classes`: labels that this batch brought.
            `empty_documents`: documents without any feature. `error_before_update`: the share of the batch that was answered
            wrongly before it was learned; None for `fit`, and for a classifier without refined weights.
        """
        report = self._learn(X, y, sample_weight, verbose, whole=False)
        if self.verbose if verbose is None else verbose:
            logging.getLogger("fast_kmeans_classifier").info(
                "Batch processed. Shift: %.5f | Merged: %d | Active: %d",
                report["shift"], report["num_merged"], report["active_centroids"],
            )
        return report

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """`fit_batch` with scikit-learn's signature.

        Parameters
        ----------
        X, y, sample_weight : as in `fit_batch`
        classes : array-like
            All classes that will ever come, in the first call; then `classes_` and the columns of probabilities are these,
            sorted, from the start, and a label beyond them is an error. None: classes come as they come.

        Returns
        -------
        FastKMeansClassifier
            Itself.
        """
        self._learn(X, y, sample_weight, None, whole=False, classes=classes)
        return self

    def _learn(
        self, X: Any, y: Any, sample_weight: Any, verbose: Any, whole: bool, classes: Any = None
    ) -> dict[str, Any]:
        goes_on = self._is_fitted() and (not whole or self.warm_start)
        options = self._library_options()
        names = feature_names(X)
        rows = rows_of(X, self)
        labels = coded_labels(y, self, rows.shape[0])
        if goes_on:
            self._check_features(rows, names)
            rows = _in_layout(rows, self._state.layout)
        table = self._label_table(labels, classes, goes_on)
        known = [*table.classes, *labels.classes] if whole or table.declared else None
        weights = checked_weights(sample_weight, rows.shape[0], self)
        data = _TrainingData(rows, labels, with_class_weights(self.class_weight, labels, weights, known))
        seen = _classes_that_count(data)
        if whole and not goes_on and len(seen) < 2:
            raise ValueError(
                f"{type(self).__name__} needs at least two classes, and y has one class only: {seen.tolist()}"
            )
        table, new = table.with_seen(seen)
        with progress_for(self.verbose if verbose is None else verbose) as progress:
            report, choices, sentences, state = self._called(data, options, whole, goes_on, progress.handler)
            progress.finish(report)
        self._state, self._table = state, table
        self.classes_ = table.classes
        if not goes_on:
            self.n_features_in_ = rows.shape[1]
            self.__dict__.pop("feature_names_in_", None)
            if names is not None:
                self.feature_names_in_ = names
        self.n_iter_ = int(report.epochs)
        self.report_ = _log(report, new, choices)
        for sentence in sentences:
            warnings.warn(sentence, stacklevel=3)
        return dict(self.report_)

    def _library_options(self) -> str:
        return library_options({**self.get_params(), "n_threads": self._threads()})

    def _called(
        self, data: _TrainingData, options: str, whole: bool, goes_on: bool, handler: Any
    ) -> tuple[library.Report, list[dict[str, Any]], list[str], LearnedState]:
        """Has the library learn; whatever it refuses, nothing has changed. Gives what was tried and what is to be warned of, too."""
        initial = _given_prototypes(self.init_method, self)
        if initial is not None and initial[1].is_text != data.labels.is_text:
            raise WrongTypeError("the labels of init_method's prototypes and y must both be texts or both be numbers")
        with finite(data.rows):
            state = self._state if goes_on else LearnedState(native.Classifier.new(options, initial))
            with state.lock:
                learner = state.classifier()
                if goes_on and options != state.options:
                    learner.set_options(_without_chance(options, self.random_state))
                if whole:
                    report = learner.fit(data.rows, data.labels, data.weights, handler)
                    if goes_on:
                        state.forget_rule()
                else:
                    report = learner.fit_batch(
                        data.rows, data.labels, data.weights, initial if goes_on else None, handler
                    )
                state.has_learned(options, _layout_of(data.rows))
                return report, learner.choices(), learner.warnings(), state

    def _label_table(self, labels: CodedLabels, classes: Any, goes_on: bool) -> LabelTable:
        """The labels known before this call, or those that `partial_fit` declares."""
        if goes_on:
            table = self._table
            table.check_kind(labels, "these")
            if classes is not None:
                declared = coded_labels(classes, self)
                if not table.declared or not np.array_equal(declared.classes, table.classes):
                    raise ValueError(
                        f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {table.classes!r}"
                    )
        elif classes is not None:
            declared = coded_labels(classes, self)
            if declared.is_text != labels.is_text:
                raise WrongTypeError("`classes` and `y` must both be texts or both be numbers")
            table = LabelTable(declared.classes, declared.is_text, declared=True)
        else:
            table = LabelTable(labels.classes[:0], labels.is_text)
        if table.declared:
            unknown = table.unknown(labels.classes)
            if len(unknown):
                raise ValueError(
                    f"y has labels that `classes` did not declare: {unknown.tolist()}; leave `classes` out of the first call "
                    "and new classes come as they come"
                )
        return table

    # --- devices

    def to(self, device: Any = None, dtype: Any = None) -> Self:
        """Chooses where to compute and in which precision, as PyTorch's modules do; returns itself.

        Parameters
        ----------
        device : str or torch.device
            As the parameter `device`. A precision may stand here too.
        dtype : str, numpy or torch type
            Sets the parameter `dtype`, which counts from the next `fit` on.

        Raises
        ------
        DeviceError
            The device cannot be used here: the plug-in or the device is missing.
        """
        if device is not None and dtype is None and _is_precision(device):
            device, dtype = None, device
        precision = dtype_name(dtype) if dtype is not None else self.dtype
        if device is not None:
            name = device_name(device)
            if name != "cpu":
                native.check_device(name)
            self.device = name
        self.dtype = precision
        return self

    # --- scikit-learn

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            # Prototypes alone follow no class weights, which scikit-learn's check of them asks for; it knows no finer tag.
            classifier_tags=ClassifierTags(poor_score=self._is_without_refinement()),
            input_tags=InputTags(sparse=True),
        )

    def _more_tags(self) -> dict[str, Any]:
        return {"requires_y": True, "poor_score": self._is_without_refinement()}

    def _is_without_refinement(self) -> bool:
        return self.mode == "reference" or isinstance(self.refine, int) and self.refine == 0


def _is_precision(value: Any) -> bool:
    text = value if isinstance(value, str) else getattr(value, "__name__", None) or str(value)
    return text.lower().rpartition(".")[2] in ("float16", "bfloat16", "float32", "float64")


class _TrainingData(NamedTuple):
    """What one learning call learns from."""

    rows: Rows
    labels: CodedLabels
    weights: np.ndarray | None


def _classes_that_count(data: _TrainingData) -> np.ndarray:
    """The sorted labels of the rows with a weight above 0."""
    if data.weights is None or data.weights.min() > 0:
        codes = data.labels.codes
    else:
        codes = data.labels.codes[data.weights > 0]
    counts = np.bincount(codes, minlength=len(data.labels.classes))
    return data.labels.classes[counts > 0]


def _layout_of(rows: Rows) -> int:
    return library.DENSE if isinstance(rows, DenseRows) else library.SPARSE


def _in_layout(rows: Rows, layout: int | None) -> Rows:
    """Sparse rows for a model that learned from sparse ones, else dense ones."""
    if layout == library.SPARSE and isinstance(rows, DenseRows):
        # SciPy knows no sparse half precision.
        values = rows.values.astype(np.float32) if rows.values.dtype == np.float16 else rows.values
        matrix = sparse.csr_array(values)
        return SparseRows(rows.shape, matrix.indptr, matrix.indices, matrix.data)
    if layout == library.DENSE and isinstance(rows, SparseRows):
        return DenseRows(rows.matrix().toarray())
    return rows


def _given_prototypes(init_method: Any, estimator: object) -> tuple[Rows, CodedLabels] | None:
    if not is_explicit(init_method):
        return None
    rows = rows_of(init_method[0], estimator)
    return rows, coded_labels(init_method[1], estimator, rows.shape[0])


def _without_chance(options: str, random_state: Any) -> str:
    """Options for a classifier that is there already: a seed that chance chose stays what it was."""
    if isinstance(random_state, (int, np.integer)):
        return options
    return json.dumps({name: value for name, value in json.loads(options).items() if name != "random_state"})


def _log(report: library.Report, new: np.ndarray, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "shift": report.shift,
        "num_merged": report.merged_count,
        "active_centroids": report.prototype_count,
        "objective": report.objective,
        "reassigned": report.reseeded_count,
        "pruned": report.pruned_count,
        "new_classes": new.tolist(),
        "empty_documents": report.empty_row_count,
        "choices": choices,
        "error_before_update": None if np.isnan(report.error_before_update) else report.error_before_update,
    }

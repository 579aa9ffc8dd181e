"""scikit-learn's own checks, and its tools."""

import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from conftest import needed, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier, NotFittedError

sklearn = needed("sklearn")
needed("sklearn.utils.estimator_checks")

from sklearn.base import clone, is_classifier  # noqa: E402
from sklearn.calibration import CalibratedClassifierCV  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score  # noqa: E402
from sklearn.multiclass import OneVsRestClassifier  # noqa: E402
from sklearn.pipeline import Pipeline, make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

SETTINGS = [
    {"k_init": k_init, "refine": refine, "distance": distance, "soft": soft}
    for k_init in (1, 3, "auto") for refine in (0, "auto") for distance in ("cosine", "euclidean") for soft in (True, False)
    # Refinement starts from hard clusters.
    if soft or refine == 0
] + [
    {"mode": "reference", "k_init": k_init, "distance": distance, "soft": soft}
    for k_init in (1, 3) for distance in ("cosine", "euclidean") for soft in (True, False)
] + [{"soft_type": "softmax", "refine": 0}, {"soft_type": "softmax", "mode": "reference"}, {}, {"k_init": "auto", "refine": 3}]  # fmt: skip

#: As the PyTorch class has it, labels follow the nearest prototype there, and probabilities all of a class.
OF_LABELS_AND_PROBABILITIES = {"check_classifiers_train", "check_decision_proba_consistency"}


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([FastKMeansClassifier(**settings) for settings in SETTINGS])
def test_every_check_of_scikit_learn(estimator, check):
    name = getattr(check, "func", check).__name__
    if name in OF_LABELS_AND_PROBABILITIES and estimator.mode == "reference":
        return
    # It wants weights of 1e7 to 1 to win; test_weights.py holds what class weights do.
    if name != "check_class_weight_classifiers":
        check(estimator)


def test_it_is_a_classifier_to_scikit_learn():
    assert is_classifier(FastKMeansClassifier())
    with pytest.raises(sklearn.exceptions.NotFittedError) as caught:
        FastKMeansClassifier().predict(np.eye(2))
    assert isinstance(caught.value, NotFittedError)


def test_clone_keeps_parameters_and_nothing_else():
    rows, labels = sparse_data()
    starts = (np.eye(60)[:4], [0, 1, 2, 3])
    fitted = FastKMeansClassifier(k_init=4, k_list={1: 2}, init_method=starts).fit(rows, labels)
    other = clone(fitted)
    assert not hasattr(other, "classes_") and other.k_list == {1: 2}
    np.testing.assert_array_equal(other.init_method[0], starts[0])


@pytest.mark.parametrize("backend", ("loky", "threading", "multiprocessing"))
def test_grid_search_with_every_backend(backend):
    joblib = needed("joblib")
    rows, labels = sparse_data(documents=200)
    # The library has been used in this process before the fork.
    FastKMeansClassifier().fit(rows, labels).predict(rows)
    with joblib.parallel_backend(backend, n_jobs=2):
        search = GridSearchCV(FastKMeansClassifier(), {"k_init": [1, 3], "refine": [0, 2]}, cv=3).fit(rows, labels)
    assert search.best_score_ > 0.8 and search.best_estimator_.predict(rows).shape == (200,)
    assert not np.isnan(search.cv_results_["mean_test_score"]).any()


def test_cross_validation_calibration_and_pipelines():
    rows, labels = sparse_data(documents=200)
    assert cross_val_score(FastKMeansClassifier(), rows, labels, cv=3, scoring="neg_log_loss").shape == (3,)
    assert cross_val_predict(FastKMeansClassifier(), rows, labels, cv=3, method="decision_function").shape == (200, 4)
    for method in ("sigmoid", "isotonic"):
        calibrated = CalibratedClassifierCV(FastKMeansClassifier(), method=method, cv=3).fit(rows, labels)
        np.testing.assert_allclose(calibrated.predict_proba(rows).sum(axis=1), 1, rtol=1e-6)
    pipeline = make_pipeline(MaxAbsScaler(), FastKMeansClassifier())
    assert pipeline.fit(rows, labels).score(rows, labels) > 0.9
    pipeline.fit(rows, labels, fastkmeansclassifier__sample_weight=np.ones(200))
    assert "FastKMeansClassifier" in pipeline._repr_html_()
    searched = GridSearchCV(
        Pipeline([("same", FunctionTransformer(accept_sparse=True)), ("classes", FastKMeansClassifier())]),
        {"classes__k_init": [1, "auto"], "classes__distance": ["cosine", "euclidean"]}, cv=2,
    )
    assert searched.fit(rows, labels).best_score_ > 0.7
    assert OneVsRestClassifier(FastKMeansClassifier()).fit(rows, labels).score(rows, labels) > 0.8


def test_metadata_routing():
    rows, labels = sparse_data(documents=200)
    with sklearn.config_context(enable_metadata_routing=True):
        weighted = FastKMeansClassifier().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        result = cross_val_score(weighted, rows, labels, cv=2, params={"sample_weight": np.ones(200)})
        assert not np.isnan(result).any()
        assert clone(weighted).get_metadata_routing().fit.requests == {"sample_weight": True}
        with pytest.raises(Exception, match="sample_weight"):
            cross_val_score(FastKMeansClassifier(), rows, labels, cv=2, params={"sample_weight": np.ones(200)})


def test_many_threads_ask_one_model():
    rows, labels = sparse_data(documents=300)
    classifier = FastKMeansClassifier().fit(rows, labels)
    expected = FastKMeansClassifier().fit(rows, labels).predict_proba(rows)
    wrong = []

    def ask():
        for _ in range(20):
            if not np.array_equal(classifier.predict_proba(rows), expected):
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_threads_that_teach_one_model_take_turns():
    rows, labels = sparse_data(documents=200)
    classifier = FastKMeansClassifier(refine=0)
    classifier.fit_batch(rows, labels)
    threads = [threading.Thread(target=classifier.fit_batch, args=(rows, labels)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Nine batches of 200 documents.
    assert classifier.centroid_weights_.sum() == pytest.approx(1800)


def test_scikit_learn_need_not_be_there():
    """With the module hidden everything works that needs none of its tools."""
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import copy, pickle, numpy as np\n"
        "from fast_kmeans_classifier import FastKMeansClassifier, NotFittedError\n"
        "X, y = np.eye(6), [0, 1, 0, 1, 0, 1]\n"
        "one = FastKMeansClassifier(k_init=1).fit(X, y)\n"
        "assert one.score(X, y) > 0 and len(pickle.loads(pickle.dumps(one)).predict(X)) == 6\n"
        "try: FastKMeansClassifier().predict(X)\n"
        "except NotFittedError: print('good')\n"
    )
    import os

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == "good\n", done.stderr


def test_warnings_are_scikit_learn_s_too():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        FastKMeansClassifier(refine=0).fit(np.eye(4), np.array([[0], [1], [0], [1]]))
    assert any(issubclass(one.category, sklearn.exceptions.DataConversionWarning) for one in caught)

"""The estimator: learning, answering, and what it refuses."""

import os
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import cluster_data, needed, sparse_data

from fast_kmeans_classifier import (
    DeviceError,
    FastKMeansClassifier,
    FastKMeansError,
    InvalidParameterError,
    NotFittedError,
    TfidfVectorizer,
)

DEFAULTS = {
    "k_init": 3, "k_list": None, "init_method": "kmeans++", "distance": "cosine", "dtype": "float32", "soft": True,
    "soft_type": "linear", "temperature": 1.0, "lambda_penalty": 0.1, "merge_threshold": None, "relative_merge": False,
    "min_weight": 1e-3, "truncation_threshold": 1e-4, "percentile_threshold": None, "max_iters": 50, "tol": 1e-4,
    "batch_size": 10240, "n_threads": -1, "random_state": 42, "refine": "auto", "decay": 1.0, "half_life": None,
    "k_bytes": None, "device": "cpu", "warm_start": False, "mode": "default", "class_weight": None, "n_jobs": None, "verbose": False,
}


def test_names_and_defaults_are_the_promised_ones():
    assert FastKMeansClassifier().get_params() == DEFAULTS


def test_the_old_import_line():
    from FastKMeansClassifier import FastKMeansClassifier as Old

    assert Old is FastKMeansClassifier


@pytest.mark.parametrize("soft", (False, True))
@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
def test_without_refinement_confidences_are_as_high_as_answers_are_right(distance, soft):
    rows, labels = sparse_data(documents=1600, non_zeros=2)
    clf = FastKMeansClassifier(refine=0, k_init=2, distance=distance, soft=soft).fit(rows[:800], labels[:800])
    probabilities = clf.predict_proba(rows[800:])
    right = clf.classes_[probabilities.argmax(1)] == labels[800:]
    assert 0.5 < right.mean() < 1
    assert abs(probabilities.max(1).mean() - right.mean()) < 0.05


@pytest.mark.parametrize("refine", (0, 2, "auto"))
@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
def test_it_learns_sparse_and_dense_rows(refine, distance):
    for rows, labels in (sparse_data(), cluster_data()):
        classifier = FastKMeansClassifier(distance=distance, refine=refine).fit(rows, labels)
        assert classifier.score(rows, labels) > 0.85
        assert classifier.n_features_in_ == rows.shape[1]
        np.testing.assert_array_equal(classifier.classes_, np.unique(labels))


@pytest.mark.parametrize("kind", ("int", "bool", "str", "object", "float", "list"))
def test_labels_come_back_as_they_came(kind):
    rows, codes = sparse_data(classes=2)
    y = {
        "int": codes.astype(np.int16), "bool": codes.astype(bool), "str": np.array(["no", "yes"])[codes],
        "object": np.array(["no", "yes"], dtype=object)[codes], "float": codes.astype(np.float64),
        "list": [["no", "yes"][code] for code in codes],
    }[kind]
    classifier = FastKMeansClassifier().fit(rows, y)
    expected = np.asarray(y)
    predicted = classifier.predict(rows)
    assert predicted.dtype == expected.dtype == classifier.classes_.dtype
    assert np.mean(predicted == expected) > 0.9
    assert classifier.centroid_labels_.dtype == expected.dtype


def test_a_model_of_sparse_rows_answers_dense_ones_and_the_reverse():
    rows, labels = sparse_data()
    table = rows.toarray()
    for X, other in ((rows, table), (table, rows)):
        classifier = FastKMeansClassifier().fit(X, labels)
        np.testing.assert_array_equal(classifier.predict(other), classifier.predict(X))
        classifier.fit_batch(other, labels)
        assert classifier.score(other, labels) > 0.9


def test_answers_agree_with_each_other():
    rows, labels = sparse_data(seed=3, classes=5)
    classifier = FastKMeansClassifier().fit(rows, labels)
    predicted = classifier.predict(rows)
    scores = classifier.decision_function(rows)
    probabilities = classifier.predict_proba(rows)
    assert scores.shape == probabilities.shape == (150, 5)
    np.testing.assert_array_equal(classifier.classes_[scores.argmax(axis=1)], predicted)
    np.testing.assert_array_equal(classifier.classes_[probabilities.argmax(axis=1)], predicted)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.exp(classifier.predict_log_proba(rows)), probabilities, rtol=1e-5, atol=1e-7)
    best = classifier.predict_top_k(rows, k=3)
    np.testing.assert_array_equal(best.labels[:, 0], predicted)
    np.testing.assert_allclose(best.confidences, -np.sort(-probabilities, axis=1)[:, :3], rtol=1e-5)
    np.testing.assert_array_equal(classifier.centroid_labels_[best.prototypes], best.labels)
    assert not best.rejected.any()
    sure, confidences = classifier.predict_confidence(rows)
    np.testing.assert_array_equal(sure, predicted)
    np.testing.assert_array_equal(confidences, probabilities.max(axis=1))
    others = -np.sort(-probabilities, axis=1)[:, 3:]
    np.testing.assert_allclose(best.remaining, others.sum(axis=1), atol=1e-6)
    assert (others <= np.minimum(best.remaining, best.confidences[:, -1])[:, None] + 1e-6).all()
    assert classifier.predict_top_k(rows, k=99).labels.shape == (150, 5)
    assert classifier.score(rows, labels) == np.mean(predicted == labels)


def test_two_classes_have_one_score_each():
    rows, labels = sparse_data(classes=2)
    classifier = FastKMeansClassifier().fit(rows, labels)
    scores = classifier.decision_function(rows)
    assert scores.shape == (150,)
    np.testing.assert_array_equal(classifier.classes_[(scores > 0).astype(int)], classifier.predict(rows))


def test_a_row_of_zeros_is_rejected():
    rows, labels = sparse_data()
    best = FastKMeansClassifier().fit(rows, labels).predict_top_k(sp.csr_array((2, rows.shape[1])), k=1)
    assert best.rejected.all()


@pytest.mark.parametrize("size", (1, 7, 150, None, "auto"))
def test_answers_do_not_depend_on_the_batch_size(size):
    rows, labels = sparse_data()
    for X in (rows, rows.toarray()):
        classifier = FastKMeansClassifier().fit(X, labels)
        np.testing.assert_array_equal(classifier.predict_proba(X, batch_size=size), classifier.predict_proba(X))
        np.testing.assert_array_equal(classifier.predict(X, batch_size=size), classifier.predict(X))


def test_prototypes_by_today_s_names_and_by_the_old_ones():
    for rows, labels in (sparse_data(), cluster_data()):
        classifier = FastKMeansClassifier(k_init=2, refine=0).fit(rows, labels)
        count = classifier.report_["active_centroids"]
        assert sp.issparse(classifier.centroids_) and classifier.centroids_.shape == (count, rows.shape[1])
        np.testing.assert_allclose(sp.linalg.norm(classifier.centroids_, axis=1), 1, rtol=1e-4)
        np.testing.assert_allclose(classifier.centroid_weights_.sum(), len(labels))
        assert len(classifier.centroids) == len(classifier.centroid_labels) == len(classifier.centroid_weights) == count
        np.testing.assert_array_equal(classifier.centroids.cpu().numpy(), classifier.centroids_.toarray())
        assert classifier.centroid_labels.detach().cpu().numpy().tolist() == classifier.centroid_labels_.tolist()
        assert classifier.refined_weights_ is None
        refined = FastKMeansClassifier(k_init=2, refine=3).fit(rows, labels).refined_weights_
        assert refined is None or refined.shape[1] == rows.shape[1]


def test_nothing_is_there_before_fit():
    classifier = FastKMeansClassifier()
    assert len(classifier.centroids) == len(classifier.centroid_labels) == len(classifier.centroid_weights) == 0
    for name in ("classes_", "centroids_", "centroid_labels_", "centroid_weights_", "n_features_in_", "n_iter_"):
        assert not hasattr(classifier, name), name
    asked = ("predict", "predict_confidence", "predict_proba", "predict_log_proba", "decision_function", "predict_top_k")
    for ask in (*asked, "explain"):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            getattr(classifier, ask)(np.eye(2))
    with pytest.raises(NotFittedError):
        classifier.save("never written")


@pytest.mark.parametrize(
    "name, value",
    [
        ("k_init", 0), ("k_init", 2.5), ("k_init", "many"), ("k_init", True), ("k_list", 5), ("k_list", [3, 0]),
        ("k_list", {"x": 0}), ("k_list", {1.5: 2}), ("init_method", "forgy"), ("distance", "manhattan"), ("dtype", "int8"),
        ("dtype", None), ("soft", "yes"), ("soft", 1), ("soft_type", "hard"), ("temperature", 0), ("temperature", float("nan")),
        ("temperature", "1"), ("lambda_penalty", -1), ("lambda_penalty", float("inf")), ("merge_threshold", -0.5),
        ("relative_merge", None), ("min_weight", -1), ("truncation_threshold", -1e-9), ("percentile_threshold", 1.5),
        ("max_iters", 0), ("tol", -1), ("batch_size", 0), ("n_threads", 0), ("n_threads", -2), ("random_state", -1),
        ("random_state", "seed"), ("refine", -1), ("refine", "always"), ("decay", 0), ("decay", 1.5), ("half_life", 0), ("half_life", "day"),
        ("k_bytes", 0), ("k_bytes", 0.5), ("device", "tpu"), ("device", "cuda:x"), ("device", None),
        ("warm_start", 1), ("mode", "fast"),
    ],
)
def test_a_wrong_parameter_is_named(name, value):
    classifier = FastKMeansClassifier(**{name: value})
    with pytest.raises(InvalidParameterError, match=name) as caught:
        classifier.fit(np.eye(4), [0, 1, 0, 1])
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, TypeError)
    assert not hasattr(classifier, "classes_")


def test_what_the_old_class_accepted_is_accepted():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier(
        3, None, "KMeans++", "COSINE", "Float32", np.bool_(True), "Linear", batch_size=None, n_threads=1
    )
    assert classifier.fit(rows, labels, verbose=False).score(rows, labels) > 0.9


@pytest.mark.parametrize("device", ("cuda", "cuda:1", "mps"))
def test_an_accelerator_without_its_plug_in(device, monkeypatch):
    monkeypatch.setenv("FASTKMEANS_TORCH_PLUGIN", "there is none")
    rows, labels = sparse_data()
    fitted = FastKMeansClassifier().fit(rows, labels)
    expected = fitted.predict_proba(rows)
    with pytest.raises(DeviceError, match="no LibTorch plug-in found.*there is none.*python -m fast_kmeans_classifier.torch_plugin"):
        fitted.set_params(device=device).predict(rows)
    np.testing.assert_array_equal(fitted.set_params(device="cpu").predict_proba(rows), expected)
    with pytest.raises(DeviceError, match="Accelerators/Torch/build.sh"):
        FastKMeansClassifier(device=device).fit(np.eye(4), [0, 1, 0, 1])
    classifier = FastKMeansClassifier()
    with pytest.raises(DeviceError, match="plug-in"):
        classifier.to(device)
    assert classifier.device == "cpu"
    assert classifier.to("cpu") is classifier


def test_the_first_accelerator_that_there_is(monkeypatch):
    monkeypatch.setenv("FASTKMEANS_TORCH_PLUGIN", "there is none")
    rows, labels = sparse_data()
    expected = FastKMeansClassifier().fit(rows, labels)
    classifier = FastKMeansClassifier().to("auto").fit(rows, labels)
    assert classifier.device == "auto"
    for other in (classifier, pickle.loads(pickle.dumps(classifier)), expected.to("auto")):
        np.testing.assert_array_equal(other.predict_proba(rows), expected.to("cpu").predict_proba(rows))


def test_k_list_by_position_and_by_label():
    rows, labels = sparse_data(classes=3, documents=200)
    by_position = FastKMeansClassifier(k_list=[1, 2], k_init=4, refine=0).fit(rows, labels)
    assert np.bincount(by_position.centroid_labels_).tolist() == [1, 2, 4]
    names = np.array(["a", "b", "c"])[labels]
    by_label = FastKMeansClassifier(k_list={"b": 5}, k_init=1, refine=0).fit(rows, names)
    assert [(by_label.centroid_labels_ == name).sum() for name in "abc"] == [1, 5, 1]
    for k_list, y, words in (
        ({"never": 2}, names, "'never', which no row has"), ({7: 2}, labels, "class 7, which no row has"),
        ({"0": 2}, labels, "labels that are whole numbers"), ({0: 2}, names, "labels that are texts"),
    ):
        with pytest.raises(InvalidParameterError, match=f"k_list.*{words}"):
            FastKMeansClassifier(k_list=k_list).fit(rows, y)
    FastKMeansClassifier(k_list={"never": 2}).fit_batch(rows, names)


def test_a_misspelt_name_comes_with_the_nearest():
    rows, labels = sparse_data()
    for name, value, nearest in (
        ("distance", "cosin", "cosine"), ("mode", "refrence", "reference"), ("dtype", "flaot32", "float32"),
        ("init_method", "kmeans+", "kmeans++"), ("soft_type", "Softmaxx", "softmax"), ("device", "cudda", "cuda"),
    ):
        with pytest.raises(InvalidParameterError, match=f"{name} is {re.escape(repr(value))}; allowed: .*did you mean '{re.escape(nearest)}'"):
            FastKMeansClassifier(**{name: value}).fit(rows, labels)
    with pytest.raises(InvalidParameterError, match="did you mean 'k_init'"):
        FastKMeansClassifier().set_params(kinit=3)
    fitted = FastKMeansClassifier().fit(rows, np.array(["ham", "spam", "eggs", "toast"])[labels])
    for call in (fitted.remove_class, lambda name: fitted.explain(rows[:1], label=name), lambda name: fitted.rename_class(name, "x")):
        with pytest.raises(ValueError, match="no class 'spma' .did you mean 'spam'"):
            call("spma")


def test_n_jobs_is_another_name_for_n_threads(monkeypatch):
    rows, labels = sparse_data()
    expected = FastKMeansClassifier().fit(rows, labels).predict_proba(rows)
    for jobs in (1, 2, -1, -2, -1000):
        fitted = FastKMeansClassifier(n_jobs=jobs).fit(rows, labels)
        np.testing.assert_array_equal(fitted.predict_proba(rows), expected)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    found = [FastKMeansClassifier(n_threads=3, n_jobs=jobs)._threads() for jobs in (None, 1, 5, -1, -2, -8, -9)]
    assert found == [3, 1, 5, -1, 7, 1, 1]
    for jobs in (0, 1.5, "all", True):
        with pytest.raises(InvalidParameterError, match="n_jobs is"):
            FastKMeansClassifier(n_jobs=jobs).fit(rows, labels)


def test_types_that_scikit_learn_calls_values_are_both():
    rows, labels = sparse_data()
    fitted = FastKMeansClassifier().fit(rows, labels)
    for call in (
        lambda: FastKMeansClassifier().fit(rows, ["a", 1] * 75), lambda: fitted.fit_batch(rows, ["a"] * 150),
        lambda: fitted.score(rows, [b"x"] * 150), lambda: FastKMeansClassifier().fit([[{}], [{}]], [0, 1]),
        lambda: FastKMeansClassifier().partial_fit(rows, labels, classes=["a", "b"]), lambda: fitted.rename_class(0, "a"),
    ):
        for kind in (TypeError, ValueError):
            with pytest.raises(kind):
                call()


def test_explicit_prototypes():
    rows, labels = cluster_data(classes=2)
    starts = np.vstack([rows[labels == 0][:2], rows[labels == 1][:1]])
    classifier = FastKMeansClassifier(init_method=(starts, [0, 0, 1]), refine=0, max_iters=1, soft=False).fit(rows, labels)
    assert np.bincount(classifier.centroid_labels_).tolist() == [2, 1]
    other = FastKMeansClassifier(init_method=(starts, [0, 0, 1]), refine=0, max_iters=1, soft=False, random_state=7)
    np.testing.assert_array_equal(other.fit(rows, labels).centroids, classifier.centroids)
    with pytest.raises(ValueError, match="features"):
        FastKMeansClassifier(init_method=(np.eye(3), [0, 1, 1])).fit(rows, labels)
    with pytest.raises(TypeError, match="both be texts or both be numbers"):
        FastKMeansClassifier(init_method=(starts, ["a", "a", "b"])).fit(rows, labels)


def test_the_seed_decides():
    rows, labels = sparse_data(documents=300)
    make = lambda seed: FastKMeansClassifier(random_state=seed, refine=0, max_iters=1).fit(rows, labels).centroids
    np.testing.assert_array_equal(make(1), make(1))
    assert not np.array_equal(make(1), make(2))
    np.testing.assert_array_equal(make(np.random.RandomState(0)), make(np.random.RandomState(0)))
    np.testing.assert_array_equal(make(np.random.default_rng(0)), make(np.random.default_rng(0)))
    assert any(not np.array_equal(make(None), make(None)) for _ in range(5))


def test_the_number_of_threads_does_not():
    rows, labels = sparse_data(documents=300)
    one, two = (FastKMeansClassifier(n_threads=threads).fit(rows, labels).decision_function(rows) for threads in (1, 2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("layout", ("sparse", "dense"))
@pytest.mark.parametrize("bad, words", [(np.nan, "Input X contains NaN"), (np.inf, "infinity"), (1e300, "too large")])
def test_what_is_not_finite(layout, bad, words):
    rows, labels = sparse_data()
    table = rows.toarray().astype(np.float64)
    classifier = FastKMeansClassifier().fit(rows, labels)
    table[17, 3] = bad
    X = sp.csr_array(table) if layout == "sparse" else table
    for call in (lambda: FastKMeansClassifier().fit(X, labels), lambda: classifier.predict(X), lambda: classifier.fit_batch(X, labels)):
        with pytest.raises(ValueError, match=f"{words}.*row 17, column 3"):
            call()


def test_other_columns_than_at_fit():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier().fit(rows, labels)
    for call in (classifier.predict, classifier.explain, lambda X: classifier.fit_batch(X, labels)):
        with pytest.raises(ValueError, match="X has 9 features, but FastKMeansClassifier is expecting 60 features"):
            call(rows[:, :9])


def test_feature_names():
    pandas = needed("pandas")
    rows, labels = cluster_data()
    frame = pandas.DataFrame(rows, columns=[f"f{column}" for column in range(rows.shape[1])])
    classifier = FastKMeansClassifier().fit(frame, labels)
    assert classifier.feature_names_in_.tolist() == list(frame.columns)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        classifier.predict(rows)
    with pytest.raises(ValueError, match="The feature names should match"):
        classifier.predict(frame[frame.columns[::-1]])
    with pytest.raises(ValueError, match="unseen at fit time:\n- other"):
        classifier.predict(frame.rename(columns={"f0": "other"}))
    with pytest.raises(TypeError, match="string names"):
        classifier.predict(frame.rename(columns={"f0": 0}))
    assert not hasattr(classifier.fit(rows, labels), "feature_names_in_")
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        classifier.predict(frame)


def test_one_class_is_not_enough():
    with pytest.raises(ValueError, match=r"at least two classes.*one class only: \['x'\]"):
        FastKMeansClassifier().fit(np.eye(3), ["x", "x", "x"])


def test_a_failed_call_changes_nothing():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier().fit(rows, labels)
    before, attributes = classifier.decision_function(rows), dict(classifier.__dict__)
    for call in (
        lambda: classifier.fit(rows, labels[:-1]), lambda: classifier.fit(rows[:, :5], [np.nan] * 150),
        lambda: classifier.fit(sp.csr_array(rows.shape), labels), lambda: classifier.fit(rows, labels, sample_weight=-1 * labels - 1),
        lambda: classifier.fit_batch(rows, np.array(["text"] * 150)),
    ):
        with pytest.raises((ValueError, TypeError)):
            call()
    assert attributes == classifier.__dict__
    np.testing.assert_array_equal(classifier.decision_function(rows), before)


@pytest.mark.parametrize(
    "weights, error, words",
    [
        ([1.0], ValueError, r"expected \(150,\)"), (np.ones((150, 1)), ValueError, "1D"), (np.full(150, np.nan), ValueError, "NaN"),
        (-np.ones(150), ValueError, "Negative"), (np.zeros(150), ValueError, "at least one non-zero"),
        (True, TypeError, "verbose=True"), (np.full(150, 1e13), ValueError, "1e12"), (-1.0, ValueError, "Negative"),
        (0, ValueError, "at least one non-zero"), (float("nan"), ValueError, "NaN"), ("x", ValueError, "no number"),
        (["x"] * 150, ValueError, "no number"), (np.ones(150, dtype=complex), ValueError, "complex"),
    ],
)
def test_wrong_weights(weights, error, words):
    rows, labels = sparse_data()
    fitted = FastKMeansClassifier().fit(rows, labels)
    for call in (lambda: FastKMeansClassifier().fit(rows, labels, weights), lambda: fitted.fit_batch(rows, labels, weights)):
        with pytest.raises(error, match=words):
            call()
    if error is ValueError and "1e12" not in words:
        with pytest.raises(error, match=words):
            fitted.score(rows, labels, weights)


def test_one_weight_for_all():
    rows, labels = sparse_data()
    one = FastKMeansClassifier(refine=0).fit(rows, labels, sample_weight=2)
    assert one.centroid_weights_.sum() == pytest.approx(300)
    assert one.score(rows, labels, sample_weight=2.5) == pytest.approx(one.score(rows, labels))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("layout", ("sparse", "dense"))
def test_a_weight_of_two_is_a_row_given_twice(seed, layout):
    rows, labels = sparse_data(seed=seed, documents=60)
    X = rows if layout == "sparse" else rows.toarray()
    random = np.random.default_rng(seed)
    weights = random.integers(0, 4, 60)
    repeated = random.permutation(np.repeat(np.arange(60), weights))
    weighted = FastKMeansClassifier().fit(X, labels, sample_weight=weights)
    given_twice = FastKMeansClassifier().fit(X[repeated], labels[repeated])
    np.testing.assert_array_equal(weighted.decision_function(X), given_twice.decision_function(X), err_msg=f"seed {seed}")


def test_explain_adds_up():
    rows, labels = sparse_data()
    unit = sp.csr_array(rows / sp.linalg.norm(rows, axis=1)[:, None])
    names = np.array([f"word {column}" for column in range(60)])
    for X in (unit, unit.toarray()):
        classifier = FastKMeansClassifier(refine=0).fit(X, labels)
        explained = classifier.explain(X, top=60, feature_names=names)
        assert [one.label for one in explained] == classifier.predict(X).tolist()
        for row, one in enumerate(explained):
            shares = [share for _, share in one.features]
            assert shares == sorted(shares, reverse=True)
            assert sum(shares) == pytest.approx(one.score, abs=1e-5)
            assert {int(name.split()[1]) for name, _ in one.features} <= set(unit[[row]].indices.tolist())
            assert classifier.centroid_labels_[one.prototype] == one.label
        best = classifier.explain(X[:1], label=classifier.classes_[-1], top=2)[0]
        assert best.label == classifier.classes_[-1] and len(best.features) <= 2
    for label in (99, 1.5, "1", [1], float("nan"), 2**70):
        with pytest.raises(ValueError, match="knows no class"):
            classifier.explain(X, label=label)
    assert classifier.explain(X[:1], label=np.float64(1))[0].label == 1
    with pytest.raises(ValueError, match="feature names"):
        classifier.explain(X, feature_names=names[:3])
    with pytest.raises(TypeError, match="feature_names is 5"):
        classifier.explain(X, feature_names=5)


@pytest.mark.parametrize("value", (0, -2, 1.5, "all", True, 10**6))
def test_a_wrong_number_of_threads_is_named_by_every_call(value, tmp_path):
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier().fit(rows, labels)
    classifier.save(tmp_path / "model")
    classifier.set_params(n_threads=value)
    for call in (
        lambda: classifier.predict(rows), lambda: classifier.explain(rows), lambda: classifier.fit(rows, labels),
        lambda: FastKMeansClassifier.load(tmp_path / "model", n_threads=value),
        lambda: TfidfVectorizer(min_df=1, n_threads=value).fit(["some text"]),
    ):
        with pytest.raises(InvalidParameterError, match="n_threads"):
            call()


def test_representations():
    assert repr(FastKMeansClassifier()) == "FastKMeansClassifier()"
    assert repr(FastKMeansClassifier(k_init=5, distance="euclidean")) == "FastKMeansClassifier(k_init=5, distance='euclidean')"
    assert "not fitted" in FastKMeansClassifier()._repr_html_()
    rows, labels = sparse_data()
    page = FastKMeansClassifier(k_init=2).fit(rows, np.array(["<b>", "b", "c", "d"])[labels])._repr_html_()
    assert "&lt;b&gt;" in page and "<b>," not in page and "k_init" in page and "prototypes" in page


def test_unknown_parameters_are_named():
    with pytest.raises(ValueError, match="Invalid parameter 'k'.*Valid parameters are"):
        FastKMeansClassifier().set_params(k=3)


def test_reference_mode_runs():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier(mode="reference", soft=False, max_iters=5).fit(rows, labels)
    assert classifier.score(rows, labels) > 0.8
    assert classifier.refined_weights_ is None


def test_errors_of_the_library_are_exported():
    import fast_kmeans_classifier as package

    for name in package.__all__:
        assert getattr(package, name) is not None
    assert issubclass(package.BadModelError, FastKMeansError) and "FastKMeansClassifier" in dir(package)
    with pytest.raises(AttributeError):
        package.nothing


def test_importing_loads_nothing_that_takes_long():
    """Milliseconds, because of what is left for the first use; Benchmarks/python_overhead.py measures them."""
    code = (
        "import sys; before = set(sys.modules); import fast_kmeans_classifier;"
        "print(*sorted(name for name in set(sys.modules) - before if not name.startswith('fast_kmeans')))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True, text=True)
    heavy = {"numpy", "scipy", "sklearn", "pandas", "torch", "ctypes", "inspect", "dataclasses", "logging", "json"}
    assert not heavy & set(done.stdout.split()), done.stdout

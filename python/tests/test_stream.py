"""Learning batch after batch."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from conftest import cluster_data, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier

LOG_KEYS = {
    "shift", "num_merged", "active_centroids", "objective", "reassigned", "pruned", "new_classes", "empty_documents",
    "error_before_update", "choices",
}


def batches(rows, labels, size=40):
    for first in range(0, len(labels), size):
        yield rows[first : first + size], labels[first : first + size]


@pytest.mark.parametrize("mode", ("default", "reference"))
def test_batches_teach(mode):
    for rows, labels in (sparse_data(documents=400), cluster_data(documents=400)):
        classifier = FastKMeansClassifier(mode=mode, soft=False)
        for X, y in batches(rows, labels):
            log = classifier.fit_batch(X, y)
            assert set(log) == LOG_KEYS
            assert log["active_centroids"] == len(classifier.centroid_weights) and log["shift"] >= 0
        assert classifier.score(rows, labels) > 0.8


def test_one_class_is_enough_for_a_batch():
    classifier = FastKMeansClassifier()
    log = classifier.fit_batch(np.eye(3), ["x"] * 3)
    assert log["new_classes"] == ["x"]
    assert classifier.predict(np.eye(3)).tolist() == ["x"] * 3


def test_new_classes_follow_the_known_ones():
    rows, labels = sparse_data(classes=4)
    names = np.array(["delta", "beta", "alpha", "gamma"])[labels]
    classifier = FastKMeansClassifier(refine=0)
    first = np.isin(names, ["delta", "beta"])
    assert classifier.fit_batch(rows[first], names[first])["new_classes"] == ["beta", "delta"]
    before = classifier.centroids_[: len(classifier.centroid_labels_)].toarray()
    log = classifier.fit_batch(rows[~first], names[~first])
    assert log["new_classes"] == ["alpha", "gamma"]
    assert classifier.classes_.tolist() == ["beta", "delta", "alpha", "gamma"]
    np.testing.assert_array_equal(classifier.centroids_[: len(before)].toarray(), before)
    np.testing.assert_array_equal(classifier.classes_[classifier.predict_proba(rows).argmax(axis=1)], classifier.predict(rows))
    assert classifier.score(rows, names) > 0.9


def test_longer_names_and_larger_numbers_fit_in():
    rows, _ = sparse_data()
    classifier = FastKMeansClassifier()
    classifier.fit_batch(rows[:10], np.array(["a", "b"] * 5))
    classifier.fit_batch(rows[10:20], np.array(["a much longer name", "b"] * 5))
    assert classifier.classes_.tolist() == ["a", "b", "a much longer name"]
    classifier = FastKMeansClassifier()
    classifier.fit_batch(rows[:10], np.array([0, 1] * 5, dtype=np.int8))
    classifier.fit_batch(rows[10:20], np.array([2**40, 1] * 5))
    assert classifier.classes_.tolist() == [0, 1, 2**40]


def test_rows_of_weight_zero_bring_no_class():
    rows, labels = sparse_data(classes=3)
    classifier = FastKMeansClassifier()
    log = classifier.fit_batch(rows, labels, sample_weight=(labels != 1).astype(float))
    assert log["new_classes"] == [0, 2] and classifier.classes_.tolist() == [0, 2]
    np.testing.assert_array_equal(np.unique(classifier.centroid_labels_), [0, 2])


def test_partial_fit_with_declared_classes():
    rows, labels = sparse_data(classes=4)
    names = np.array(["delta", "beta", "alpha", "gamma"])[labels]
    classifier = FastKMeansClassifier()
    first = np.isin(names, ["delta", "beta"])
    assert classifier.partial_fit(rows[first], names[first], classes=["delta", "alpha", "beta", "gamma"]) is classifier
    assert classifier.classes_.tolist() == ["alpha", "beta", "delta", "gamma"]
    probabilities = classifier.predict_proba(rows[first])
    assert probabilities.shape[1] == 4 and not probabilities[:, [0, 3]].any()
    assert np.isneginf(classifier.decision_function(rows[first])[:, [0, 3]]).all()
    assert set(classifier.predict(rows)) == {"beta", "delta"}
    classifier.partial_fit(rows[~first], names[~first])
    assert classifier.classes_.tolist() == ["alpha", "beta", "delta", "gamma"]
    predicted = classifier.predict(rows)
    np.testing.assert_array_equal(classifier.classes_[classifier.predict_proba(rows).argmax(axis=1)], predicted)
    np.testing.assert_array_equal(classifier.classes_[classifier.decision_function(rows).argmax(axis=1)], predicted)
    np.testing.assert_array_equal(classifier.predict_top_k(rows, 1).labels[:, 0], predicted)
    assert classifier.explain(rows[:1], label="alpha")[0].label == "alpha"
    assert np.mean(predicted == names) > 0.9
    with pytest.raises(ValueError, match="did not declare: .*omega"):
        classifier.partial_fit(rows[:2], ["omega", "alpha"])
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        classifier.partial_fit(rows[:2], ["beta", "alpha"], classes=["alpha", "beta"])


def test_partial_fit_equals_fit_batch():
    rows, labels = sparse_data()
    one, other = FastKMeansClassifier(), FastKMeansClassifier()
    for X, y in batches(rows, labels):
        one.partial_fit(X, y)
        other.fit_batch(X, y)
    np.testing.assert_array_equal(one.decision_function(rows), other.decision_function(rows))


def test_parameters_may_change_between_batches():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier(refine=0).fit(rows, labels)
    classifier.set_params(decay=0.1).fit_batch(rows, labels)
    kept = FastKMeansClassifier(refine=0).fit(rows, labels)
    kept.fit_batch(rows, labels)
    assert classifier.centroid_weights_.sum() < kept.centroid_weights_.sum()
    with pytest.raises(ValueError, match="distance"):
        classifier.set_params(distance="euclidean").fit_batch(rows, labels)
    classifier.fit(rows, labels)
    assert classifier.score(rows, labels) > 0.9


def test_half_life_counts_documents():
    rows, labels = sparse_data(documents=200)
    classifier = FastKMeansClassifier(refine=0, half_life=100).fit(rows, labels)
    classifier.fit_batch(rows[:100], labels[:100])
    assert classifier.centroid_weights_.sum() == pytest.approx(200 / 2 + 100, rel=1e-6)


def test_a_batch_is_answered_before_it_is_learned():
    rows, labels = sparse_data(documents=200)
    classifier = FastKMeansClassifier().fit(rows[:100], labels[:100])
    assert classifier.report_["error_before_update"] is None
    wrong = np.mean(classifier.predict(rows[100:]) != labels[100:])
    assert classifier.fit_batch(rows[100:], labels[100:])["error_before_update"] == pytest.approx(wrong)
    assert classifier.fit_batch(rows[:20], [99] * 20)["error_before_update"] == 1
    assert FastKMeansClassifier(refine=0).fit_batch(rows, labels)["error_before_update"] is None


def test_warm_start_goes_on():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier(refine=0, max_iters=1, warm_start=True).fit(rows, labels)
    first = classifier.report_["objective"]
    for _ in range(4):
        classifier.fit(rows, labels)
    assert classifier.report_["objective"] <= first
    with pytest.raises(ValueError, match="expecting 60 features"):
        classifier.fit(rows[:, :5], labels)


def test_fit_forgets():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier().fit(rows, labels)
    classifier.fit(np.eye(4), ["a", "b", "a", "b"])
    assert classifier.n_features_in_ == 4 and classifier.classes_.tolist() == ["a", "b"]


def test_merging_as_in_the_old_notebook():
    rows, labels = cluster_data(documents=600)
    classifier = FastKMeansClassifier(
        k_init=20, init_method="random", merge_threshold=0.5, relative_merge=True, lambda_penalty=10, random_state=42
    ).to(device="cpu", dtype="float32")
    history = [classifier.fit_batch(X, y)["active_centroids"] for X, y in batches(rows, labels, 100)]
    assert history[-1] < 60 and classifier.score(rows, labels) > 0.8


def test_one_row_learned_and_one_asked_in_turn_gives_the_answers_of_the_model(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    labels = random.integers(0, 4, 120)
    rows = sparse.csr_matrix(np.abs(random.normal(size=(120, 12))) * (random.random((120, 12)) < 0.4) + np.eye(12)[labels])
    classifier = FastKMeansClassifier()
    classifier.fit_batch(rows[:80], labels[:80])
    for row in range(80, 120):
        classifier.fit_batch(rows[row : row + 1], labels[row : row + 1])
        answers = [classifier.predict(rows[at : at + 1])[0] for at in range(0, 120, 17)]
        classifier.save(tmp_path / "model")
        assert answers == FastKMeansClassifier.load(tmp_path / "model").predict(rows[::17]).tolist()
    with pytest.raises(ValueError, match="features"):
        classifier.predict(rows[:1, :5])

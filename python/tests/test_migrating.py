"""What docs/migrating.md says of moving over, where no other test says it."""

import inspect
import subprocess
import sys
import warnings

import numpy as np
import pytest
from conftest import cluster_data, needed, sparse_data
from test_documents import MIGRATING

from fast_kmeans_classifier import FastKMeansClassifier, TextClassifier, TfidfVectorizer

#: The constructor of the PyTorch class.
OLD_ORDER = [
    "k_init", "k_list", "init_method", "distance", "dtype", "soft", "soft_type", "temperature", "lambda_penalty", "merge_threshold",
    "relative_merge", "min_weight", "truncation_threshold", "percentile_threshold", "max_iters", "tol", "batch_size", "n_threads",
    "random_state",
]  # fmt: skip


def test_old_parameters_come_first_and_new_ones_by_name():
    parameters = list(inspect.signature(FastKMeansClassifier).parameters.values())
    assert [one.name for one in parameters[: len(OLD_ORDER)]] == OLD_ORDER
    assert all(one.kind is one.KEYWORD_ONLY for one in parameters[len(OLD_ORDER) :])
    text = MIGRATING.read_text(encoding="utf-8")
    for one in parameters[len(OLD_ORDER) :]:
        assert f"`{one.name}`" in text.partition("New: ")[2].partition("They come after")[0], one.name


@pytest.mark.parametrize("soft", (True, False))
def test_only_in_reference_mode_may_labels_and_probabilities_differ(soft):
    rows, labels = cluster_data(documents=300, classes=4, spread=1.5)
    differ = lambda fitted: (fitted.classes_[fitted.predict_proba(rows).argmax(axis=1)] != fitted.predict(rows)).sum()
    assert differ(FastKMeansClassifier(mode="reference", soft=soft).fit(rows, labels)) > 0
    for settings in ({}, {"refine": 0}, {"distance": "euclidean"}):
        assert differ(FastKMeansClassifier(soft=soft, **settings).fit(rows, labels)) == 0


def test_without_refinement_every_class_gets_as_many_prototypes_as_asked_for():
    rows, labels = sparse_data(documents=400)
    assert np.bincount(FastKMeansClassifier(k_init=4, refine=0).fit(rows, labels).centroid_labels_).tolist() == [4] * 4
    automatic = FastKMeansClassifier(k_init="auto").fit(rows, labels)
    assert 1 <= np.bincount(automatic.centroid_labels_).max() <= 5


def test_masses_count_beyond_what_half_precision_can():
    rows, labels = cluster_data(documents=5000, classes=2)
    classifier = FastKMeansClassifier(dtype="float16", k_init=1, refine=0).fit(rows, labels)
    np.testing.assert_allclose(classifier.centroid_weights_, np.bincount(labels), rtol=1e-6)


def test_lambda_penalty_has_an_effect_in_reference_mode_only():
    rows, labels = sparse_data()
    make = lambda **options: FastKMeansClassifier(refine=0, **options).fit(rows, labels).predict_proba(rows)
    np.testing.assert_array_equal(make(lambda_penalty=0.0), make(lambda_penalty=10.0))
    assert not np.array_equal(make(mode="reference", lambda_penalty=0.0), make(mode="reference", lambda_penalty=10.0))


def test_the_batch_size_has_an_effect_in_reference_mode_only():
    rows, labels = sparse_data()
    make = lambda **options: FastKMeansClassifier(**options).fit(rows, labels).predict_proba(rows)
    np.testing.assert_array_equal(make(batch_size=20), make(batch_size=None))
    assert not np.array_equal(make(mode="reference", batch_size=20), make(mode="reference", batch_size=None))


def test_numpy_s_own_generator_is_left_alone():
    rows, labels = sparse_data()
    np.random.seed(7)
    before = np.random.get_state()[1].tolist()
    one = FastKMeansClassifier().fit(rows, labels).predict_proba(rows)
    assert np.random.get_state()[1].tolist() == before
    np.random.seed(8)
    np.testing.assert_array_equal(FastKMeansClassifier().fit(rows, labels).predict_proba(rows), one)


def test_new_classes_come_last_and_sorted_within_their_call():
    rows, labels = sparse_data()
    names = np.array(["d", "b", "c", "a"])[labels]
    classifier = FastKMeansClassifier()
    classifier.fit_batch(rows[labels < 2], names[labels < 2])
    assert classifier.classes_.tolist() == ["b", "d"]
    classifier.fit_batch(rows, names)
    assert classifier.classes_.tolist() == ["b", "d", "a", "c"] and classifier.predict_proba(rows).shape == (150, 4)
    assert classifier.predict_proba(rows).dtype == np.float32


def test_the_verbose_of_the_old_class_is_refused_where_weights_are_now():
    rows, labels = sparse_data()
    with pytest.raises(TypeError, match="pass it by name, verbose=True"):
        FastKMeansClassifier().fit(rows, labels, True)


def test_a_precision_counts_from_the_next_fit_on():
    rows, labels = sparse_data()
    classifier = FastKMeansClassifier().fit(rows, labels)
    before = classifier.predict_proba(rows)
    assert classifier.to(dtype="float64") is classifier and classifier.dtype == "float64"
    np.testing.assert_array_equal(classifier.predict_proba(rows), before)
    assert classifier.fit(rows, labels).centroids_.dtype == np.float64


@pytest.mark.parametrize("refine", (0, 5))
def test_who_multiplies_himself_finds_the_answers(refine):
    rows, labels = sparse_data(documents=400)
    classifier = FastKMeansClassifier(refine=refine, k_init=2, truncation_threshold=0).fit(rows, labels)
    weights = classifier.centroids_ if refine == 0 else classifier.refined_weights_
    best = (rows @ weights.T).toarray().argmax(axis=1)
    assert (classifier.centroid_labels_[best] == classifier.predict(rows)).mean() > (0.999 if refine == 0 else 0.97)


def test_a_class_of_two_parts_wants_two_prototypes():
    random = np.random.default_rng(0)
    corners = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]])
    parts = random.integers(0, 4, 400)
    rows, labels = corners[parts] + 0.2 * random.standard_normal((400, 2)), parts // 2
    assert FastKMeansClassifier(k_init=1, refine=0).fit(rows, labels).score(rows, labels) < 0.8
    two = FastKMeansClassifier(k_init=2, refine=0, soft=False).fit(rows, labels)
    assert two.score(rows, labels) > 0.99 and two.centroids_.shape == (4, 2)
    assert len({one.prototype for one in two.explain(rows)}) == 4


def test_columns_of_different_units_want_scaling():
    datasets, pipeline = needed("sklearn.datasets"), needed("sklearn.pipeline")
    selection, preprocessing = needed("sklearn.model_selection"), needed("sklearn.preprocessing")
    rows, labels = datasets.load_wine(return_X_y=True)
    scaled = pipeline.make_pipeline(preprocessing.StandardScaler(), FastKMeansClassifier())
    with pytest.warns(UserWarning, match="distance='auto' chooses"):
        assert selection.cross_val_score(FastKMeansClassifier(), rows, labels, cv=5).mean() < 0.8
    assert selection.cross_val_score(scaled, rows, labels, cv=5).mean() > 0.93
    assert selection.cross_val_score(FastKMeansClassifier(distance="auto"), rows, labels, cv=5).mean() > 0.93
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = FastKMeansClassifier(distance="auto").fit(rows, labels).report_
    assert [choice["candidate"] for choice in report["choices"] if choice["taken"]][0].endswith("standardized features")


def test_tools_for_linear_models_take_one_prototype_a_class():
    feature_selection = needed("sklearn.feature_selection")
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 300)
    rows = random.random((300, 12)) + 3 * np.eye(12)[labels]
    classifier = FastKMeansClassifier(k_init=1)
    assert feature_selection.SelectFromModel(classifier).fit(rows, labels).get_support()[:3].all()
    chosen = feature_selection.RFE(classifier, n_features_to_select=3).fit(rows, labels).support_
    assert chosen.tolist() == [True] * 3 + [False] * 9


def test_epochs_can_be_fixed():
    # Noise that outweighs a small mark of the class: refinement finds the mark, and is kept.
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 300)
    rows = np.hstack([random.random((300, 18)), 0.5 * np.eye(3)[labels]])
    make = lambda refine: FastKMeansClassifier(refine=refine).fit(rows, labels).refined_weights_.toarray()
    np.testing.assert_array_equal(make(5), make(5))
    assert not np.array_equal(make(3), make(5))


def test_the_line_for_fasttext_s_files():
    line = next(line for line in MIGRATING.read_text(encoding="utf-8").splitlines() if "sed -E" in line)
    script = line.split("sed -E '")[1].split("'")[0]
    if sys.platform == "darwin":
        pytest.skip("the line is for GNU sed")
    done = subprocess.run(
        ["sed", "-E", script], input="__label__sport some text\n__label__a-b x __label__y\n", capture_output=True, text=True, check=True
    )
    assert done.stdout == "sport\tsome text\na-b\tx __label__y\n"


def test_what_fasttext_s_users_ask_for(tmp_path):
    texts = ["the screen stays black", "no picture on my screen", "the invoice is wrong", "a refund for my invoice"] * 5
    labels = ["hardware", "hardware", "billing", "billing"] * 5
    assert "black screen" not in TfidfVectorizer(ngrams=(1, 2), min_df=1).fit(texts).vocabulary_
    assert "screen stays" in TfidfVectorizer(ngrams=(1, 2), min_df=1).fit(texts).vocabulary_
    assert TfidfVectorizer(hashing=20).transform(texts).shape == (20, 2**20)
    single, half = (TextClassifier(dtype=dtype).fit(texts, labels) for dtype in ("float32", "float16"))
    single.save(tmp_path / "single.safetensors")
    half.save(tmp_path / "half.safetensors")
    assert (tmp_path / "half.safetensors").stat().st_size < (tmp_path / "single.safetensors").stat().st_size
    loaded = TextClassifier.load(tmp_path / "single.safetensors")
    assert loaded.fit_batch(["a late parcel"] * 3, ["delivery"] * 3)["new_classes"] == ["delivery"]
    asked = ["screen", "", "words that nobody knows", "invoice " * 500, "\ud800 \x00"]
    for answers in (loaded.predict_top_k(asked, k=3), loaded.predict_top_k(asked[:1], k=3)):
        assert answers.labels.shape[1] == 3
        np.testing.assert_allclose(answers.confidences.sum(axis=1), 1, rtol=1e-5)
        assert ((answers.confidences >= 0) & (answers.confidences <= 1)).all()
    assert loaded.predict_top_k(asked).rejected[1:3].all()

"""Weights of documents and of classes, and what they have to do with rows that repeat."""

import numpy as np
import pytest
from conftest import cluster_data, needed, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier, InvalidParameterError, TextClassifier

SETTINGS = (
    {}, {"refine": 0}, {"refine": 0, "soft": False, "k_init": 1}, {"distance": "euclidean"}, {"mode": "reference"},
    {"mode": "reference", "distance": "euclidean", "soft_type": "softmax"},
)  # fmt: skip


def with_repeats(layout, documents=200):
    """Rows of which each tenth is the one before once more."""
    rows, labels = (sparse_data if layout == "sparse" else cluster_data)(documents=documents)
    order = np.arange(documents)
    order[5::10] -= 1
    return rows[order], labels[order]


def same(one, other, rows):
    np.testing.assert_array_equal(one.predict_proba(rows), other.predict_proba(rows))
    np.testing.assert_array_equal(one.predict(rows), other.predict(rows))


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("layout", ("sparse", "dense"))
@pytest.mark.parametrize("documents", (200, 1200))
def test_a_weight_of_one_is_none_and_one_of_zero_leaves_the_row_out(settings, layout, documents):
    rows, labels = with_repeats(layout, documents)
    make = lambda *data: FastKMeansClassifier(**settings).fit(*data)
    same(make(rows, labels, np.ones(documents)), make(rows, labels), rows)
    weights = np.arange(documents) % 2
    same(make(rows, labels, weights), make(rows[1::2], labels[1::2]), rows)
    in_batches = [FastKMeansClassifier(**settings) for _ in range(4)]
    for half in (slice(0, documents // 2), slice(documents // 2, documents)):
        in_batches[0].fit_batch(rows[half], labels[half])
        in_batches[1].fit_batch(rows[half], labels[half], np.ones(documents // 2))
        in_batches[2].fit_batch(rows[half][1::2], labels[half][1::2])
        in_batches[3].fit_batch(rows[half], labels[half], weights[half])
    same(*in_batches[:2], rows)
    same(*in_batches[2:], rows)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("layout", ("sparse", "dense"))
@pytest.mark.parametrize("kind", ("mixed", "twos"))
def test_copies_are_a_weight_wherever_they_stand(settings, layout, kind):
    rows, labels = with_repeats(layout)
    counts = np.random.default_rng(1).integers(0, 4, 200) if kind == "mixed" else np.full(200, 2)
    weighted = FastKMeansClassifier(**settings).fit(rows, labels, counts)
    orders = [np.repeat(np.arange(200), counts)]
    orders.append(np.concatenate([np.flatnonzero(counts > copy) for copy in range(3)]))
    if kind == "mixed":
        orders.append(np.random.default_rng(2).permutation(orders[0]))
    for order in orders:
        same(FastKMeansClassifier(**settings).fit(rows[order], labels[order]), weighted, rows)


def test_rows_of_weight_zero_keep_their_faults_and_numbers():
    rows, labels = cluster_data()
    rows[7, 3] = np.nan
    with pytest.raises(ValueError, match="row 7, column 3"):
        FastKMeansClassifier().fit(rows, labels, sample_weight=np.arange(len(labels)) % 2)


@pytest.mark.parametrize("kind", ("int", "str", "float", "bool", "object"))
@pytest.mark.parametrize("refine", (0, "auto"))
def test_class_weights_multiply_the_weights_of_documents(kind, refine):
    rows, codes = sparse_data(documents=300, classes=2)
    labels = {
        "int": codes, "str": np.array(["no", "yes"])[codes], "float": codes.astype(float), "bool": codes.astype(bool),
        "object": np.array(["no", "yes"], dtype=object)[codes],
    }[kind]
    first = labels[np.argmin(codes)]
    weights = np.random.default_rng(0).random(300)
    by_class = FastKMeansClassifier(refine=refine, class_weight={first: 3})
    expected = np.where(labels == first, 3.0, 1.0)
    same(by_class.fit(rows, labels), FastKMeansClassifier(refine=refine).fit(rows, labels, expected), rows)
    same(
        by_class.fit(rows, labels, weights), FastKMeansClassifier(refine=refine).fit(rows, labels, weights * expected), rows
    )
    streamed = FastKMeansClassifier(refine=refine, class_weight={first: 3})
    streamed.fit_batch(rows, labels, weights)
    other = FastKMeansClassifier(refine=refine)
    other.fit_batch(rows, labels, weights * expected)
    same(streamed, other, rows)


def test_balanced_classes_weigh_the_same():
    rows, labels = sparse_data(documents=300)
    kept = np.flatnonzero((labels != 1) | (np.arange(300) % 3 == 0))
    rows, labels = rows[kept], labels[kept]
    balanced = FastKMeansClassifier(class_weight="balanced", refine=0).fit(rows, labels)
    by_class = np.bincount(balanced.centroid_labels_, balanced.centroid_weights_)
    np.testing.assert_allclose(by_class, len(labels) / 4, rtol=1e-5)
    # As scikit-learn has it; and rows that count more make a class larger.
    class_weight = needed("sklearn.utils.class_weight")
    expected = class_weight.compute_sample_weight("balanced", labels)
    same(balanced, FastKMeansClassifier(refine=0).fit(rows, labels, expected), rows)
    counts = np.random.default_rng(3).integers(0, 3, len(labels))
    order = np.repeat(np.arange(len(labels)), counts)
    one = FastKMeansClassifier(class_weight="balanced").fit(rows, labels, counts)
    other = FastKMeansClassifier(class_weight="balanced").fit(rows[order], labels[order])
    np.testing.assert_allclose(one.predict_proba(rows), other.predict_proba(rows), rtol=1e-5)
    # Where classes are alike there is nothing to weigh.
    even = np.repeat(np.arange(4), 20)
    same(
        FastKMeansClassifier(class_weight="balanced").fit(rows[:80], even), FastKMeansClassifier().fit(rows[:80], even), rows
    )


def test_a_class_of_weight_zero_is_absent():
    rows, labels = sparse_data()
    without = FastKMeansClassifier(class_weight={3: 0}).fit(rows, labels)
    assert without.classes_.tolist() == [0, 1, 2]
    same(without, FastKMeansClassifier().fit(rows[labels < 3], labels[labels < 3]), rows)


@pytest.mark.parametrize(
    "class_weight, words",
    [
        ("balance", "'balanced', a dict"), ([1, 2], "'balanced', a dict"), ({0: -1}, "weights from 0"), ({0: "x"}, "weights from 0"),
        ({0: np.nan}, "weights from 0"), ({0: 2, 7: 2}, "the class 7, which no row has"), ({"0": 2}, "the class '0'.*did you mean '0'"),
    ],
)
def test_wrong_class_weights_are_named(class_weight, words):
    rows, labels = sparse_data()
    with pytest.raises(InvalidParameterError, match=words):
        FastKMeansClassifier(class_weight=class_weight).fit(rows, labels)


def test_a_misspelt_class_is_named_with_the_nearest():
    texts, labels = ["screen is black", "late invoice"] * 4, ["hardware", "billing"] * 4
    for name in ("class_weight", "k_list"):
        with pytest.raises(InvalidParameterError, match=f"{name}.*'biling', which no row has.*did you mean 'billing'"):
            TextClassifier(min_df=1, **{name: {"biling": 2}}).fit(texts, labels)
        # In a stream it may still come.
        TextClassifier(min_df=1, **{name: {"biling": 2}}).fit_batch(texts, labels)


def test_batches_cannot_be_balanced():
    rows, labels = sparse_data()
    for call in ("fit_batch", "partial_fit"):
        with pytest.raises(ValueError, match="class_weight 'balanced' is not supported for partial_fit"):
            getattr(FastKMeansClassifier(class_weight="balanced"), call)(rows, labels)

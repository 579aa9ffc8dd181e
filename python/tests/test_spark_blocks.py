"""What runs on executors, tried without a session: packing, drawing, sums, merging."""

import ctypes
import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import cluster_data, needed, sparse_data

needed("pyspark")
pa = needed("pyarrow")
needed("pandas")

from fast_kmeans_classifier import FastKMeansClassifier  # noqa: E402
from fast_kmeans_classifier import _distributed as distributed  # noqa: E402
from fast_kmeans_classifier import _native as native  # noqa: E402
from fast_kmeans_classifier._input import rows_of  # noqa: E402
from fast_kmeans_classifier._labels import coded_labels  # noqa: E402
from fast_kmeans_classifier._parameters import library_options  # noqa: E402
from fast_kmeans_classifier.spark import _merging, _sampling, _seeding, _sums  # noqa: E402
from fast_kmeans_classifier.spark._blocks import Block, joined  # noqa: E402
from fast_kmeans_classifier.spark._packing import Names, Problem, blocks_of  # noqa: E402
from fast_kmeans_classifier.spark._refinement import held_out_sizes  # noqa: E402
from fast_kmeans_classifier.spark._refinement_tasks import packed, unpacked  # noqa: E402
from fast_kmeans_classifier.spark._vectors import vectors_of_table  # noqa: E402

NAMES = Names("features", "label", "weight")


def vector_column(rows, dense=()):
    """Rows of a CSR matrix as Spark hands vectors over, those in `dense` as dense vectors."""
    lists = []
    for row in range(rows.shape[0]):
        one = rows[[row]]
        if row in dense:
            lists.append({"type": 1, "size": None, "indices": None, "values": one.toarray().ravel().tolist()})
        else:
            lists.append(
                {"type": 0, "size": rows.shape[1], "indices": one.indices.tolist(), "values": one.data.tolist()}
            )
    kind = pa.struct(
        [("type", pa.int8()), ("size", pa.int32()), ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float64()))]
    )
    return pa.array(lists, kind)


def batch(features, labels, weights):
    return pa.RecordBatch.from_arrays([features, labels, weights], ["features", "label", "weight"])


def some_batch(documents=12, dense=(), labels=None, weights=None):
    rows, codes = sparse_data(documents=documents)
    column = vector_column(rows, dense)
    labels = pa.array(codes if labels is None else labels)
    return rows, codes, batch(column, labels, pa.array(np.ones(documents) if weights is None else weights))


def block_of(rows, labels, weights=None):
    coded = coded_labels(labels, None)
    return Block(rows_of(rows), coded._replace(codes=coded.codes.astype(np.int32)), weights)


@pytest.mark.parametrize("dense", ((), (0, 3), range(12)))
def test_vectors_keep_their_values(dense):
    rows, codes, arrow = some_batch(dense=dense)
    (block,) = blocks_of([arrow], NAMES)
    matrix = block.rows.matrix()
    found = matrix.toarray() if sp.issparse(matrix) else matrix
    np.testing.assert_array_equal(found, rows.toarray())
    assert sp.issparse(matrix) == (len(dense) < 12)
    np.testing.assert_array_equal(block.labels.classes[block.labels.codes], codes)


def test_batches_are_joined_up_to_a_size():
    rows, codes, arrow = some_batch()
    blocks = list(blocks_of([arrow] * 6, NAMES, block_bytes=2000))
    assert 1 < len(blocks) < 6
    whole = joined(blocks)
    np.testing.assert_array_equal(whole.rows.matrix().toarray(), np.tile(rows.toarray(), (6, 1)))
    np.testing.assert_array_equal(whole.labels.classes[whole.labels.codes], np.tile(codes, 6))
    again = pickle.loads(pickle.dumps(whole))
    np.testing.assert_array_equal(again.rows.values, whole.rows.values)


def test_arrays_of_numbers_are_dense_rows():
    rows, labels = cluster_data(documents=10)
    column = pa.array(rows.tolist(), pa.list_(pa.float64()))
    (block,) = blocks_of([batch(column, pa.array(labels), pa.array(np.ones(10)))], NAMES)
    np.testing.assert_array_equal(block.rows.values, rows)
    assert block.rows.values.dtype == np.float32


def test_text_labels_are_sorted():
    _, _, arrow = some_batch(labels=["b", "ä", "a"] * 4)
    (block,) = blocks_of([arrow], NAMES)
    assert block.labels.classes.tolist() == ["a", "b", "ä"]
    assert block.labels.classes[block.labels.codes].tolist() == ["b", "ä", "a"] * 4


def with_value(rows, value):
    rows = rows.copy()
    rows.data[rows.indptr[5]] = value
    return rows


@pytest.mark.parametrize(
    "kind, change",
    (
        ("null", lambda rows, codes: (None, None, [1.0] * 5 + [None] + [1.0] * 6)),
        ("null", lambda rows, codes: (None, [0] * 5 + [None] + [1] * 6, None)),
        ("bad_label", lambda rows, codes: (None, [0.0] * 5 + [float("nan")] + [1.0] * 6, None)),
        ("bad_label", lambda rows, codes: (None, [0.0] * 5 + [0.25] + [1.0] * 6, None)),
        ("bad_weight", lambda rows, codes: (None, None, [1.0] * 5 + [-1.0] + [1.0] * 6)),
        ("bad_weight", lambda rows, codes: (None, None, [1.0] * 5 + [float("nan")] + [1.0] * 6)),
        ("not_finite", lambda rows, codes: (vector_column(with_value(rows, np.inf)), None, None)),
        ("not_finite", lambda rows, codes: (vector_column(with_value(rows.astype(np.float64), 1e300)), None, None)),
    ),
)
def test_problems_name_the_row(kind, change):
    rows, codes, good = some_batch()
    features, labels, weights = change(rows, codes)
    bad = batch(
        good.column("features") if features is None else features,
        good.column("label") if labels is None else pa.array(labels),
        good.column("weight") if weights is None else pa.array(weights, pa.float64()),
    )
    *_, problem = blocks_of([good, bad], NAMES)
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.row) == (kind, 12 + 5)


def test_other_feature_counts_are_a_problem():
    _, _, good = some_batch()
    wide = sp.csr_array(np.ones((1, 61)))
    *_, problem = blocks_of([good, batch(vector_column(wide), pa.array([1]), pa.array([1.0]))], NAMES)
    assert (problem.kind, problem.row) == ("feature_count", 12)
    assert "61" in problem.text and "60" in problem.text


def test_probabilities_travel_as_dense_vectors():
    table = np.arange(6.0).reshape(2, 3)
    values = vectors_of_table(table).to_pylist()
    assert values[1] == {"type": 1, "size": None, "indices": None, "values": [3.0, 4.0, 5.0]}


def test_quotas_add_up_and_stay_within_what_there_is():
    random = np.random.default_rng(3)
    for _ in range(50):
        counts = random.integers(0, 9, (random.integers(1, 6), 7))
        wanted = np.minimum(counts.sum(axis=0), random.integers(0, 20, 7))
        given = _sampling.quotas(counts, wanted)
        np.testing.assert_array_equal(given.sum(axis=0), wanted)
        assert (given >= 0).all() and (given <= counts).all()


def test_a_draw_takes_its_quota_and_is_repeatable():
    rows, codes = sparse_data()
    weights = np.ones(len(codes))
    weights[::5] = 0
    block = block_of(rows, codes, weights)
    counts = np.bincount(codes[weights > 0])
    draw = _sampling.Draw(7, _sampling.SEEDING, {(0, 0): counts // 2})
    mask = draw.mask(block, (0, 0))
    np.testing.assert_array_equal(np.bincount(codes[mask], minlength=len(counts)), counts // 2)
    assert not mask[weights == 0].any()
    np.testing.assert_array_equal(mask, pickle.loads(pickle.dumps(draw)).mask(block, (0, 0)))
    assert (mask != _sampling.Draw(8, _sampling.SEEDING, {(0, 0): counts // 2}).mask(block, (0, 0))).any()
    assert not draw.mask(block, (1, 0)).any()


def test_every_class_keeps_a_document_for_training():
    sizes = held_out_sizes(np.array([1, 2, 5, 1000]))
    assert sizes[0] == 0 and sizes[1] <= 1
    assert sizes.sum() == pytest.approx(0.12 * 1008, abs=2)
    assert held_out_sizes(np.full(10, 100_000)).sum() == 2000


def test_samples_are_cut_from_large_classes_first():
    sizes = _seeding.sample_sizes(np.array([5, 1000, 80]), np.array([3, 3, 3]), sample_limit=200)
    assert sizes.tolist() == [5, 115, 80]
    assert _seeding.sample_sizes(np.array([5, 1000]), np.array([3, 2])).tolist() == [5, 200]


def test_similarities_are_those_of_different_documents():
    rows, codes = sparse_data()
    found = _seeding.mean_similarities(block_of(rows, codes), codes, 4)
    unit = rows.toarray() / np.linalg.norm(rows.toarray(), axis=1, keepdims=True)
    for index in range(4):
        cosines = unit[codes == index] @ unit[codes == index].T
        count = len(cosines)
        assert found[index] == pytest.approx((cosines.sum() - count) / (count * (count - 1)), rel=1e-4)


def model_and_sums(kind, value_type="float64"):
    rows, labels = sparse_data(features=200_000) if kind == "sparse" else cluster_data()
    options = library_options(FastKMeansClassifier(refine=0, soft=False).get_params())
    model = distributed.seeded(options, None, rows_of(rows), coded_labels(labels, None), None)
    found = distributed.epoch_sums(model, rows_of(rows), coded_labels(labels, None), None, 1)
    return model, _sums.Sums(found.vectors, found.masses, found.objective)


@pytest.mark.parametrize("kind", ("sparse", "dense"))
def test_sums_survive_travelling(kind):
    _, sums = model_and_sums(kind)
    again = _sums.joined_slices([_sums.decoded(_sums.doubles(piece)) for piece in _sums.slices(sums, 3)])
    difference = again.vectors - sums.vectors
    assert abs(difference).max() == 0
    np.testing.assert_array_equal(again.masses, sums.masses)
    assert again.objective == sums.objective


def test_wide_gaps_between_columns_survive():
    vectors = sp.csr_array((np.ones(4), [0, 65_534, 131_070, 199_999], [0, 0, 3, 4]), shape=(3, 200_000))
    sums = _sums.Sums(vectors, np.ones(3), 0.0)
    again = _sums.decoded(_sums.encoded(sums, "float32")).vectors
    np.testing.assert_array_equal(again.indices, vectors.indices)
    np.testing.assert_array_equal(again.indptr, vectors.indptr)


def test_pieces_are_added_in_the_order_of_partitions():
    # In another order they give 1.
    values = [1e16, 1.0, -1e16]
    pieces = [
        (0, (partition, _sums.encoded(_sums.Sums(np.array([[value]]), np.ones(1), 0.0), "float64")))
        for partition, value in enumerate(values)
    ]
    expected = (values[0] + values[1]) + values[2]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        ((_, total),) = _sums.Adding(_sums.decoded, _sums.doubles)([pieces[place] for place in order])
        assert _sums.decoded(total).vectors[0, 0] == expected


def test_sums_of_parts_are_the_sums_of_all():
    model, whole = model_and_sums("sparse")
    rows, labels = sparse_data(features=200_000)
    task = _sums.EpochTask(None, True, 1, 1, "float64", frozenset(), None)
    blocks = [block_of(rows[start : start + 40], labels[start : start + 40]) for start in range(0, 150, 40)]
    found = _sums.sums_of_partition(task, model, 0, blocks)
    assert abs(found.vectors - whole.vectors).max() < 1e-6
    np.testing.assert_allclose(found.masses, whole.masses)
    settled = _sums.sums_of_partition(task._replace(settled=frozenset([0, 1])), model, 0, blocks)
    is_settled = np.isin(model.labels()[model.prototype_classes()], [0, 1])
    assert settled.masses[is_settled].sum() == 0
    np.testing.assert_allclose(settled.masses[~is_settled], whole.masses[~is_settled])


def test_merging_follows_the_local_rule():
    rows, labels = sparse_data(documents=400)
    local = FastKMeansClassifier(refine=0, soft=False, k_init=6, merge_threshold=0.35, max_iters=1).fit(rows, labels)
    plain = FastKMeansClassifier(refine=0, soft=False, k_init=6, max_iters=1).fit(rows, labels)
    options = {**plain._state.model().options(), "merge_threshold": 0.35}
    classes = plain._state.model().prototype_classes()
    groups = _merging.groups_to_merge(plain.centroids_, classes, np.arange(4), options)
    assert sum(len(group) - 1 for group in groups) == 24 - len(local.centroids_.toarray()) > 0
    vectors, masses = _merging.merged(plain.centroids_, plain.centroid_weights_, groups)
    assert masses.sum() == pytest.approx(400) and (masses == 0).sum() == 24 - local.centroids_.shape[0]
    assert vectors.shape == plain.centroids_.shape


def average(models, weights):
    """What the C interface offers to those who average whole models."""
    handles = (ctypes.c_void_p * len(models))(*[model.value for model in models])
    shares = np.array(weights, dtype=np.float64)
    return native.Model._made_by("fkm_model_average", handles, len(models), shares)


def refined(model, rows, labels, step):
    """What the C interface offers to those who refine on some of the rows alone."""
    return native.Model._made_by(
        "fkm_model_refine", model, rows_of(rows), coded_labels(labels, None), None, 1, 1, 1.0, 0.0, step, None, None
    )


def test_refinement_in_parts_is_judged():
    rows, labels = sparse_data(documents=400)
    options = library_options(FastKMeansClassifier(soft=False).get_params())
    model = distributed.seeded(options, None, rows_of(rows), coded_labels(labels, None), None)
    halves = [refined(model, rows[part::2], labels[part::2], part) for part in (0, 1)]
    mean = average(halves, [1.0, 3.0])
    weights = [half.prototypes(2).toarray() for half in halves]
    np.testing.assert_allclose(mean.prototypes(2).toarray(), 0.25 * weights[0] + 0.75 * weights[1], atol=1e-3)
    judged, accuracy, plain = distributed.calibrated(mean, rows_of(rows), coded_labels(labels, None), None, 1)
    assert judged.info.is_refined == (accuracy >= plain)


@pytest.mark.parametrize("make", (sparse_data, cluster_data))
@pytest.mark.parametrize("seed", range(5))
def test_changes_travel_within_half_precision(make, seed):
    random = np.random.default_rng(seed)
    vectors = make(seed=seed)[0].astype(np.float64) * 10.0 ** random.integers(-30, 30)
    vectors = vectors * random.choice([-1.0, 1.0]) if seed % 2 else -vectors
    biases = random.random(vectors.shape[0])
    change = packed(_sums.Sums(vectors, biases, 7.0))
    assert change.sums.values.dtype == np.float16 and np.isfinite(change.sums.values).all()
    found = unpacked(change)
    dense = (lambda matrix: matrix.toarray() if sp.issparse(matrix) else matrix)
    np.testing.assert_allclose(dense(found.vectors), dense(vectors), rtol=2.0**-11, err_msg=f"seed {seed}")
    np.testing.assert_array_equal(found.masses, biases)
    assert found.objective == 7


def test_changes_that_vanish_are_not_sent():
    vectors = sp.csr_array(np.array([[1.0, 1e-20, 0.0], [0.0, 0.0, 0.0]]))
    change = packed(_sums.Sums(vectors, np.zeros(2), 1.0))
    assert len(change.sums.values) == 1
    nothing = packed(_sums.Sums(sp.csr_array((2, 3), dtype=np.float64), np.zeros(2), 1.0))
    assert len(nothing.sums.values) == 0 and unpacked(nothing).vectors.nnz == 0

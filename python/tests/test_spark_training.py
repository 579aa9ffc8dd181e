"""Distributed training against local training, on lists in place of Spark's data sets: many cases in little time."""

import contextlib
import json
import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import cluster_data, needed, sparse_data

needed("pyspark")
needed("pyarrow")
needed("pandas")

from fast_kmeans_classifier import FastKMeansClassifier as Local  # noqa: E402
from fast_kmeans_classifier._input import rows_of  # noqa: E402
from fast_kmeans_classifier._labels import coded_labels  # noqa: E402
from fast_kmeans_classifier._parameters import library_options  # noqa: E402
from fast_kmeans_classifier.spark import _estimator, _refinement, _refinement_tasks, _seeding, _sums  # noqa: E402
from fast_kmeans_classifier.spark._blocks import Block  # noqa: E402
from fast_kmeans_classifier.spark._dealing import Deal, DealingTask, assembled  # noqa: E402
from fast_kmeans_classifier.spark._estimator import _Training  # noqa: E402
from fast_kmeans_classifier.spark._kmeans import Epochs  # noqa: E402
from fast_kmeans_classifier.spark._packing import Names  # noqa: E402
from fast_kmeans_classifier.spark._refinement import held_out_sizes  # noqa: E402
from fast_kmeans_classifier.spark._rows import TrainingRows, _summaries  # noqa: E402
from fast_kmeans_classifier.spark._sampling import HOLDING_OUT, quotas  # noqa: E402
from fast_kmeans_classifier.spark._seeding import first_model  # noqa: E402


class Lists:
    """The calls of an RDD on lists, one for each partition. Whatever would be sent is pickled."""

    def __init__(self, parts):
        self.parts = parts

    def getNumPartitions(self):
        return len(self.parts)

    def mapPartitionsWithIndex(self, function, preservesPartitioning=False):
        return Lists([list(function(index, iter(part))) for index, part in enumerate(self.parts)])

    def mapPartitions(self, function):
        return self.mapPartitionsWithIndex(lambda _, part: function(part))

    def map(self, function):
        return Lists([[function(item) for item in part] for part in self.parts])

    def values(self):
        return self.map(lambda item: item[1])

    def partitionBy(self, count, place=hash):
        parts = [[] for _ in range(count)]
        # A shuffle promises no order.
        for part in reversed(self.parts):
            for key, value in part:
                parts[place(key) % count].append((key, pickle.loads(pickle.dumps(value))))
        return Lists(parts)

    def collect(self):
        return [item for part in self.parts for item in part]

    def count(self):
        return len(self.collect())

    def persist(self, level):
        return self

    def unpersist(self):
        return self


def looked_up(number):
    return Sent.sent[number]


class Sent:
    """A broadcast: its value is pickled once, and a task looks it up."""

    sent = {}

    def __init__(self, value):
        self.value = pickle.loads(pickle.dumps(value))
        self.sent[id(self)] = self

    def __reduce__(self):
        return looked_up, (id(self),)

    def destroy(self):
        self.value = None
        del self.sent[id(self)]


class Context:
    """The calls of a SparkContext that a training makes."""

    def broadcast(self, data):
        return Sent(data)

    def runJob(self, data, function, partitions):
        sent = [pickle.loads(pickle.dumps(function)) for _ in partitions]
        return [item for one, part in zip(sent, partitions) for item in one(iter(data.parts[part]))]

    def getLocalProperty(self, name):
        return None

    def setLocalProperty(self, name, value):
        assert value is None

    def setJobDescription(self, text):
        assert text.startswith("FastKMeansClassifier: ")


@contextlib.contextmanager
def broadcast(data, purpose):
    yield Sent(data)


def training_rows(rows, labels, weights, partitions, blocks=2):
    """Rows in the given numbers of partitions and blocks, one of them empty."""
    count = len(labels)
    bounds = np.linspace(0, count, partitions * blocks + 1).astype(int)
    made = [
        block_of(rows[a:b], labels[a:b], None if weights is None else weights[a:b]) for a, b in zip(bounds[:-1], bounds[1:])
    ]
    parts = [made[start : start + blocks] for start in range(0, len(made), blocks)]
    result = TrainingRows.__new__(TrainingRows)
    result._names = Names("features", "label", "weight")
    result.blocks = Lists([*parts, []])
    result._look(result.blocks.mapPartitionsWithIndex(_summaries).collect())
    return result


def block_of(rows, labels, weights):
    coded = coded_labels(labels, None)
    return Block(rows_of(rows), coded._replace(codes=coded.codes.astype(np.int32)), weights)


def train(rows, labels, weights, params, partitions=3):
    """What the driver does with `refine` 0."""
    options = json.loads(library_options(Local(**params).get_params()))
    initial = params.get("init_method")
    if isinstance(initial, tuple):
        initial = (rows_of(initial[0]), coded_labels(initial[1], None))
    else:
        initial = None
    held = training_rows(rows, labels, weights, partitions)
    return Epochs(held, options, 1, None, broadcast).run(first_model(held, options, initial, None, None))


def train_refined(rows, labels, weights, params, partitions=3):
    """All that the driver does."""
    options = json.loads(library_options(Local(**params).get_params()))
    held = training_rows(rows, labels, weights, partitions)
    return _Training(held, options, None, 1, Context()).run()


def start(rows, labels, random, per_class=3):
    chosen = [random.choice(np.flatnonzero(labels == label), per_class, replace=False) for label in np.unique(labels)]
    return rows[np.concatenate(chosen)], labels[np.concatenate(chosen)]


def assert_same(outcome, local, tolerance=5e-6):
    """Rounding in single precision, added in another order; what was seen is a tenth of it."""
    model, expected = outcome.model, local._state.model()
    np.testing.assert_array_equal(model.prototype_classes(), expected.prototype_classes())
    np.testing.assert_array_equal(model.labels(), expected.labels())
    found, wanted = (sp.csr_array(one.prototypes(1)).toarray() for one in (model, expected))
    np.testing.assert_allclose(found, wanted, atol=tolerance)
    np.testing.assert_allclose(model.prototype_masses(), expected.prototype_masses(), rtol=2e-5)
    assert model.info.batch_count == expected.info.batch_count == 1


def case(seed):
    """Data and parameters that differ in everything that training depends on."""
    random = np.random.default_rng(seed)
    is_sparse = random.random() < 0.6
    make = sparse_data if is_sparse else cluster_data
    rows, labels = make(seed=seed, documents=int(random.integers(60, 300)))
    weights = random.random(len(labels)) + 0.01 if random.random() < 0.5 else None
    if weights is not None:
        weights[random.random(len(labels)) < 0.1] = 0
        weights[:20] = 1
    params = {
        "refine": 0, "soft": bool(random.random() < 0.3), "distance": str(random.choice(["cosine", "euclidean"])),
        "dtype": str(random.choice(["float32", "float64"])), "max_iters": int(random.choice([1, 4, 50])),
        "tol": float(random.choice([1e-4, 0.05, 0.0])), "init_method": start(rows, labels, random),
    }
    if params["soft"]:
        params["max_iters"] = min(params["max_iters"], 4)
    return rows, labels, weights, params


@pytest.mark.parametrize("seed", range(40))
def test_parts_give_what_all_together_give(seed):
    rows, labels, weights, params = case(seed)
    local = Local(**params).fit(rows, labels, weights)
    outcome = train(rows, labels, weights, params, partitions=1 + seed % 4)
    assert_same(outcome, local)
    assert outcome.epochs == local.n_iter_
    assert outcome.reseeded_count == local.report_["reassigned"]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("what", ("merge", "relative", "quantile", "prune", "revive"))
def test_merged_dead_and_revived_prototypes(what, seed):
    rows, labels = (sparse_data if seed % 2 else cluster_data)(seed=seed, documents=200)
    random = np.random.default_rng(seed)
    first, first_labels = start(rows, labels, random)
    params = {"refine": 0, "soft": False, "distance": ("cosine", "euclidean")[seed // 2 % 2]}
    if what == "revive":
        far = np.zeros((2, rows.shape[1]), dtype=np.float32)
        far[:, -1] = 50
        far[:, 0] = (-40, 40)
        first = np.concatenate([far, first.toarray() if sp.issparse(first) else first])
        first = sp.csr_array(first) if sp.issparse(rows) else first
        first_labels = np.concatenate([[0, 0], first_labels])
    else:
        params |= {
            "merge": {"merge_threshold": 0.4}, "relative": {"merge_threshold": 0.6, "relative_merge": True},
            "quantile": {"merge_threshold": 9.0, "percentile_threshold": 0.05}, "prune": {"min_weight": 25.0},
        }[what]
    params["init_method"] = first, first_labels
    local = Local(**params).fit(rows, labels)
    outcome = train(rows, labels, None, params)
    assert_same(outcome, local)
    counted = (outcome.merged_count, outcome.pruned_count, outcome.reseeded_count)
    report = local.report_
    assert counted == (report["num_merged"], report["pruned"], report["reassigned"])
    wanted = {"prune": counted[1], "revive": counted[2]}.get(what, counted[0])
    assert wanted > 0 or what in ("relative", "merge"), "the case tries nothing"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k_init", (1, 3, "auto"))
def test_seeds_are_the_local_ones_while_the_sample_holds_all(k_init, seed):
    rows, labels = sparse_data(seed=seed, documents=250)
    params = {
        "refine": 0, "soft": False, "k_init": k_init, "random_state": seed, "k_list": {2: 2} if seed % 2 else None,
        "init_method": "random" if seed == 3 else "kmeans++",
    }
    assert_same(train(rows, labels, None, params), Local(**params).fit(rows, labels))


def test_a_sample_that_is_cut_gives_as_many_prototypes_as_all(monkeypatch):
    rows, labels = sparse_data(documents=2000)
    params = {"refine": 0, "soft": False, "k_init": "auto", "k_list": {1: 2}}
    local = Local(**params).fit(rows, labels)
    monkeypatch.setattr(_seeding, "SAMPLE_LIMIT", 400)
    monkeypatch.setattr(_seeding.sample_sizes, "__defaults__", (400,))
    found = train(rows, labels, None, params).model.prototype_classes()
    np.testing.assert_array_equal(found, local._state.model().prototype_classes())
    assert np.bincount(found)[1] == 2


def test_text_labels_and_a_class_with_empty_documents_only():
    rows, codes = sparse_data()
    names = np.array(["d", "ä", "a", "c"], dtype=object)[codes]
    rows = sp.csr_array(sp.vstack([rows, sp.csr_array((3, 60), dtype=np.float32)]))
    labels = np.concatenate([names, ["empty"] * 3])
    first = start(rows[:150], labels[:150].astype(str), np.random.default_rng(1))
    params = {"refine": 0, "soft": False, "init_method": first}
    outcome, local = train(rows, labels, None, params), Local(**params).fit(rows, labels)
    np.testing.assert_allclose(outcome.model.prototypes(1).toarray(), local.centroids_.toarray(), atol=5e-6)
    assert outcome.model.labels().tolist() == ["a", "c", "d", "empty", "ä"]


def accuracy(model, rows, labels):
    predicted = model.labels()[model.predict(rows_of(rows), 1, 1000)]
    return float((predicted == labels).mean())


@pytest.mark.parametrize("partitions", (1, 2, 9, 20))
@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
@pytest.mark.parametrize("make", (sparse_data, cluster_data))
def test_refinement_in_rounds(make, distance, partitions):
    rows, labels = make(documents=600, seed=4)
    weights = np.where(np.arange(600) % 9 == 0, 0.0, 1.5)
    model, report = train_refined(rows, labels, weights, {"distance": distance, "refine": 3}, partitions)
    assert report["refinement"] in ("done", "no better")
    assert model.info.is_refined == (report["refinement"] == "done")
    assert 0 < report["held_out"] <= 0.12 * (weights > 0).sum() + 1
    assert accuracy(model, rows, labels) > 0.9
    # Held-out documents and those without weight are not counted; the options are the user's again.
    counted = (weights > 0).sum() - report["held_out"]
    assert model.prototype_masses().sum() == pytest.approx(1.5 * counted, rel=1e-5)
    assert model.options()["soft"] is True and model.options()["refine"] == 3


def test_refinement_that_would_take_too_much_memory_is_left_out(monkeypatch):
    rows, labels = cluster_data()
    monkeypatch.setattr(_estimator, "REFINEMENT_BYTE_LIMIT", rows.shape[1] * 8 * 4 - 1)
    model, report = train_refined(rows, labels, None, {})
    assert report["refinement"] == "skipped" and not model.info.is_refined
    # Weights of sparse documents take what the documents need.
    rows, labels = sparse_data()
    assert train_refined(rows, labels, None, {})[1]["refinement"] == "done"


def test_a_document_a_class_can_be_refined_too():
    rows, labels = sparse_data(documents=40)
    first = [int(np.flatnonzero(labels == label)[0]) for label in range(4)]
    model, report = train_refined(rows[first], labels[first], None, {}, partitions=2)
    assert report["held_out"] == 0 and model.info.is_refined
    assert accuracy(model, rows[first], labels[first]) == 1


# --- rounds


def hard_data(documents=3000, features=400, classes=12, seed=0):
    """Texts of few words that classes share: k-means gets two of three right, refinement three of four."""
    random = np.random.default_rng(seed)
    topics = random.dirichlet(np.full(features, 0.05), classes) * 0.25 + random.dirichlet(np.full(features, 0.3)) * 0.75
    labels = random.integers(0, classes, documents)
    words = [random.choice(features, 12, p=topics[label]) for label in labels]
    rows = sp.csr_array(
        (np.ones(12 * documents, np.float32), (np.repeat(np.arange(documents), 12), np.concatenate(words))),
        shape=(documents, features),
    )
    rows.sum_duplicates()
    return rows, labels


@pytest.mark.parametrize("distance", ("cosine", "euclidean"))
def test_parts_are_as_accurate_as_one_machine(distance):
    rows, labels = hard_data()
    train, test = np.arange(2000), np.arange(2000, 3000)
    params = {"distance": distance, "soft": False, "max_iters": 5, "k_init": 2}
    local = Local(**params, n_threads=1).fit(rows[train], labels[train])
    plain = Local(**params, n_threads=1, refine=0).fit(rows[train], labels[train])
    wanted, before = local.score(rows[test], labels[test]), plain.score(rows[test], labels[test])
    found = [
        accuracy(train_refined(rows[train], labels[train], None, params, partitions)[0], rows[test], labels[test])
        for partitions in (1, 2, 8, 32)
    ]
    assert wanted > before + 0.03, "there is nothing to refine"
    assert min(found) > wanted - 0.025 and max(found) - min(found) < 0.03, f"{found} in parts, {wanted} on one machine"


def test_euclidean_margins_are_those_of_one_machine():
    """Within a point on average: here the held-out eighth of the rows teaches nothing. Measured: 0.6; in the spread of prototypes 4.4."""
    wanted, found = [], []
    params = {"distance": "euclidean", "soft": False, "max_iters": 5, "k_init": 2}
    for seed in range(4):
        rows, labels = hard_data(seed=seed)
        local = Local(**params, n_threads=1).fit(rows[:2000], labels[:2000])
        wanted.append(local.score(rows[2000:], labels[2000:]))
        for partitions in (1, 8):
            model, _ = train_refined(rows[:2000], labels[:2000], None, params, partitions)
            found.append(accuracy(model, rows[2000:], labels[2000:]))
    assert np.mean(found) > np.mean(wanted) - 0.01, f"{found} in parts, {wanted} on one machine"


@pytest.mark.parametrize("make", (sparse_data, cluster_data))
def test_the_spread_of_all_rows_is_that_of_its_parts(make):
    rows, labels = make(documents=300)
    weights = np.where(np.arange(300) % 4 == 0, 0.0, 2.0)
    held = training_rows(rows, labels, weights, 3)
    refinement = _refinement.Refinement(held, {"refine": 1}, 1, None, 0, None, None)
    kept = (rows.toarray() if sp.issparse(rows) else rows)[weights > 0].astype(np.float64)
    wanted = np.sqrt(((kept - kept.mean(axis=0)) ** 2).sum(axis=1).mean())
    assert refinement._deviation() == pytest.approx(wanted, rel=1e-6)


def test_how_rows_are_partitioned_does_not_matter():
    rows, labels = hard_data()
    train, test = np.arange(2000), np.arange(2000, 3000)
    by_class = train[np.argsort(labels[train], kind="stable")]
    # Sorted by class; then the documents of one class alone in the last of three partitions.
    last = np.concatenate([by_class[labels[by_class] != 3], by_class[labels[by_class] == 3]])
    found = [
        accuracy(train_refined(rows[order], labels[order], None, {"soft": False}, 3)[0], rows[test], labels[test])
        for order in (train, by_class, last)
    ]
    assert max(found) - min(found) < 0.03, found


@pytest.mark.parametrize("make", (sparse_data, cluster_data))
def test_weights_that_a_process_lost_are_made_again(make, monkeypatch):
    rows, labels = make(documents=500)
    undisturbed = train_refined(rows, labels, None, {"refine": 2})[0].to_bytes()
    moves, calls = _refinement.Refiner.moves, []

    def forgetful(self, *arguments):
        calls.append(self)
        if len(calls) % 3 == 0:
            _refinement_tasks._held.clear()
        return moves(self, *arguments)

    monkeypatch.setattr(_refinement.Refiner, "moves", forgetful)
    assert train_refined(rows, labels, None, {"refine": 2})[0].to_bytes() == undisturbed
    assert len(set(map(id, calls))) > 2


def test_a_refinement_that_diverges_starts_again_at_half_the_rate(monkeypatch):
    rows, labels = sparse_data(documents=500)
    rates, moves = [], _refinement.Refiner.moves

    def watched(self, rows, labels, weights, steps, members, feature_rates, rate, threads):
        rates.append(rate)
        vectors, biases, loss = moves(self, rows, labels, weights, steps, members, feature_rates, rate, threads)
        return vectors, biases, np.nan if rate > 0.3 else loss

    monkeypatch.setattr(_refinement.Refiner, "moves", watched)
    model, report = train_refined(rows, labels, None, {"refine": 2})
    tried = [rate for rate in rates if rate > 0]
    assert tried[0] in (0.5, 1.0) and tried[1] == tried[0] / 2
    assert report["refinement"] == "done" and accuracy(model, rows, labels) > 0.9


def test_every_document_is_dealt_once_and_a_heavy_one_to_several_batches():
    rows, labels = sparse_data(documents=400)
    weights = np.where(np.arange(400) % 50 == 0, 10.0, 1.0)
    weights[7] = 0
    held = training_rows(rows, labels, weights, 3)
    counts = quotas(held.counts, held_out_sizes(held.class_counts))
    held_out = held.draw_of(0, HOLDING_OUT, counts)
    deal = Deal.of(int((held.counts - counts).sum()), 4, 0)
    dealing = DealingTask(deal, held_out, held.mean_weight, True)
    dealt = held.blocks.mapPartitionsWithIndex(dealing).partitionBy(deal.piece_count + 1, lambda key: key)
    pieces = [assembled(iter(part)) for part in dealt.parts]
    assert pieces[-1].block.rows.shape[0] == counts.sum()
    steps, batches = {}, {}
    for number, piece in enumerate(pieces[:-1]):
        matrix = piece.block.rows.matrix()
        for row in range(matrix.shape[0]):
            key = matrix[[row]].toarray().tobytes()
            steps[key] = steps.get(key, 0) + float(piece.steps[row])
            batches.setdefault(key, []).append(number // deal.task_count)
    assert len(steps) == 399 - counts.sum()
    heavy = [key for key in steps if steps[key] > 5]
    assert heavy and all(len(set(batches[key])) == len(batches[key]) >= steps[key] / 2 for key in heavy)
    light = [steps[key] for key in steps if steps[key] <= 5]
    np.testing.assert_allclose(light, 1 / held.mean_weight, rtol=1e-6)
    sizes = [sum(len(pieces[number].members) for number in deal.pieces(batch)) for batch in range(deal.batch_count)]
    assert max(sizes) - min(sizes) <= 6, "a document more or less for each block"


@pytest.mark.parametrize(
    ("documents", "partitions", "batches", "tasks", "damping"),
    ((3, 5, 1, 1, 1.0), (640, 8, 10, 1, 1.0), (48_000, 4, 24, 4, 1.0), (10_000_000, 10_000, 256, 64, 2048 * 256 / 1e7)),
)
def test_batches_have_a_size_that_can_be_added_up(documents, partitions, batches, tasks, damping):
    deal = Deal.of(documents, partitions, 0)
    assert (deal.batch_count, deal.task_count) == (batches, tasks)
    assert deal.damping == pytest.approx(damping)
    assert sorted(deal.order(1)) == list(range(batches)) and deal.order(1) == deal.order(1)


def test_feature_rates_follow_their_definition():
    rows, labels = hard_data(documents=300, features=60, classes=4)
    held = training_rows(rows, labels, None, 2)
    held_out = held.draw_of(0, HOLDING_OUT, quotas(held.counts, held_out_sizes(held.class_counts)))
    counting = _refinement_tasks.CountingTask(held_out, held.classes, held.is_text)
    table = _sums.added_up(held.blocks.mapPartitionsWithIndex(counting), 1, _sums.decoded, _sums.doubles)
    found = _refinement.feature_rates(table.vectors, table.masses[:-1])

    masks = [
        held_out.mask(block, (number, place)) for number, part in enumerate(held.blocks.parts) for place, block in enumerate(part)
    ]
    kept = ~np.concatenate(masks)
    dense, codes = rows.toarray()[kept].astype(np.float64), labels[kept]
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    shares = np.bincount(codes) / len(codes)
    roots = np.zeros(60)
    for feature in range(60):
        n = np.bincount(codes[dense[:, feature] > 0], minlength=4)
        roots[feature] = np.sqrt((n * (n + 2 * shares) + shares**2).sum()) / (n.sum() + 1)
    squares = (dense**2).sum(axis=0)
    np.testing.assert_allclose(found, roots * squares.sum() / (squares @ roots), rtol=1e-5)

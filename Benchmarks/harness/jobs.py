"""Every job that `compare.py` knows, in the order of the report. Standard library only."""

import dataclasses

# What the comparison with the PyTorch class fixes: three prototypes, ten epochs, no refinement.
SAME_JOB = {"k_init": 3, "max_iters": 10}
SOFT = {
    "hard": {"soft": False},
    "linear-10": {"soft": True, "soft_type": "linear", "lambda_penalty": 10},
    "linear-0.1": {"soft": True, "soft_type": "linear", "lambda_penalty": 0.1},
    "softmax": {"soft": True, "soft_type": "softmax", "temperature": 1.0},
}


@dataclasses.dataclass(frozen=True)
class Job:
    """One job of the comparison.

    `system` is `fastkmeans`, `pytorch`, `sklearn` or `other`; `peer` names a function of `harness.peers`, or a class
    of `harness.other_tools`. `environment` is the folder of a separate Python environment, below `Benchmarks`.
    """

    name: str
    system: str
    settings: dict = dataclasses.field(default_factory=dict)
    peer: str = ""
    environment: str = ""


def _table():
    yield Job("fastkmeans-default", "fastkmeans")
    for name in ("hard", "linear-10"):
        yield Job(f"fastkmeans-{name}", "fastkmeans", {**SOFT[name], **SAME_JOB, "refine": 0})
    for name in ("hard", "linear-10", "linear-0.1", "softmax"):
        settings = {"mode": "reference", **SOFT[name], **SAME_JOB, "refine": 0}
        yield Job(f"fastkmeans-reference-{name}", "fastkmeans", settings)
    for name, settings in SOFT.items():
        yield Job(f"pytorch-{name}", "pytorch", {**settings, **SAME_JOB}, "pytorch_class")
    yield Job("nearest-mean", "sklearn", peer="nearest_mean")
    yield Job("nearest-centroid", "sklearn", peer="nearest_centroid")
    yield Job("minibatch-kmeans", "sklearn", {"k_init": 3}, "minibatch_kmeans")
    yield Job("sgd-hinge", "sklearn", {"alpha": 1e-5}, "sgd_hinge")
    yield Job("linear-svc", "sklearn", {"C": 1.0}, "linear_svc")
    yield Job("logistic-regression", "sklearn", {"C": 10.0}, "logistic_regression")
    yield Job("brute-knn", "sklearn", {"n_neighbors": 5}, "brute_knn")
    yield Job("faiss-kmeans", "other", {"k_init": 3, "max_iters": 10}, "FaissKMeansPerClass")
    yield Job("fasttext", "other", {"lr": 0.5, "epoch": 10, "dim": 50}, "FastText")
    yield Job("vowpal-wabbit", "other", {"loss": "hinge", "passes": 5}, "VowpalWabbit")
    yield Job("pecos", "other", {}, "Pecos", environment=".venv/pecos")


JOBS = {job.name: job for job in _table()}

# (ours, theirs): the same work, so that a ratio means something.
PAIRS = (
    ("fastkmeans-hard", "pytorch-hard"),
    ("fastkmeans-linear-10", "pytorch-linear-10"),
    ("fastkmeans-reference-hard", "pytorch-hard"),
    ("fastkmeans-reference-linear-10", "pytorch-linear-10"),
    ("fastkmeans-reference-linear-0.1", "pytorch-linear-0.1"),
    ("fastkmeans-reference-softmax", "pytorch-softmax"),
    ("fastkmeans-hard", "minibatch-kmeans"),
    ("fastkmeans-hard", "faiss-kmeans"),
    ("fastkmeans-default", "nearest-mean"),
    ("fastkmeans-default", "sgd-hinge"),
    ("fastkmeans-default", "linear-svc"),
    ("fastkmeans-default", "logistic-regression"),
    ("fastkmeans-default", "brute-knn"),
    ("fastkmeans-default", "fasttext"),
    ("fastkmeans-default", "vowpal-wabbit"),
    ("fastkmeans-default", "pecos"),
)

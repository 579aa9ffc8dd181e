"""On executors in separate processes, one of which is killed.

    pytest -m spark_cluster            only these
    pytest -m 'not spark_cluster'      all but these
"""

import os
import pathlib
import signal
import threading
import time

import numpy as np
import pytest
from conftest import sparse_data
from spark_support import frame, new_session, stages, vectors

from fast_kmeans_classifier import FastKMeansClassifier as Local
from fast_kmeans_classifier.spark import FastKMeansClassifier

pytestmark = pytest.mark.spark_cluster


@pytest.fixture(scope="module")
def cluster():
    session = new_session(
        "local-cluster[2,1,1024]",
        **{
            "spark.executor.memory": "900m", "spark.driver.host": "127.0.0.1",
            # Both executors have to be there, or the frame has one partition and one executor does it all.
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        },
    )
    yield session
    session.stop()


def executors(session):
    """The process numbers of this session's executors."""
    application, found = session.sparkContext.applicationId.encode(), []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"CoarseGrainedExecutorBackend" in command and application in command:
            found.append(int(folder.name))
    return sorted(found)


@pytest.fixture(scope="module")
def data():
    return sparse_data(documents=400)


@pytest.mark.skipif(not pathlib.Path("/proc/self/cmdline").exists(), reason="finds executors by /proc")
def test_a_killed_executor_changes_no_bit(cluster, data):
    rows, labels = data
    documents = frame(cluster, vectors(rows), labels, partitions=2)
    random = np.random.default_rng(2)
    chosen = np.concatenate([random.choice(np.flatnonzero(labels == label), 3, False) for label in range(4)])
    start = rows[chosen], labels[chosen]
    # Never settled, so that there is a middle to be killed in.
    options = {"tol": 0.0, "distance": "cosine", "refine": 0}
    estimator = FastKMeansClassifier(**options, maxIter=8, initMethod=start)

    undisturbed = estimator.fit(documents)
    local = Local(**options, max_iters=8, init_method=start).fit(rows, labels)
    np.testing.assert_allclose(undisturbed.centroids.toarray(), local.centroids_.toarray(), atol=5e-6)
    np.testing.assert_allclose(undisturbed.centroidWeights, local.centroid_weights_, rtol=1e-5)
    assert undisturbed.report["epochs"] == local.n_iter_ == 8

    before = executors(cluster)
    assert len(before) == 2
    done, killed = len(stages(cluster)), []

    def kill_in_the_middle():
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not killed:
            if any("k-means, epoch 3" in stage.purpose for stage in stages(cluster)[done:]):
                killed.append(before[0])
                os.kill(before[0], signal.SIGKILL)
            time.sleep(0.01)

    killer = threading.Thread(target=kill_in_the_middle)
    killer.start()
    disturbed = estimator.fit(documents)
    alive = executors(cluster)
    killer.join()
    assert killed and killed[0] not in alive, "nothing was killed while training went on"
    assert disturbed._bytes() == undisturbed._bytes()
    answers = [row.prediction for row in disturbed.transform(documents).select("prediction").collect()]
    np.testing.assert_array_equal(answers, local.predict(rows))


def test_refinement_and_answers_cross_processes(cluster, data):
    rows, labels = data
    documents = frame(cluster, vectors(rows), [f"class {label}" for label in labels], partitions=2)
    model = FastKMeansClassifier(refine=2, maxIter=3).fit(documents)
    answers = model.transform(documents).select("label", "prediction").collect()
    assert np.mean([row.label == row.prediction for row in answers]) > 0.95
    assert model.report["refinement"] == "done"

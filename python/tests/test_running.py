"""Ctrl-C, the GIL, forks and memory: what a long call does to the process around it."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from conftest import sparse_data

from fast_kmeans_classifier import FastKMeansClassifier


def run(code, timeout=600):
    """Runs code in a separate process; gives what it printed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, os.path.dirname(__file__)])}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=environment, capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


LONG = """
    import os, signal, sys, threading, time
    import numpy as np, scipy.sparse as sp
    from fast_kmeans_classifier import FastKMeansClassifier
    random = np.random.default_rng(0)
    rows = sp.random(10_000, 2_000, density=0.01, format="csr", dtype=np.float32, random_state=0)
    labels = random.integers(0, 100, 10_000)
"""


@pytest.mark.parametrize("verbose, custom", [(False, False), (True, False), (False, True)])
def test_ctrl_c_stops_fit_and_leaves_the_classifier_as_it_was(verbose, custom):
    """The interrupt comes while the library works. A handler of the user's own may let it go on."""
    printed = run(
        LONG
        + f"""
    classifier = FastKMeansClassifier(k_init=1, refine=0, max_iters=1).fit(rows[:300], labels[:300])
    before = classifier.predict(rows[:300])
    classifier.set_params(k_init=5, refine=1000, max_iters=1000, tol=0)
    heard = []
    if {custom}:
        signal.signal(signal.SIGINT, lambda *call: heard.append(1) if not heard else signal.default_int_handler(*call))
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    handler = signal.getsignal(signal.SIGINT)
    try:
        classifier.fit(rows, labels, verbose={verbose})
        print("finished")
    except KeyboardInterrupt:
        print("interrupted")
    assert (classifier.predict(rows[:300]) == before).all()
    print(len(classifier.centroid_weights_) == len(classifier.classes_), signal.getsignal(signal.SIGINT) is handler, len(heard))
    """
    )
    assert printed == ["interrupted", "True", "True", str(int(custom))]


def test_another_thread_runs_while_fit_works():
    printed = run(
        LONG
        + """
    ticks, done = [], threading.Event()

    def count():
        while not done.is_set():
            ticks.append(1)
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = len(ticks)
    FastKMeansClassifier(k_init=3, refine=2, n_threads=1).fit(rows, labels)
    during = len(ticks) - before
    done.set()
    thread.join()
    print(during > 20)
    """
    )
    assert printed == ["True"]


def test_a_progress_function_s_error_stops_fit():
    from fast_kmeans_classifier import _progress

    rows, labels = sparse_data()

    class Broken(_progress.ShownProgress):
        def show(self, *arguments):
            raise ZeroDivisionError("in the display")

    classifier = FastKMeansClassifier()
    shown = _progress.ShownProgress
    _progress.ShownProgress = Broken
    try:
        with pytest.raises(ZeroDivisionError, match="in the display"):
            classifier.fit(rows, labels, verbose=True)
    finally:
        _progress.ShownProgress = shown
    assert not hasattr(classifier, "classes_")


def test_a_fork_after_use_works_in_parent_and_child():
    printed = run(
        """
        import os
        import numpy as np
        from conftest import sparse_data
        from fast_kmeans_classifier import FastKMeansClassifier
        rows, labels = sparse_data(documents=2000, features=400)
        classifier = FastKMeansClassifier(n_threads=2).fit(rows, labels)
        expected = classifier.predict(rows)
        for _ in range(5):
            child = os.fork()
            if child == 0:
                same = np.array_equal(classifier.predict(rows), expected)
                again = np.array_equal(FastKMeansClassifier(n_threads=2).fit(rows, labels).predict(rows), expected)
                os._exit(0 if same and again else 1)
            print(os.waitpid(child, 0)[1])
        print(np.array_equal(classifier.predict(rows), expected))
        """
    )
    assert printed == ["0"] * 5 + ["True"]


@pytest.mark.parametrize("job", ["fit", "fit_batch"])
@pytest.mark.parametrize(
    "layout, dtype, index",
    [
        ("sparse", "float32", "int32"), ("sparse", "float64", "int32"), ("sparse", "float64", "int64"),
        ("dense", "float16", ""), ("dense", "float32", ""), ("dense", "float64", ""),
    ],
)  # fmt: skip
def test_learning_and_answering_copy_no_rows(layout, dtype, index, job):
    """A copy of the 20 or 40 million values takes 80 or 160 MB in single precision, one of the columns 80 MB; what the jobs
    need beside the rows is a fraction of that.

    A batch of sparse rows is looked up once: 4 bytes a value, for any type of values. It is learned in parts.
    """
    printed = run(
        f"""
        import resource
        import numpy as np, scipy.sparse as sp
        from fast_kmeans_classifier import FastKMeansClassifier
        random = np.random.default_rng(0)
        labels = random.integers(0, 100, 200_000)
        # Piece by piece: what making them takes must not hide a later peak.
        if {layout!r} == "sparse":
            rows = sp.csr_array((200_000, 1000), dtype=np.{dtype})
            values, columns = np.empty(20_000_000, dtype=np.{dtype}), np.empty(20_000_000, dtype={index!r})
            columns.reshape(200_000, 100)[:] = np.arange(0, 1000, 10)
            rows.data, rows.indices, rows.indptr = values, columns, np.arange(0, 20_000_001, 100, dtype={index!r})
            rows.has_sorted_indices = rows.has_canonical_format = True
            parts = values.reshape(200_000, 100)
        else:
            parts = rows = np.empty((200_000, 200), dtype=np.{dtype})
        for first in range(0, 200_000, 2000):
            parts[first : first + 2000] = random.random((2000, parts.shape[1]), dtype=np.float32)
        new = lambda: FastKMeansClassifier(k_init=1, refine=0, max_iters=2)
        small = new().fit(rows[:2000], labels[:2000])
        small.predict(rows[:2000])
        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before = peak()
        if {job!r} == "fit":
            classifier = new().fit(rows, labels)
        else:
            classifier, step = new(), 20_000 if {layout!r} == "sparse" else 200_000
            for first in range(0, 200_000, step):
                classifier.fit_batch(rows[first : first + step], labels[first : first + step])
        classifier.predict(rows)
        for first in range(0, 200_000, 100_000):
            classifier.predict_proba(rows[first : first + 1000])
        print((peak() - before) * (1 if __import__("sys").platform == "darwin" else 1024))
        """
    )
    assert int(printed[0]) < 50_000_000


def test_handles_are_freed():
    """Models that nobody refers to any longer give their memory back."""
    printed = run(
        """
        import gc, resource
        import numpy as np
        from fast_kmeans_classifier import FastKMeansClassifier
        random = np.random.default_rng(0)
        rows, labels = random.random((200, 20_000), dtype=np.float32), np.arange(200)
        def round():
            classifier = FastKMeansClassifier(k_init=1, refine=0, max_iters=1).fit(rows, labels)
            classifier.predict(rows[:2])
            classifier.centroids_
        for _ in range(3): round()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(8): round()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        """
    )
    # Eight models of 16 MB and their tables would be 260 MB.
    assert int(printed[0]) < 100_000


def test_learning_from_many_small_batches_is_the_same_in_one_process_or_another():
    rows, labels = sparse_data(documents=200)
    classifier = FastKMeansClassifier(refine=0)
    for first in range(0, 200, 20):
        classifier.fit_batch(rows[first : first + 20], labels[first : first + 20])
    expected = float(np.sum(classifier.decision_function(rows), dtype=np.float64))
    printed = run(
        """
        import numpy as np
        from conftest import sparse_data
        from fast_kmeans_classifier import FastKMeansClassifier
        rows, labels = sparse_data(documents=200)
        classifier = FastKMeansClassifier(refine=0)
        for first in range(0, 200, 20):
            classifier.fit_batch(rows[first : first + 20], labels[first : first + 20])
        print(repr(float(np.sum(classifier.decision_function(rows), dtype=np.float64))))
        """
    )
    assert float(printed[0]) == expected

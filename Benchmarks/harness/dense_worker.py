"""Dense scoring by others, each in a separate process; prints one JSON object."""

import json
import pathlib
import sys
import time

import numpy

# A block of documents whose scores stay in the cache until their arg max is taken.
BLOCK = 256
LEAST_SECONDS = 0.3
REPETITIONS = 5
SEED = 7


def generate(rows, table, documents, features, prototypes):
    random = numpy.random.default_rng(SEED)
    for path, count in ((rows, documents), (table, prototypes)):
        values = random.standard_normal((int(count), int(features)), dtype=numpy.float32)
        numpy.save(path, values / numpy.linalg.norm(values, axis=1, keepdims=True))
    return {}


def cluster(source, rows, table, prototypes):
    """Real rows, and prototypes that are the unit means of rows near one another: what k-means of them gives."""
    x = numpy.load(source).astype(numpy.float32)
    x /= numpy.maximum(numpy.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    random = numpy.random.default_rng(SEED)
    centers = x[random.choice(len(x), int(prototypes), replace=False)]
    for _ in range(2):
        nearest = numpy.concatenate([(x[start : start + BLOCK] @ centers.T).argmax(1) for start in range(0, len(x), BLOCK)])
        sums = numpy.zeros_like(centers)
        numpy.add.at(sums, nearest, x)
        norms = numpy.linalg.norm(sums, axis=1, keepdims=True)
        centers = numpy.where(norms > 0, sums / numpy.maximum(norms, 1e-12), centers)
    numpy.save(rows, x)
    numpy.save(table, centers)
    return {"documents": len(x), "features": x.shape[1]}


def rate(count, action):
    """Documents a CPU second in the fastest of a few repetitions."""
    action()
    fastest = float("inf")
    for _ in range(REPETITIONS):
        start, calls = time.process_time(), 0
        while calls == 0 or time.process_time() - start < LEAST_SECONDS:
            action()
            calls += 1
        fastest = min(fastest, (time.process_time() - start) / calls)
    return count / fastest


def agreement(found, answers):
    """The share of documents with our answer; the rest are near ties that rounding decides."""
    ours = numpy.array(pathlib.Path(answers).read_text(encoding="ascii").split(), numpy.int64)
    return round(float(numpy.mean(found == ours)), 5)


def faiss(rows, table, answers):
    import faiss as library

    library.omp_set_num_threads(1)
    x, p = numpy.load(rows), numpy.load(table)
    index = library.IndexFlatIP(p.shape[1])
    index.add(p)
    found = index.search(x, 1)[1].ravel()
    return {"documents_per_second": rate(len(x), lambda: index.search(x, 1)), "agreement": agreement(found, answers),
            "version": library.__version__}


def blas():
    from threadpoolctl import threadpool_info

    return [{key: pool.get(key) for key in ("internal_api", "version", "architecture", "num_threads")}
            for pool in threadpool_info() if pool.get("user_api") == "blas"]


def openblas(rows, table, answers):
    x, p = numpy.load(rows), numpy.ascontiguousarray(numpy.load(table).T)
    scores = numpy.empty((BLOCK, p.shape[1]), numpy.float32)
    best = numpy.empty(len(x), numpy.int64)

    def search():
        for start in range(0, len(x), BLOCK):
            block = x[start : start + BLOCK]
            numpy.matmul(block, p, out=scores[: len(block)])
            scores[: len(block)].argmax(axis=1, out=best[start : start + len(block)])

    speed = rate(len(x), search)
    return {"documents_per_second": speed, "agreement": agreement(best, answers), "blas": blas()}


def openblas_product_alone(rows, table, answers):
    """The product of all rows in one call, without looking for the best."""
    x, p = numpy.load(rows), numpy.ascontiguousarray(numpy.load(table).T)
    scores = numpy.empty((len(x), p.shape[1]), numpy.float32)
    return {"documents_per_second": rate(len(x), lambda: numpy.matmul(x, p, out=scores)), "blas": blas()}


ACTIONS = {action.__name__: action for action in (generate, cluster, faiss, openblas, openblas_product_alone)}

if __name__ == "__main__":
    print(json.dumps(ACTIONS[sys.argv[1]](*sys.argv[2:])))

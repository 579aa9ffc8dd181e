"""What we are compared with: each a function of the seed (and of a path) to an object with `fit` and `predict`.

Imports happen here or where a model is made, so that none of them is counted as fitting.
"""

import importlib.util
import pathlib
import sys

import numpy
import scipy.sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.svm import LinearSVC

from .data import unit_rows

# Class means as a dense matrix up to this many numbers, sparse beyond.
MAX_DENSE_MEANS = 250_000_000
SCORING_ROWS = 1024


class NearestMean:
    """The mean of each class, scaled to unit length, and the largest dot product: one centroid per class by hand.

    scikit-learn's NearestCentroid copies sparse rows into a dense matrix, which no text of size survives.
    """

    def fit(self, rows, labels):
        self.classes, positions = numpy.unique(labels, return_inverse=True)
        shape = (len(self.classes), len(labels))
        ones = numpy.ones(len(labels), dtype=rows.dtype)
        member = scipy.sparse.csr_matrix((ones, (positions, numpy.arange(len(labels)))), shape=shape)
        self._set_centres(unit_rows(member @ rows))
        return self

    def _set_centres(self, centres):
        if scipy.sparse.issparse(centres) and centres.shape[0] * centres.shape[1] <= MAX_DENSE_MEANS:
            centres = centres.toarray()
        self.centres = centres
        self.labels = self.classes

    def predict(self, rows):
        best = numpy.empty(rows.shape[0], dtype=numpy.int64)
        for start in range(0, rows.shape[0], SCORING_ROWS):
            scores = rows[start : start + SCORING_ROWS] @ self.centres.T
            best[start : start + SCORING_ROWS] = numpy.asarray(scores.argmax(axis=1)).ravel()
        return self.labels[best]


class MiniBatchKMeansPerClass(NearestMean):
    """scikit-learn's MiniBatchKMeans in each class; a document goes to the class of the closest centre by cosine."""

    def __init__(self, seed, clusters=3):
        self.seed, self.clusters = seed, clusters

    def fit(self, rows, labels):
        self.classes = numpy.unique(labels)
        centres, owners = [], []
        for label in self.classes:
            members = rows[numpy.flatnonzero(labels == label)]
            count = min(self.clusters, members.shape[0])
            model = MiniBatchKMeans(count, n_init=1, random_state=self.seed).fit(members)
            centres.append(model.cluster_centers_)
            owners.extend([label] * count)
        self._set_centres(unit_rows(numpy.concatenate(centres)))
        self.labels = numpy.array(owners)
        return self


def nearest_mean(seed):
    return NearestMean()


def nearest_centroid(seed):
    """scikit-learn's own: it subtracts centroids from every row at once, in a dense matrix."""
    return NearestCentroid()


def brute_knn(seed):
    return KNeighborsClassifier(n_neighbors=5, algorithm="brute", metric="cosine", n_jobs=1)


def logistic_regression(seed):
    return LogisticRegression(C=10.0, max_iter=200)


def minibatch_kmeans(seed):
    return MiniBatchKMeansPerClass(seed)


def sgd_hinge(seed):
    # Of 3e-5, 1e-5 and 3e-6 the best on a fifth of the demo's training rows, held out.
    return SGDClassifier(loss="hinge", alpha=1e-5, random_state=seed)


def linear_svc(seed):
    return LinearSVC(C=1.0, random_state=seed)


def pytorch_class(path, seed, **settings):
    """The reference classifier out of the file that the user named; it isn't part of this project."""
    import torch

    torch.set_num_threads(1)
    path = pathlib.Path(path)
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[path.stem] = module
    specification.loader.exec_module(module)
    return module.FastKMeansClassifier(random_state=seed, n_threads=1, **settings)

"""Peers beyond scikit-learn: fastText, Vowpal Wabbit, PECOS, faiss; each a function of the seed and the data folder.

Their packages are imported where a model is made, so that a run without them needs none of them. What a
tool reads from a separate file is written before fitting starts, and read within it.
"""

import gzip
import math
import pathlib
import re
import tempfile

import numpy
import scipy.sparse

from .data import unit_rows
from .peers import MAX_DENSE_MEANS, NearestMean

MAX_WEIGHT_BITS = 26


def feature_words(rows):
    """Rows as texts of made-up words, for tools that read text, where the folder holds none."""
    for start, end in zip(rows.indptr[:-1], rows.indptr[1:]):
        yield " ".join(f"w{column}" for column in rows.indices[start:end])


def words(text):
    return " ".join(re.findall(r"\w+", text.lower()))


def texts(folder, part, rows):
    """The texts that the rows were made from: `<part>.tsv.gz`, a line a row; else words made up from columns."""
    path = pathlib.Path(folder, f"{part}.tsv.gz")
    if not path.exists() and not scipy.sparse.issparse(rows):
        raise SystemExit("fastText reads text, and dense rows were made from none that is here")
    if not path.exists():
        return list(feature_words(rows))
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        found = [words(line.rstrip("\n").partition("\t")[2]) for line in lines]
    if len(found) != rows.shape[0]:
        raise SystemExit(f"{path}: {len(found)} lines for {rows.shape[0]} rows")
    return found


class FastText:
    """A shallow network over words; its input is text, not the rows."""

    def __init__(self, seed, folder):
        import fasttext

        self.module, self.seed, self.folder = fasttext, seed, folder
        self.scratch = tempfile.TemporaryDirectory()

    def prepare(self, rows, labels, test):
        self.path = pathlib.Path(self.scratch.name, "train.txt")
        lines = zip(labels, texts(self.folder, "train", rows))
        self.path.write_text("".join(f"__label__{label} {text}\n" for label, text in lines), encoding="utf-8")
        self.questions = texts(self.folder, "test", test)

    def fit(self, rows, labels):
        self.model = self.module.train_supervised(
            input=str(self.path), lr=0.5, epoch=10, dim=50, thread=1, seed=self.seed, verbose=0)
        return self

    def predict(self, rows):
        answers, _ = self.model.predict(self.questions)
        return numpy.array([int(answer[0].removeprefix("__label__")) if answer else -1 for answer in answers])


class VowpalWabbit:
    """One linear model a class, learnt online; the same rows, in its own text format."""

    def __init__(self, seed):
        import vowpalwabbit

        self.module, self.seed = vowpalwabbit, seed
        self.scratch = tempfile.TemporaryDirectory()

    @staticmethod
    def lines(rows):
        for start, end in zip(rows.indptr[:-1], rows.indptr[1:]):
            pairs = zip(rows.indices[start:end], rows.data[start:end])
            yield "| " + " ".join(f"{column}:{value:.6g}" for column, value in pairs)

    def prepare(self, rows, labels, test):
        rows, test = scipy.sparse.csr_matrix(rows), scipy.sparse.csr_matrix(test)
        self.classes, positions = numpy.unique(labels, return_inverse=True)
        self.path = pathlib.Path(self.scratch.name, "train.vw")
        lines = zip(positions + 1, self.lines(rows))
        # Online learning wants its examples in no order.
        shuffled = [f"{label} {line}\n" for label, line in lines]
        numpy.random.default_rng(self.seed).shuffle(shuffled)
        self.path.write_text("".join(shuffled), encoding="ascii")
        self.bits = min(MAX_WEIGHT_BITS, max(18, math.ceil(math.log2(rows.shape[1] * len(self.classes)))))
        self.questions = list(self.lines(test))

    def fit(self, rows, labels):
        self.model = self.module.Workspace(
            f"--oaa {len(self.classes)} --loss_function hinge -d {self.path} --passes 5 -c -k "
            f"--cache_file {self.scratch.name}/cache -b {self.bits} --random_seed {self.seed} --quiet")
        return self

    def predict(self, rows):
        return self.classes[numpy.array([self.model.predict(line) for line in self.questions]) - 1]


class Pecos:
    """XR-Linear: a tree over the classes with a linear model at each node. Its defaults."""

    def __init__(self, seed):
        from pecos.xmc import Indexer, LabelEmbeddingFactory
        from pecos.xmc.xlinear.model import XLinearModel

        self.indexer, self.embedding, self.kind, self.seed = Indexer, LabelEmbeddingFactory, XLinearModel, seed

    def fit(self, rows, labels):
        self.classes, positions = numpy.unique(labels, return_inverse=True)
        ones = numpy.ones(len(labels), numpy.float32)
        member = scipy.sparse.csr_matrix(
            (ones, (numpy.arange(len(labels)), positions)), shape=(len(labels), len(self.classes)))
        rows = scipy.sparse.csr_matrix(rows, dtype=numpy.float32)
        embedding = self.embedding.create(member, rows, method="pifa", threads=1)
        tree = self.indexer.gen(embedding, indexer_type="hierarchicalkmeans", seed=self.seed, threads=1)
        self.model = self.kind.train(rows, member, C=tree, threads=1)
        return self

    def predict(self, rows):
        rows = scipy.sparse.csr_matrix(rows, dtype=numpy.float32)
        scores = self.model.predict(rows, only_topk=1, threads=1)
        return self.classes[numpy.asarray(scores.argmax(axis=1)).ravel()]


class FaissKMeansPerClass(NearestMean):
    """faiss's k-means in each class; dense rows only."""

    def __init__(self, seed, clusters=3, iterations=10):
        import faiss

        faiss.omp_set_num_threads(1)
        self.module, self.seed, self.clusters, self.iterations = faiss, seed, clusters, iterations

    def fit(self, rows, labels):
        self.classes = numpy.unique(labels)
        if scipy.sparse.issparse(rows) and rows.shape[0] * rows.shape[1] > MAX_DENSE_MEANS:
            raise SystemExit("faiss takes dense rows only, and these would take more memory than a machine has")
        rows = unit_rows(numpy.asarray(rows, dtype=numpy.float32))
        centres, owners = [], []
        for label in self.classes:
            members = numpy.ascontiguousarray(rows[labels == label])
            count = min(self.clusters, len(members))
            model = self.module.Kmeans(
                rows.shape[1], count, niter=self.iterations, seed=self.seed, spherical=True,
                min_points_per_centroid=1, max_points_per_centroid=1 << 30)
            model.train(members)
            centres.append(model.centroids)
            owners.extend([label] * count)
        self._set_centres(unit_rows(numpy.concatenate(centres)))
        self.labels = numpy.array(owners)
        return self

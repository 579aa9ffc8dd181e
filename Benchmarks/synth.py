#!/usr/bin/env python3
"""Make a data folder of synthetic TF-IDF rows: many classes, Zipfian words, subtopics inside each class.

    Benchmarks/synth.py Benchmarks/data/headline --documents 500000 --features 100000 --classes 5000

How a document comes about: its class is drawn by a power law (small classes are many), then one of the class's
subtopics; its length is log-normal; each word is drawn from the language's own Zipf distribution with a share that
differs between documents, else from the topic. A topic's words are its own ones, some that all subtopics of the class
share, and some that a family of twenty classes shares, so that neighbours are confused. Words of topics are drawn
log-uniformly over the ranks: real topics have rare words and common ones. Weights are sublinear term frequencies times
smoothed IDF, rows have unit length. A sixth of all rows is for testing.

The same arguments give the same rows (NumPy's PCG64). 500,000 documents take some minutes and 6 GB.
"""

import argparse
import json
import pathlib

import numpy
import scipy.sparse

BLOCK = 25_000
ZIPF_EXPONENT = 1.05
CLASS_EXPONENT = 0.6
TOPIC_EXPONENT = 0.8
OWN_WORDS, CLASS_WORDS, FAMILY_WORDS = 60, 30, 40
SHARED_WEIGHT = 0.6
FAMILY_SIZE = 20
FIRST_TOPIC_RANK = 50


def power_law(count, exponent):
    weights = numpy.arange(1, count + 1, dtype=numpy.float64) ** -exponent
    return weights / weights.sum()


def draw_by(cumulative, random, count):
    """Indices drawn with the probabilities whose running sum is given."""
    picked = numpy.searchsorted(cumulative, random.random(count), side="right")
    return numpy.minimum(picked, len(cumulative) - 1)


class Topics:
    """The words of every subtopic, a row each, and the weights of the columns."""

    def __init__(self, random, features, classes, subtopics):
        families = (classes + FAMILY_SIZE - 1) // FAMILY_SIZE
        own = self._ranks(random, features, classes * subtopics, OWN_WORDS)
        shared = self._ranks(random, features, classes, CLASS_WORDS)
        family = self._ranks(random, features, families, FAMILY_WORDS)
        owner = numpy.repeat(numpy.arange(classes), subtopics)
        self.words = numpy.hstack([own, shared[owner], family[owner // FAMILY_SIZE]])
        weights = numpy.concatenate([
            power_law(OWN_WORDS, TOPIC_EXPONENT),
            SHARED_WEIGHT * power_law(CLASS_WORDS, TOPIC_EXPONENT),
            SHARED_WEIGHT * power_law(FAMILY_WORDS, TOPIC_EXPONENT),
        ])
        self.cumulative = numpy.cumsum(weights / weights.sum())
        self.subtopics = subtopics

    @staticmethod
    def _ranks(random, features, rows, words):
        low = numpy.log(min(FIRST_TOPIC_RANK, features // 2 + 1))
        ranks = numpy.exp(random.uniform(low, numpy.log(features), (rows, words)))
        return numpy.minimum(ranks.astype(numpy.int64), features - 1)

    def draw(self, random, topics):
        """One word for each topic in the list."""
        return self.words[topics, draw_by(self.cumulative, random, len(topics))]


def draw_labels(random, documents, classes):
    """Each class twice, so that it can be learnt and asked for; the rest by the power law."""
    rest = max(0, documents - 2 * classes)
    drawn = draw_by(numpy.cumsum(power_law(classes, CLASS_EXPONENT)), random, rest)
    labels = numpy.concatenate([numpy.tile(numpy.arange(classes), 2)[: documents - rest], drawn])
    random.shuffle(labels)
    return labels.astype(numpy.int32)


def count_words(random, labels, topics, features, mean_length):
    """Term frequencies, block by block, so that the list of tokens never lies in memory as a whole."""
    language = numpy.cumsum(power_law(features, ZIPF_EXPONENT))
    share = power_law(topics.subtopics, 1.0)
    for start in range(0, len(labels), BLOCK):
        block = labels[start : start + BLOCK].astype(numpy.int64)
        topic = block * topics.subtopics + draw_by(numpy.cumsum(share), random, len(block))
        lengths = numpy.clip(random.lognormal(numpy.log(mean_length), 0.5, len(block)), 10, 600).astype(numpy.int64)
        row = numpy.repeat(numpy.arange(len(block)), lengths)
        from_language = random.random(len(row)) < random.beta(6, 3, len(block))[row]
        word = numpy.empty(len(row), numpy.int64)
        word[from_language] = draw_by(language, random, int(from_language.sum()))
        word[~from_language] = topics.draw(random, topic[row[~from_language]])
        ones = numpy.ones(len(row), numpy.float32)
        yield scipy.sparse.coo_matrix((ones, (row, word)), shape=(len(block), features)).tocsr()


def weigh(counts, idf):
    """Sublinear TF-IDF with rows of unit length, in place."""
    counts.data = ((1 + numpy.log(counts.data)) * idf[counts.indices]).astype(numpy.float32)
    squares = numpy.add.reduceat(counts.data.astype(numpy.float64) ** 2, counts.indptr[:-1])
    counts.data /= numpy.repeat(numpy.sqrt(squares), numpy.diff(counts.indptr)).astype(numpy.float32)
    counts.sort_indices()


def make(documents, features, classes, subtopics=3, mean_length=110.0, seed=1):
    """`[(rows, labels) of train, of test]`."""
    random = numpy.random.Generator(numpy.random.PCG64(seed))
    topics = Topics(random, features, classes, subtopics)
    labels = draw_labels(random, documents + documents // 5, classes)
    rows = scipy.sparse.vstack(list(count_words(random, labels, topics, features, mean_length)), format="csr")
    parts = [(rows[:documents], labels[:documents]), (rows[documents:], labels[documents:])]
    frequency = numpy.bincount(parts[0][0].indices, minlength=features)
    idf = numpy.log((1 + documents) / (1 + frequency)) + 1
    for part, _ in parts:
        weigh(part, idf)
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--documents", type=int, default=500_000, help="for training; a fifth more for testing")
    parser.add_argument("--features", type=int, default=100_000)
    parser.add_argument("--classes", type=int, default=5_000)
    parser.add_argument("--subtopics", type=int, default=3)
    parser.add_argument("--mean-length", type=float, default=110.0, help="median tokens of a document")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    settings = {name: value for name, value in vars(arguments).items() if name != "output"}
    arguments.output.mkdir(parents=True, exist_ok=True)
    for part, (rows, labels) in zip(("train", "test"), make(**settings)):
        scipy.sparse.save_npz(arguments.output / f"X_{part}.npz", rows, compressed=False)
        numpy.save(arguments.output / f"y_{part}.npy", labels)
        print(f"{part}: {rows.shape[0]} documents, {rows.nnz / rows.shape[0]:.1f} non-zeros each")
    (arguments.output / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

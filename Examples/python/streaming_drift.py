"""A stream whose classes change: test each batch, learn it, and see who follows.

Halfway the words of two classes are exchanged, which is the hardest change there is. Refinement, the default, follows at once: each document
that is wrong moves the borders. k-means alone averages over all that it ever saw; a half-life lets it forget.

    python Examples/python/streaming_drift.py
"""

import numpy as np

from fast_kmeans_classifier import TextClassifier

WORDS = {"hardware": "screen printer battery charger display".split(), "billing": "invoice refund card payment tax".split()}


def batch(random, exchanged, size=100):
    """Texts of three words with their labels."""
    labels = random.choice(list(WORDS), size)
    other = {"hardware": "billing", "billing": "hardware"}
    texts = [" ".join(random.choice(WORDS[other[label] if exchanged else label], 3)) for label in labels]
    return texts, labels


def errors(classifier):
    """The share of each batch that the classifier got wrong before it learned the batch."""
    random = np.random.default_rng(0)
    shares = [0.0]
    classifier.fit_batch(*batch(random, exchanged=False))
    for number in range(1, 40):
        texts, labels = batch(random, exchanged=number >= 20)
        shares.append(1 - classifier.score(texts, labels))
        classifier.fit_batch(texts, labels)
    return shares


KINDS = {
    "refined (default)": {},
    "k-means alone": {"refine": 0, "soft": False},
    "k-means alone, half-life of 100 documents": {"refine": 0, "soft": False, "half_life": 100},
}
for name, options in KINDS.items():
    shares = errors(TextClassifier(**options))
    print(f"{name}: error {shares[19]:.2f} before the change, {shares[20]:.2f} at the change, {np.mean(shares[21:]):.2f} after it")

"""Few labelled examples and dense vectors: accuracy by the number of examples a class.

The vectors here come from a truncated SVD of TF-IDF, so that the example needs no download. Put the sentence embeddings of your model in their
place: an array with a row a text.

    python Examples/python/few_shot.py
"""

import pathlib

import pandas as pd
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from fast_kmeans_classifier import FastKMeansClassifier, TfidfVectorizer

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "tickets"
tickets, held_out = pd.read_csv(FOLDER / "tickets.csv"), pd.read_csv(FOLDER / "held-out.csv")

# The vectors need no labels, so every text may help to make them.
vectorizer = TfidfVectorizer()
svd = TruncatedSVD(64, random_state=0)
vectors = normalize(svd.fit_transform(vectorizer.fit_transform(tickets["text"])))
new_vectors = normalize(svd.transform(vectorizer.transform(held_out["text"])))

for count in (4, 12, 30):
    labelled = tickets.groupby("label").head(count).index
    classifier = FastKMeansClassifier().fit(vectors[labelled], tickets["label"][labelled])
    print(f"{count} examples a class: accuracy {classifier.score(new_vectors, held_out['label']):.2f}")

"""What a user's program looks like to a type checker; test_typing.py has it checked, nobody runs it."""

from typing import Any

import numpy as np
from typing_extensions import assert_type

from fast_kmeans_classifier import BadDataError, Explanation, FastKMeansClassifier, OpenSet, TextClassifier, TfidfVectorizer, TopK
from FastKMeansClassifier import FastKMeansClassifier as OldName

Array = np.ndarray[Any, np.dtype[Any]]

vectorizer = TfidfVectorizer(ngrams=(1, 2), min_df=1)
rows = vectorizer.fit_transform(["red apple", "green car"])
clf = FastKMeansClassifier(k_init="auto", k_list={"food": 2}, distance="cosine", refine=2)
assert_type(clf.fit(rows, ["food", "machine"], verbose=True), FastKMeansClassifier)
assert_type(clf.partial_fit(rows, ["food", "machine"]), FastKMeansClassifier)
assert_type(clf.fit_batch(rows, ["food", "machine"]), dict[str, Any])
assert_type(clf.predict_top_k(rows, k=3), TopK)
assert_type(clf.explain(rows, label="food"), list[Explanation])
assert_type(clf.explain(rows)[0].features, list[tuple[str | int, float]])
assert_type(clf.score(rows, ["food", "machine"]), float)
assert_type(clf.reject(false_accept_rate=0.05), FastKMeansClassifier)
assert_type(clf.merge_classes(["food"], into="machine"), FastKMeansClassifier)
assert_type(clf.open_set_, OpenSet | None)
assert_type(clf.set_params(k_init=5), FastKMeansClassifier)
assert_type(clf.to("cpu"), FastKMeansClassifier)
assert_type(FastKMeansClassifier.load("model.safetensors"), FastKMeansClassifier)
assert_type(clf.n_iter_, int)
assert_type(clf.n_features_in_, int)
assert_type(vectorizer.vocabulary_, dict[str, int])
assert_type(TfidfVectorizer.load("model.safetensors"), TfidfVectorizer)
assert_type(OldName(k_init=3), FastKMeansClassifier)
texts = TextClassifier(ngrams=(1, 2), min_df=1, k_init=5)
assert_type(texts.fit(["red apple", "green car"], ["food", "machine"]), TextClassifier)
assert_type(texts.explain(["red apple"]), list[Explanation])
assert_type(texts.vectorizer_, TfidfVectorizer)
assert_type(TextClassifier.load("model.safetensors"), TextClassifier)
probabilities: Array = clf.predict_proba(rows)
predicted: Array = clf.predict(rows)
weights: Array = clf.centroid_weights_
remaining: Array = clf.predict_top_k(rows, k=3).remaining
try:
    clf.predict([[1.0]])
except BadDataError as error:
    assert_type(error.row, int | None)
    assert_type(error.kind, str)

clf.predict(rows, size=1)  # type: ignore[call-arg]
FastKMeansClassifier(k=3)  # type: ignore[call-arg]
clf.no_such_attribute_  # type: ignore[attr-defined]

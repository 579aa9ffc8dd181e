"""A plug-in of pytest: scikit-learn's tests of text meet this package's vectoriser, with the defaults that scikit-learn has."""

import numpy as np
from sklearn.feature_extraction import text

import fast_kmeans_classifier


class TfidfVectorizer(fast_kmeans_classifier.TfidfVectorizer):
    ngrams, char_ngrams, char_weight, hashing, n_threads = (1, 1), (1, 1), 1.0, None, 1

    def __init__(
        self, *, encoding="utf-8", decode_error="strict", strip_accents=None, lowercase=True, preprocessor=None, tokenizer=None,
        analyzer="word", stop_words=None, token_pattern=r"(?u)\b\w\w+\b", ngram_range=(1, 1), max_df=1.0, min_df=1, max_features=None,
        vocabulary=None, binary=False, dtype=np.float64, norm="l2", use_idf=True, smooth_idf=True, sublinear_tf=False,
    ):
        for name, value in locals().items():
            if name != "self":
                setattr(self, name, value)


text.TfidfVectorizer = TfidfVectorizer

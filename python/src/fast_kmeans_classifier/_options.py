"""The library's tables of options, written from them by `make options`; edit those instead."""

from __future__ import annotations

from typing import Any, NamedTuple


class Option(NamedTuple):
    shape: str
    default: Any
    #: What may stand in place of a value: 'none' (None) or 'auto'.
    word: str | None
    choices: tuple[str, ...]
    help: str


TRAINING = {
    "k_init": Option("whole", 3, "auto", (),
        "Prototypes per class to start with; auto: as many as a class's size and variety justify, up to 5."),
    "k_list": Option("counts", None, None, (),
        "The number of prototypes of some classes: by label, or by position in the sorted classes."),
    "init_method": Option("choice", "kmeans++", None, ("kmeans++", "random"),
        "How the first prototypes are chosen."),
    "distance": Option("choice", "cosine", None, ("cosine", "euclidean"),
        "How vectors are compared."),
    "dtype": Option("choice", "float32", None, ("float16", "bfloat16", "float32", "float64"),
        "The precision in which prototypes are stored and multiplied."),
    "soft": Option("truth", True, None, (),
        "Soft assignment; false: hard k-means."),
    "soft_type": Option("choice", "linear", None, ("linear", "softmax"),
        "How similarities become shares."),
    "temperature": Option("number", 1.0, None, (),
        "Divides the logits of softmax."),
    "lambda_penalty": Option("number", 0.1, None, (),
        "Taken off the similarity to prototypes of another class. Only in mode reference."),
    "merge_threshold": Option("number", None, "none", (),
        "Merge prototypes of a class that are closer than this."),
    "relative_merge": Option("truth", False, None, (),
        "The merge threshold is a fraction of the mean distance between prototypes."),
    "min_weight": Option("number", 0.001, None, (),
        "A prototype with no more mass than this is dead."),
    "truncation_threshold": Option("number", 0.0001, None, (),
        "Smaller coordinates are dropped where scores are computed."),
    "percentile_threshold": Option("number", None, "none", (),
        "Truncate and merge only what also lies below this quantile."),
    "max_iters": Option("whole", 50, None, (),
        "Epochs of k-means at most."),
    "tol": Option("number", 0.0001, None, (),
        "Stop when no prototype moves further, and none was merged."),
    "batch_size": Option("whole", 10240, None, (),
        "Rows per chunk of mode reference, and per batch of `fastkmeans stream`."),
    "n_threads": Option("whole", -1, None, (),
        "Threads; -1: all cores."),
    "random_state": Option("whole", 42, None, (),
        "Seeds the random numbers."),
    "refine": Option("whole", "auto", "auto", (),
        "Epochs of discriminative refinement; 0: none. Only in mode default."),
    "decay": Option("number", 1.0, None, (),
        "What is left of a prototype's mass after each batch."),
    "half_life": Option("number", None, "none", (),
        "Documents of a stream after which half of a prototype's mass is left. Only in mode default."),
    "k_bytes": Option("whole", None, "none", (),
        "With an automatic count of prototypes: the bytes that these may take at most."),
    "device": Option("choice", "cpu", None, ("cpu", "cuda", "cuda:N", "mps", "torch:cpu", "auto"),
        "Where to refine and to answer."),
    "warm_start": Option("truth", False, None, (),
        "Another `fit` goes on from the prototypes that are there."),
    "mode": Option("choice", "default", None, ("default", "reference"),
        "Behaviour: exact epochs by class, or the reference implementation's to the letter."),
}

TEXT = {
    "ngrams": Option("range", (1, 1), None, (),
        "Terms of this many words, smallest to largest, such as 1-2."),
    "min_df": Option("whole", 2, None, (),
        "A term must occur in this many documents."),
    "max_features": Option("whole", 100000, "none", (),
        "Keep this many of the most frequent terms."),
    "sublinear_tf": Option("truth", True, None, (),
        "Count 1 + ln(occurrences)."),
    "stop_words": Option("words", None, None, ("none", "english"),
        "Words to leave out: the list of this package, or your own."),
    "lowercase": Option("truth", True, None, (),
        "Fold the text before it is split."),
    "hashing": Option("whole", None, "none", (),
        "2^bits columns by the terms' hash, in place of a vocabulary."),
}

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
        "Prototypes per class to start with; auto: as many as size, variety and held-out rows justify."),
    "k_list": Option("counts", None, None, (),
        "The number of prototypes of some classes: by label, or by position in the sorted classes."),
    "init_method": Option("choice", "kmeans++", None, ("kmeans++", "random"),
        "How the first prototypes are chosen."),
    "distance": Option("choice", "cosine", "auto", ("cosine", "euclidean"),
        "How vectors are compared; auto: as held-out rows suggest."),
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
    "ngrams": Option("range", "auto", "auto", (),
        "Terms of this many words, smallest to largest, such as 1-2."),
    "min_df": Option("whole", 1, None, (),
        "A term must occur in this many documents."),
    "max_features": Option("whole", None, "none", (),
        "Keep this many of the most frequent terms."),
    "sublinear_tf": Option("truth", True, None, (),
        "Count 1 + ln(occurrences)."),
    "stop_words": Option("words", None, None, ("none", "english"),
        "Words to leave out: the list of this package, or your own."),
    "lowercase": Option("truth", True, None, (),
        "Fold the text before it is split."),
    "hashing": Option("whole", None, "none", (),
        "2^bits columns by the terms' hash, in place of a vocabulary."),
    "analyzer": Option("choice", "auto", None, ("auto", "word", "char", "char_wb", "word+char", "word+char_wb"),
        "What terms are: words, n-grams of characters (char), those within pieces between blanks (char_wb), or both."),
    "char_ngrams": Option("range", (2, 5), None, (),
        "Terms of this many characters, where the analyzer reads characters."),
    "char_weight": Option("number", 1.0, None, (),
        "The length of the characters' part of a row where that of the words' part is 1."),
    "max_df": Option("whole", None, "none", (),
        "A term may occur in this many documents."),
    "binary": Option("truth", False, None, (),
        "Count a term once however often it occurs in a document."),
    "use_idf": Option("truth", True, None, (),
        "Weigh a term more the fewer documents it occurs in."),
    "smooth_idf": Option("truth", True, None, (),
        "Count document frequencies as if one more document had every term."),
    "norm": Option("choice", "l2", "none", ("l1", "l2"),
        "Which length of a row is 1."),
}

#: What `stop_words="english"` leaves out.
ENGLISH_STOP_WORDS = (
    "an", "the", "this", "that", "these", "those", "all", "any", "both", "each", "either", "every", "few", "less", "many",
    "more", "most", "much", "neither", "none", "other", "others", "own", "same", "several", "some", "such", "another", "me",
    "my", "mine", "myself", "we", "us", "our", "ours", "ourselves", "you", "your", "yours", "yourself", "yourselves", "he",
    "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "itself", "they", "them", "their", "theirs",
    "themselves", "one", "ones", "who", "whom", "whose", "which", "what", "whatever", "whichever", "whoever", "anyone",
    "anything", "everyone", "everything", "nobody", "nothing", "someone", "something", "about", "above", "across", "after",
    "against", "along", "among", "around", "as", "at", "before", "behind", "below", "beneath", "beside", "besides",
    "between", "beyond", "by", "down", "during", "except", "for", "from", "in", "inside", "into", "near", "of", "off", "on",
    "onto", "out", "outside", "over", "per", "since", "through", "throughout", "to", "toward", "towards", "under", "until",
    "up", "upon", "via", "with", "within", "without", "and", "although", "because", "but", "if", "nor", "or", "so", "than",
    "though", "unless", "whereas", "whether", "while", "yet", "am", "are", "be", "been", "being", "can", "cannot", "could",
    "did", "do", "does", "doing", "done", "had", "has", "have", "having", "is", "may", "might", "must", "ought", "shall",
    "should", "was", "were", "will", "would", "again", "almost", "already", "also", "always", "ever", "even", "further",
    "hence", "here", "how", "however", "just", "never", "not", "no", "now", "often", "only", "once", "perhaps", "quite",
    "rather", "still", "then", "there", "therefore", "thus", "too", "very", "well", "when", "whenever", "where", "wherever",
    "why", "ain", "aren", "couldn", "didn", "doesn", "don", "hadn", "hasn", "haven", "isn", "ll", "mightn", "mustn",
    "needn", "re", "shan", "shouldn", "ve", "wasn", "weren", "won", "wouldn",
)

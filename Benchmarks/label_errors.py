"""Wrong labels that an audit finds: some labels of a set are flipped by lot, then the ranking is measured.

    python3 Benchmarks/label_errors.py train.tsv.gz [more.tsv.gz ...] [--share 0.05] [--program fastkmeans] [--peer]

Prints, for each set: rows and classes, the area under the ROC curve of the ranking (flipped rows against the others), the share of
flipped ones among as many of the first rows as were flipped, and CPU seconds; with --peer the same of out-of-fold probabilities of
logistic regression (scikit-learn, five folds, TF-IDF of words), ranked by the given label's probability.
"""

import argparse
import gzip
import json
import random
import resource
import subprocess
import tempfile
import time
from pathlib import Path


def rows_of(path):
    """Labels and texts of a tsv file."""
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t", 1) for line in lines]


def flipped(rows, share, seed=7):
    """The rows with a share of their labels changed to others drawn by lot, and which rows these are."""
    draw = random.Random(seed)
    labels = sorted({label for label, _ in rows})
    chosen = set(draw.sample(range(len(rows)), int(share * len(rows))))
    changed = [[draw.choice([other for other in labels if other != label]) if row in chosen else label, text]
               for row, (label, text) in enumerate(rows)]
    return changed, chosen


def measures(order, chosen):
    """Area under the ROC curve, and precision among as many as were flipped."""
    negatives, wins = 0, 0
    for row in reversed(order):
        if row in chosen:
            wins += negatives
        else:
            negatives += 1
    area = wins / (len(chosen) * negatives)
    return area, sum(row in chosen for row in order[: len(chosen)]) / len(chosen)


def audited(rows, program, folds):
    """The order of `fastkmeans audit`, and its CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.tsv")
        path.write_text("".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [program, "audit", "--input", str(path), "--folds", str(folds), "--json", "--quiet"], check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [one["row"] for one in found], seconds, [one["row"] for one in found if one["probable"]]


def peer(rows, folds):
    """The order by logistic regression's out-of-fold probability of the given label, and its CPU seconds."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    before = time.process_time()
    texts, labels = [text for _, text in rows], np.array([label for label, _ in rows])
    features = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    table = cross_val_predict(LogisticRegression(max_iter=200, C=10), features, labels, cv=folds, method="predict_proba")
    own = table[np.arange(len(labels)), np.searchsorted(np.unique(labels), labels)]
    return np.argsort(own, kind="stable").tolist(), time.process_time() - before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--program", default="fastkmeans")
    parser.add_argument("--peer", action="store_true")
    arguments = parser.parse_args()
    for path in arguments.sets:
        rows, chosen = flipped(rows_of(path), arguments.share)
        classes = len({label for label, _ in rows})
        print(f"{path}: {len(rows)} rows, {classes} classes, {len(chosen)} labels flipped")
        order, seconds, probable = audited(rows, arguments.program, arguments.folds)
        area, precision = measures(order, chosen)
        right = sum(row in chosen for row in probable)
        print(f"  audit: AUROC {area:.4f}, precision {precision:.4f}, {seconds:.1f} CPU s; "
              f"{len(probable)} probable, {right} of them flipped", flush=True)
        if arguments.peer:
            order, seconds = peer(rows, arguments.folds)
            area, precision = measures(order, chosen)
            print(f"  logistic regression: AUROC {area:.4f}, precision {precision:.4f}, {seconds:.1f} CPU s", flush=True)


if __name__ == "__main__":
    main()

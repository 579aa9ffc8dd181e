"""What the documents show in Python runs, and the table of parameters names them all."""

import gzip
import sys

import pytest
from conftest import ROOT, WORDNET, needed, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier, TfidfVectorizer

sys.path.insert(0, str(ROOT / "scripts"))
import document_blocks  # noqa: E402

MIGRATING = ROOT / "docs" / "migrating.md"
# Their code needs what other tests have: Spark (`test_spark.py`), safetensors (`scripts/tests/test_documents.py`).
ELSEWHERE = {"docs/spark.md", "docs/format/model-v1.md"}


def rows():
    """Rows of numbers, for the pages about `FastKMeansClassifier`."""
    found, labels = sparse_data(documents=400, classes=5, features=80)
    return {
        "FastKMeansClassifier": FastKMeansClassifier, "X": found, "y": labels, "rows": found, "new_rows": found[:5], "labels": labels,
        "NearestCentroid": needed("sklearn.neighbors").NearestCentroid,
    }


def tickets():
    """Texts and labels, for the pages about texts."""
    table, held_out = (needed("pandas").read_csv(ROOT / "Examples" / "tickets" / name) for name in ("tickets.csv", "held-out.csv"))
    texts, labels = table["text"].tolist(), table["label"].tolist()
    return {
        "texts": texts, "labels": labels, "X": texts, "y": labels, "X_test": held_out["text"].tolist(),
        "TfidfVectorizer": TfidfVectorizer, "GridSearchCV": needed("sklearn.model_selection").GridSearchCV,
    }


def definitions():
    """Texts of WordNet and their rows, for the package's own page."""
    with gzip.open(WORDNET / "test.tsv.gz", "rt", encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").split("\t", 1) for _, line in zip(range(3000), lines)]
    texts = [text for _, text in pairs]
    vectorizer = TfidfVectorizer().fit(texts)
    return {
        "texts": texts, "labels": [label.replace("noun.artifact", "screen") for label, _ in pairs],
        "new_rows": vectorizer.transform(["a late parcel", "a black screen"]), "new_labels": ["delivery", "screen"],
    }


# What the code of each page takes for granted.
PRELUDES = {
    "README.md": dict, "docs/tutorial.md": dict, "docs/choosing-options.md": dict,
    "docs/confidence.md": rows, "docs/migrating.md": rows, "docs/data.md": tickets, "docs/python.md": tickets,
    "python/README.md": definitions,
}


def test_every_page_with_python_is_run():
    assert set(document_blocks.pages(ROOT, "python")) == set(PRELUDES) | ELSEWHERE


@pytest.mark.parametrize("document", PRELUDES)
def test_a_page_runs_from_top_to_bottom(document, tmp_path, monkeypatch, capsys):
    """In a folder with the examples, where a page's blocks find what its earlier blocks left."""
    needed("pandas")
    needed("sklearn")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Examples").symlink_to(ROOT / "Examples")
    names = PRELUDES[document]()
    capsys.readouterr()
    for block, shown in document_blocks.blocks(ROOT / document, "python"):
        exec(compile(block, document, "exec"), names)
        printed = capsys.readouterr().out
        assert document_blocks.agree(shown or "", printed), f"{block}\nshown:\n{shown}\nprinted:\n{printed}"


def test_every_parameter_has_its_place():
    text = MIGRATING.read_text(encoding="utf-8")
    for name in FastKMeansClassifier().get_params():
        assert f"`{name}`" in text, name


def test_what_the_old_class_called_its_results():
    rows, labels = sparse_data()
    log = FastKMeansClassifier().fit_batch(rows, labels)
    text = MIGRATING.read_text(encoding="utf-8")
    for name in log:
        assert f"`{name}`" in text, name

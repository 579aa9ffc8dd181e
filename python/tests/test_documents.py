"""What the documents show in Python runs, and the table of parameters names them all."""

import gzip
import re
import sys

import pytest
from conftest import ROOT, WORDNET, needed, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier, TfidfVectorizer

sys.path.insert(0, str(ROOT / "scripts"))
import document_blocks  # noqa: E402

MIGRATING = ROOT / "docs" / "migrating.md"


def blocks(path):
    """The blocks of Python in a document."""
    found = re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found, path
    return found


def prelude():
    """What the blocks take for granted."""
    rows, labels = sparse_data(documents=400, classes=5, features=80)
    return {
        "FastKMeansClassifier": FastKMeansClassifier, "X": rows, "y": labels, "rows": rows, "new_rows": rows[:5],
        "labels": labels,
    }


def test_the_way_from_other_classes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = prelude()
    names["NearestCentroid"] = needed("sklearn.neighbors").NearestCentroid
    for block in blocks(MIGRATING):
        exec(compile(block, "migrating.md", "exec"), names)


def test_none_of_these(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = prelude()
    for block in blocks(ROOT / "docs" / "confidence.md"):
        exec(compile(block, "confidence.md", "exec"), names)
    assert names["clf"].rejection_ == {"false_accept_rate": 0.05, "per_class": False}


@pytest.mark.parametrize("document", ["README.md", "docs/tutorial.md", "docs/choosing-options.md"])
def test_a_page_runs_from_top_to_bottom(document, tmp_path, monkeypatch, capsys):
    """In a folder with the examples, where a page's blocks find what its earlier blocks left."""
    needed("pandas")
    needed("sklearn")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Examples").symlink_to(ROOT / "Examples")
    names = {}
    for block, shown in document_blocks.blocks(ROOT / document, "python"):
        exec(compile(block, document, "exec"), names)
        printed = capsys.readouterr().out
        assert document_blocks.agree(shown or "", printed), f"{block}\nshown:\n{shown}\nprinted:\n{printed}"
    assert names


def test_the_package_s_own_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with gzip.open(WORDNET / "test.tsv.gz", "rt", encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").split("\t", 1) for _, line in zip(range(3000), lines)]
    texts = [text for _, text in pairs]
    vectorizer = TfidfVectorizer().fit(texts)
    names = {
        "texts": texts, "labels": [label.replace("noun.artifact", "screen") for label, _ in pairs],
        "new_rows": vectorizer.transform(["a late parcel", "a black screen"]), "new_labels": ["delivery", "screen"],
    }
    for block in blocks(ROOT / "python" / "README.md"):
        exec(compile(block, "README.md", "exec"), names)
    assert {"display", "delivery"} <= set(names["clf"].classes_) and (tmp_path / "tickets.safetensors").exists()


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

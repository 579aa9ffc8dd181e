"""What is shown while a classifier learns: a bar, lines, or log entries."""

import logging
import sys

from conftest import needed, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier


def test_each_phase_has_one_bar_or_its_lines(capfd, monkeypatch):
    bars = []

    class Bar:
        def __init__(self, total, desc, leave, position):
            self.total, self.n, self.desc, self.position, self.texts = total, 0, desc, position, []
            bars.append(self)

        def update(self, count):
            self.n += count
            assert 0 <= self.n <= self.total and count >= 0

        def set_postfix_str(self, text, refresh=True):
            self.texts.append(text)

        def close(self):
            self.texts.append("closed")

    monkeypatch.setattr(needed("tqdm.auto"), "tqdm", Bar)
    rows, labels = sparse_data(documents=600)
    FastKMeansClassifier(verbose=True, k_init=2).fit(rows, labels)
    names = [bar.desc for bar in bars]
    assert len(set(names)) == len(names) and {"training", "refining"} <= set(names)
    assert [bar.position for bar in bars] == list(range(len(bars)))
    assert all(bar.n == bar.total and bar.texts[-1] == "closed" for bar in bars)
    assert any("Centroids:" in text for text in bars[-1].texts)
    # What the call says goes before what the constructor says.
    FastKMeansClassifier(verbose=True).fit(rows, labels, verbose=False)
    assert len(bars) == len(names)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr("fast_kmeans_classifier._progress.ShownProgress.seconds_between_lines", 3600)
    FastKMeansClassifier(verbose=True).fit(rows, labels)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == len({line.split(":")[0] for line in lines}) >= 3


def test_verbose_shows_a_bar_or_lines(capfd, monkeypatch):
    rows, labels = sparse_data()
    needed("tqdm")
    FastKMeansClassifier(refine=0).fit(rows, labels, verbose=True)
    shown = capfd.readouterr()
    assert "Centroids:" in shown.err and shown.out == ""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    FastKMeansClassifier(refine=0).fit(rows, labels, verbose=True)
    shown = capfd.readouterr()
    assert "training: " in shown.err and "Centroids:" in shown.err and shown.out == ""
    FastKMeansClassifier().fit(rows, labels)
    assert capfd.readouterr() == ("", "")


def test_a_notebook_without_widgets_gets_a_plain_bar(capfd, monkeypatch):
    def missing(**options):
        raise ImportError("IProgress not found")

    monkeypatch.setattr(needed("tqdm.auto"), "tqdm", missing)
    rows, labels = sparse_data()
    FastKMeansClassifier(refine=0).fit(rows, labels, verbose=True)
    assert "Centroids:" in capfd.readouterr().err


def test_fit_batch_logs_when_asked(caplog):
    rows, labels = sparse_data()
    with caplog.at_level(logging.INFO, logger="fast_kmeans_classifier"):
        FastKMeansClassifier().fit_batch(rows, labels, verbose=True)
    assert "Batch processed. Shift: " in caplog.text

"""What is shown while a classifier learns: a bar, lines, or log entries."""

import logging
import sys

from conftest import needed, sparse_data

from fast_kmeans_classifier import FastKMeansClassifier


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

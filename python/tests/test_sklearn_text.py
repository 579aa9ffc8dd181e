"""scikit-learn's own tests of its vectoriser, run against this package's: each passes, or has its reason here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sklearn
from conftest import needed

import fast_kmeans_classifier

REASONS = {
    "test_tfidf_vectorizer_setters": "it looks into the private part _tfidf",
    "test_tfidfvectorizer_export_idf": "it looks into the private part _tfidf",
    "test_vectorizer_stop_words_inconsistent": "it calls a private method; the warning has a test here",
    "test_stop_word_validation_custom_preprocessor": "it calls a private method; the warning has a test here",
    "test_tfidf_vectorizer_setter": "the same error in other words",
    "test_vectorizers_invalid_ngram_range": "the same error in other words",
    "test_tfidf_vectorizer_type": "the same warning in other words",
    "test_callable_analyzer_error": "documents are texts or bytes: there is no parameter input",
    "test_callable_analyzer_change_behavior": "documents are texts or bytes: there is no parameter input",
    "test_callable_analyzer_reraise_error": "documents are texts or bytes: there is no parameter input",
    "test_unused_parameters_warn": "a callable that gives one text in place of a list is refused",
    "test_tfidf_vectorizer_preserve_dtype_idf": "idf_ is float32",
}


def test_every_test_passes_or_has_its_reason(tmp_path):
    needed("sklearn.feature_extraction.tests.test_text")
    if tuple(int(part) for part in sklearn.__version__.split(".")[:2]) < (1, 6):
        pytest.skip("the reasons are those of newer tests")
    here = Path(__file__).parent
    # The package that this process has, be it installed or not.
    package = Path(fast_kmeans_classifier.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), str(here)])}
    run = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=line", "-rf", "-p", "sklearn_text_plugin", "-p", "no:cacheprovider",
            "-k", "(Tfidf or tfidf or vectorizer or analyzer) and not CountVectorizer and not HashingVectorizer", "--pyargs",
            "sklearn.feature_extraction.tests.test_text",
        ],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment,
    )
    failed = [line.split("::", 1)[1].split("[")[0].split(" ")[0] for line in run.stdout.splitlines() if line.startswith("FAILED")]
    assert not set(failed) - set(REASONS), run.stdout[-3000:]
    assert "passed" in run.stdout.splitlines()[-1], run.stdout[-3000:] + run.stderr[-1000:]

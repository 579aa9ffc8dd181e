"""The comparison from end to end, on a tiny data set and with a stand-in for our tool."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
FAKE = BENCHMARKS / "tests" / "fake_fastkmeans.py"


class CompareTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.tool = cls.folder / "fastkmeans"
        cls.tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n', encoding="utf-8")
        cls.tool.chmod(0o755)
        cls.run_script(
            "synth.py", cls.folder / "tiny", "--documents", 400, "--features", 300, "--classes", 5, "--mean-length", 40)

    @classmethod
    def run_script(cls, script, *words, **environment):
        done = subprocess.run(
            [sys.executable, BENCHMARKS / script, *map(str, words)], capture_output=True, text=True,
            env={**os.environ, **environment},
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def compare(self, jobs, **environment):
        path = self.run_script(
            "compare.py", self.folder / "tiny", "--jobs", jobs, "--fastkmeans", self.tool, "--results",
            self.folder / self.id(), **environment)
        return pathlib.Path(path.strip())

    def test_records_both_sides_and_their_ratio(self):
        path = self.compare("fastkmeans-hard,minibatch-kmeans")
        result = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(list(result["jobs"]), ["fastkmeans-hard", "minibatch-kmeans"])
        self.assertEqual(result["data"]["train"], 400)
        for job in result["jobs"].values():
            run = job["runs"][0]
            self.assertEqual(run["status"], "ok")
            self.assertGreater(run["accuracy"], 0.3)
            self.assertGreater(run["process"]["peak_rss_bytes"], 1_000_000)
        self.assertNotIn(str(self.folder), path.read_text(encoding="utf-8"))
        report = self.run_script("report.py", path)
        self.assertIn("| fastkmeans-hard / minibatch-kmeans |", report)

    def test_keeps_the_jobs_that_are_not_measured_again(self):
        self.compare("nearest-mean")
        result = json.loads(self.compare("minibatch-kmeans").read_text(encoding="utf-8"))
        self.assertIn("nearest-mean", result["jobs"])

    def test_does_not_believe_an_accuracy_that_predictions_do_not_have(self):
        result = json.loads(self.compare("fastkmeans-linear-10", FAKE_LIES="1").read_text(encoding="utf-8"))
        self.assertEqual(result["jobs"]["fastkmeans-linear-10"]["runs"][0]["status"], "failed")

    @unittest.skipUnless(sys.platform == "linux", "only Linux tells the size of a running process here")
    def test_says_what_limit_ended_a_job(self):
        path = pathlib.Path(self.run_script(
            "compare.py", self.folder / "tiny", "--jobs", "nearest-mean", "--memory-limit-gb", 0.02, "--results",
            self.folder / self.id()).strip())
        result = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(result["jobs"]["nearest-mean"]["runs"][0]["status"], "memory")
        self.assertIn("nearest-mean (memory)", self.run_script("report.py", path))

    def test_names_the_jobs_there_are(self):
        with self.assertRaisesRegex(AssertionError, "nearest-mean"):
            self.compare("no-such-job")

    def test_reads_svmlight_and_text(self):
        path = pathlib.Path(self.run_script(
            "svmlight_read.py", self.folder / "tiny", "--peers-only", "--results", self.folder / self.id()).strip())
        result = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(result["throughput"]["load_svmlight_file"]["documents"], 400)
        text = self.folder / "train.tsv"
        text.write_text("a\tred apple red\nb\tgreen pear\na\tred apple\nb\tgreen tea\n", encoding="utf-8")
        path = pathlib.Path(self.run_script(
            "vectorize.py", text, "--peers-only", "--results", self.folder / self.id()).strip())
        result = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(result["plain_bytes"], text.stat().st_size)
        self.assertEqual(result["throughput"]["TfidfVectorizer"]["features"], 3, "red, apple, green")
        self.assertIn("TfidfVectorizer", self.run_script("report.py", path))


class NumberTest(unittest.TestCase):
    def test_shows_three_digits_that_matter(self):
        import report

        shown = [report.number(value) for value in (0.03449, 0.5, 31.44, 999.6, 20_712.0, None)]
        self.assertEqual(shown, ["0.0345", "0.5", "31.4", "1,000", "20,700", ""])


if __name__ == "__main__":
    unittest.main()

"""Tests of scripts/test_neon.sh: what it does where it can't run. What it does where it can is its own test."""

import os
import pathlib
import subprocess
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "test_neon.sh"


def run_without_compiler(*arguments):
    environment = {**os.environ, "CC": "no-such-compiler"}
    return subprocess.run([SCRIPT, *arguments], env=environment, capture_output=True, text=True, check=False)


class MissingTools(unittest.TestCase):
    def test_a_missing_compiler_is_a_failure_that_says_what_to_do(self):
        result = run_without_compiler()
        self.assertEqual(result.returncode, 2)
        self.assertIn("not tested: no no-such-compiler on the PATH; set CC to a clang", result.stderr)

    def test_where_that_is_asked_for_it_is_a_message_only(self):
        result = run_without_compiler("--if-available")
        self.assertEqual(result.returncode, 0)
        self.assertIn("not tested", result.stderr)

    def test_unknown_options_are_refused(self):
        self.assertEqual(run_without_compiler("--if-avail").returncode, 2)


if __name__ == "__main__":
    unittest.main()

"""The command lines that documents show run, and print what is shown there."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from document_blocks import agree, blocks, commands  # noqa: E402

TOOL = pathlib.Path(os.environ.get("FASTKMEANS_TOOL", ROOT / ".build" / "debug" / "fastkmeans"))
DOCUMENTS = ("README.md", "docs/tutorial.md", "docs/concepts.md", "docs/choosing-options.md", "docs/limits.md")


class CommandLines(unittest.TestCase):
    def test_the_commands_of_each_document(self):
        if not TOOL.exists():
            self.assertNotIn("CI", os.environ, f"no {TOOL}")
            self.skipTest(f"no {TOOL}: build it, or name one in FASTKMEANS_TOOL")
        for document in DOCUMENTS:
            with self.subTest(document), tempfile.TemporaryDirectory() as folder:
                self.run_document(ROOT / document, pathlib.Path(folder))

    def run_document(self, document, folder):
        (folder / "Examples").symlink_to(ROOT / "Examples")
        environment = {**os.environ, "PATH": f"{TOOL.resolve().parent}{os.pathsep}{os.environ['PATH']}"}
        for block, _ in blocks(document, "console"):
            for command, shown in commands(block):
                done = subprocess.run(
                    ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
                )
                self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
                self.assertTrue(agree(shown, done.stdout), f"{command}\nshown:\n{shown}\nprinted:\n{done.stdout}")


class Agreement(unittest.TestCase):
    def test_numbers_and_spaces_may_differ(self):
        self.assertTrue(agree("accuracy  95.8 %\n", "accuracy      9.1 %\n"))
        self.assertTrue(agree("a 1,234\n", "a 5 more\n"))

    def test_words_may_not(self):
        self.assertFalse(agree("accuracy  95.8 %\n", "error  95.8 %\n"))
        self.assertFalse(agree("hardware\n", "billing\n"))

    def test_dots_stand_for_any_lines(self):
        self.assertTrue(agree("a\n...\nd\n", "a\nb\nc\nd\n"))
        self.assertTrue(agree("a\n...\n", "a\nb\n"))
        self.assertFalse(agree("a\nd\n", "a\nb\nc\nd\n"))
        self.assertFalse(agree("a\n", "a\nb\n"))
        self.assertFalse(agree("a\n...\ne\n", "a\nb\n"))

    def test_a_block_is_taken_apart(self):
        self.assertEqual(commands("$ one\n1\n$ two\n"), [("one", "1\n"), ("two", "")])

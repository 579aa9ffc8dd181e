"""The demo's data: how a synset becomes a row, and that the shipped files are what their README says."""

import gzip
import hashlib
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import make_demo_data  # noqa: E402

LINE = "00001740 05 n 02 tobacco_moth 0 Ephestia(p) 0 001 @ 00002137 n 0000 | a small   moth; \"it flew\"  "


class SynsetTest(unittest.TestCase):
    def test_joins_lemmas_and_gloss(self):
        expected = ("noun.animal", 'tobacco moth, Ephestia : a small moth; "it flew"')
        self.assertEqual(make_demo_data.parse_synset(LINE), expected)

    def test_rejects_a_line_without_gloss(self):
        with self.assertRaises(ValueError):
            make_demo_data.parse_synset(LINE.replace("|", ""))


class SplitTest(unittest.TestCase):
    def test_does_not_depend_on_the_order_of_rows(self):
        rows = [("a", f"text {number}") for number in range(1000)]
        train, test = make_demo_data.split_and_order(rows)
        self.assertEqual((train, test), make_demo_data.split_and_order(rows[::-1]))
        self.assertTrue(130 < len(test) < 270, f"{len(test)} of 1000 rows for testing")


class ShippedFilesTest(unittest.TestCase):
    def test_plain_bytes_have_the_sums_of_the_readme(self):
        readme = (make_demo_data.DEFAULT_OUTPUT / "README.md").read_text(encoding="utf-8")
        for name in ("train.tsv.gz", "test.tsv.gz"):
            plain = gzip.decompress((make_demo_data.DEFAULT_OUTPUT / name).read_bytes())
            self.assertIn(hashlib.sha256(plain).hexdigest(), readme, name)


if __name__ == "__main__":
    unittest.main()

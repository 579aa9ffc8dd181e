"""The version is the same wherever it is written."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACES = {
    "python/src/fast_kmeans_classifier/_version.py": r'__version__ = "([^"]+)"',
    "Sources/FastKMeansCore/Support/LibraryVersion.swift": r'text: StaticString = "([^"]+)"',
    "CITATION.cff": r"^version: (.+)$",
}


class Versions(unittest.TestCase):
    def test_there_is_one(self):
        found = {
            place: re.findall(pattern, (ROOT / place).read_text(encoding="utf-8"), re.MULTILINE)
            for place, pattern in PLACES.items()
        }
        self.assertEqual(len({tuple(versions) for versions in found.values()}), 1, found)
        self.assertTrue(all(len(versions) == 1 for versions in found.values()), found)


if __name__ == "__main__":
    unittest.main()

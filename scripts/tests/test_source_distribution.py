"""Tests of what a source distribution of the Python package carries: all that the C interface is made of, and no more."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def balanced(text, start):
    """The text between the bracket at `start` and the one that closes it."""
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] in "([") - (text[position] in ")]")
        if depth == 0:
            return text[start + 1 : position]
    raise ValueError("a bracket is not closed")


def targets(manifest):
    """The targets of a Swift manifest, each with the names of those that it needs."""
    text = (ROOT / manifest).read_text(encoding="utf-8")
    found = {}
    for match in re.finditer(r"\.(?:target|systemLibrary)\(", text):
        body = balanced(text, match.end() - 1)
        name = re.match(r"\s*name: \"(\w+)\"", body)
        place = body.find("dependencies: [")
        dependencies = balanced(body, body.index("[", place)) if place >= 0 else ""
        if name:
            found[name[1]] = set(re.findall(r"\"(\w+)\"", dependencies))
    return found


def needed(name, graph):
    """A target and all that it needs."""
    return {name}.union(*(needed(other, graph) for other in graph.get(name, ()) if other in graph))


class SourceDistribution(unittest.TestCase):
    def test_it_has_the_targets_of_the_c_interface(self):
        carried = re.search(r"TARGETS = \((.*?)\n?\)", (ROOT / "python/setup.py").read_text(encoding="utf-8"), re.DOTALL)[1]
        whole, own = targets("Package.swift"), targets("python/build_support/Package.swift")
        expected = needed("FastKMeansABI", whole)
        self.assertIn("CFastKMeansKernels", expected)
        self.assertEqual(set(re.findall(r"\"(\w+)\"", carried)), expected)
        self.assertEqual(set(own), expected)
        for name in expected:
            self.assertEqual(own[name], whole[name], name)


if __name__ == "__main__":
    unittest.main()

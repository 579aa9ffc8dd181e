"""Each rule of check_repository is seen to fail on a breach and to pass beside it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import check_repository  # noqa: E402
import check_warnings  # noqa: E402

# Put together here, so that this file itself keeps the rules.
HOME = "/" + "home/somebody/data.tsv"
LATER = "TO" + "DO"

# name of the rule -> (file, text that breaks it, text that keeps it)
CASES = {
    "no_machine_paths": ("a.md", f"Read `{HOME}`.", "Read `some/home/data.tsv` or http://a.org/home/b."),
    "no_placeholders": ("Sources/A/a.swift", f"// {LATER}: more", "// all done"),
    "no_own_issue_numbers": ("CONTRIBUTING.md", "This closes " + "#12.", "As in faiss " + "#5296."),
    "no_traps": ("Sources/A/a.swift", "let x = try" + "! f()", "let x = try f()"),
    "core_without_foundation": (
        "Sources/FastKMeansCore/a.swift", "public import Foundation\n", "// import Foundation stays out\n",
    ),
    "no_public_pointers": (
        "Sources/FastKMeansCore/a.swift",
        "public func read(\n  from bytes: UnsafeRawPointer\n) {}",
        "public struct A {\n  public var size: Int\n  private let bytes: UnsafeRawPointer\n}",
    ),
    "files_are_short": ("Sources/A/a.swift", "\n" * 1001, "\n" * 1000),
    "walks_are_short_and_true": (
        "ARCHITECTURE.md", "1. `A.go` in `Sources/A/A.swift` goes.", "1. A step that names nothing.",
    ),
    "words_are_plain": ("Sources/A/a.swift", "// It has a thread of " + "its own.", "// It has a separate thread."),
    "sentences_are_short": ("README.md", "word " * 41 + "end.", "word " * 39 + "end. " + "word " * 39 + "end."),
    "pages_say_their_purpose": (
        "docs/a.md", "# A\n\nA is a letter.\n", "# A\n\nThis page shows A. It is for readers.\n",
    ),
    "links_lead_somewhere": (
        "a.md", "See [b](b.md).", "See [me](a.md#top), [far](https://example.org/x.md).",
    ),
}


def breaches_with(files):
    """The breaches of a fresh repository that has just these files."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_repository.breaches(folder)


class RulesTest(unittest.TestCase):
    def test_each_rule_finds_its_breach_and_nothing_else(self):
        for rule, (name, bad, good) in CASES.items():
            with self.subTest(rule):
                self.assertEqual(len(breaches_with({name: bad})), 1)
                self.assertEqual(breaches_with({name: good}), [])

    def test_walks_name_what_exists_and_end(self):
        source = {"Sources/A/A.swift": "struct A {\n  init() {}\n  func go() {}\n}\n"}

        def found(steps):
            walk = "".join(f"{number}. `{symbol}` in `Sources/A/A.swift` goes.\n" for number, symbol in steps)
            return breaches_with({**source, "ARCHITECTURE.md": walk})

        self.assertEqual(found([(1, "A.init"), (2, "A.go"), (20, "go")]), [])
        for step in [(1, "A.stop"), (1, "B.go"), (21, "A.go")]:
            with self.subTest(step):
                self.assertEqual(len(found([step])), 1)

    def test_words_of_commands_and_code_are_no_prose(self):
        long = " ".join(["word"] * 41)
        self.assertEqual(breaches_with({"README.md": f"```console\n$ {long}\n```\n\n    {long}\n\n| {long} |\n"}), [])

    def test_catalogues_name_what_their_module_has(self):
        def found(link):
            return breaches_with({
                "Sources/A/Documentation.docc/A.md": f"# ``A``\n\n- ``{link}``\n", "Sources/B/B.swift": "public struct B {}\n",
                "Sources/A/A.swift": "public struct C {\n  public init() {}\n  public static func go() {}\n  func stop() {}\n}\n",
            })

        for link in ["C", "C/go()"]:
            with self.subTest(link):
                self.assertEqual(found(link), [])
        for link in ["B", "C/stop()", "D"]:
            with self.subTest(link):
                self.assertEqual(len(found(link)), 1)

    def test_rejects_two_decisions_with_one_number(self):
        found = breaches_with({"docs/decisions/0007-a.md": "", "docs/decisions/0007-b.md": ""})
        self.assertEqual(len(found), 1)
        self.assertIn("0007", found[0])

    def test_rejects_a_decision_without_a_number(self):
        self.assertEqual(len(breaches_with({"docs/decisions/why.md": ""})), 1)

    def test_rejects_a_large_file(self):
        self.assertEqual(len(breaches_with({"a.bin": "x" * (check_repository.MAX_BYTES + 1)})), 1)

    def test_every_rule_has_a_case(self):
        tested = set(CASES) | {"decisions_are_numbered", "files_are_small", "catalogues_name_what_is_public"}
        self.assertEqual(tested, {rule.__name__ for rule in check_repository.RULES})


class WarningsTest(unittest.TestCase):
    def test_counts_own_files_and_leaves_dependencies_alone(self):
        root = pathlib.Path("/repository")
        own = "/repository/Sources/A/a.swift:3:5: warning: variable was never used"
        log = "\n".join([
            own, own, "Sources/A/a.c:9:1: warning: unused function", "[3/9] Compiling A",
            "/repository/.build/checkouts/b/b.swift:1:1: warning: deprecated",
            "/elsewhere/c.swift:1:1: warning: deprecated",
        ])
        self.assertEqual(len(check_warnings.own_warnings(log, root)), 2)


if __name__ == "__main__":
    unittest.main()

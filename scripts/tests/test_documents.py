"""The command lines and the Swift code that documents show run, and print what is shown there."""

import csv
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from document_blocks import agree, blocks, commands, fences, pages  # noqa: E402

TOOL = pathlib.Path(os.environ.get("FASTKMEANS_TOOL", ROOT / ".build" / "debug" / "fastkmeans"))
TICKETS = ROOT / "Examples" / "tickets"

# What the Swift code of a page takes for granted.
TEXTS = """
let texts = ["the screen stays black", "no picture on the screen", "the invoice is wrong", "a refund for my invoice",
  "the parcel is late", "my parcel never came"].flatMap { text in (0..<30).map { "\\(text) \\($0)" } }
let labels = ["hardware", "hardware", "billing", "billing", "delivery", "delivery"].flatMap { Array(repeating: $0, count: 30) }
"""
VECTORS = """
let embeddings: [[Float]] = (0..<40).map { $0 % 2 == 0 ? [1, Float($0) / 100, 0] : [0, 1, Float($0) / 100] }
let numbers = embeddings.indices.map { 1 + $0 % 2 }
"""
SWIFT_PRELUDES = {
    "README.md": "", "docs/tutorial.md": "",
    "docs/swift.md": TEXTS + VECTORS + "struct Bar { func show(_ progress: TrainingProgress) {} }\nlet bar = Bar()\n",
    "docs/confidence.md": TEXTS + """
struct Queue { func add(_ answer: some Sendable) {} }
let queue = Queue()
var learner = try TextClassifier.Learner()
try learner.fit(texts, labels: labels)
let classifier = try learner.classifier()
""",
    "docs/data.md": TEXTS + """
let embeddings = texts.indices.map { [Float($0 / 60), 1, Float($0)] }
let unlabelled = ["the screen is broken", "where is my parcel", "the invoice has the wrong sum"]
let classifier = try {
  var learner = try TextClassifier.Learner()
  try learner.fit(texts, labels: labels)
  return try learner.classifier()
}()
""",
    "docs/streaming.md": "",
    "Sources/FastKMeans/Documentation.docc/FastKMeans.md": TEXTS,
    "Sources/FastKMeansCore/Documentation.docc/FastKMeansCore.md": VECTORS,
    "Sources/FastKMeansStreams/Documentation.docc/FastKMeansStreams.md": "",
}
# The page's code needs Hummingbird, which only the package Server has.
ELSEWHERE = {"docs/server.md"}
MODULES = ["FastKMeans", "FastKMeansStreams"]
LINKED = [
    "FastKMeans", "FastKMeansCore", "FastKMeansReference", "FastKMeansText", "FastKMeansFormats", "FastKMeansStreams",
    "CFastKMeansKernels", "CFastKMeansAccelerator", "CFastKMeansDecompressors",
]
SEPARATOR = "\x1e"


def make_files(folder):
    """What the commands of the pages read: tickets as TSV, with labels and without."""
    for name, source in [("tickets.tsv", "tickets.csv"), ("test.tsv", "held-out.csv"), ("new-tickets.tsv", "held-out.csv"), ("rows.tsv", "tickets.csv")]:
        with open(TICKETS / source, encoding="utf-8", newline="") as rows:
            pairs = [(row["label"], row["text"]) for row in csv.DictReader(rows)]
        (folder / name).write_text("".join(f"{label}\t{text}\n" for label, text in pairs), encoding="utf-8")
    with open(folder / "orders.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["title", "body", "product", "price", "label"])
        for row, (label, text) in enumerate(pairs):
            words = text.split()
            table.writerow([" ".join(words[:3]), " ".join(words[3:]), ["phone", "laptop", ""][row % 3], 10 + row, label])
    classes = "".join(f"{label}\tall about {label}\n" for label in sorted({label for label, _ in pairs}))
    (folder / "classes.tsv").write_text(classes, encoding="utf-8")
    texts = "".join(f"{text}\n" for _, text in pairs)
    for name in ("new.tsv", "unlabelled.tsv"):
        (folder / name).write_text(texts, encoding="utf-8")


def swift_program(found, prelude):
    """One program of all blocks, which marks where the output of each ends; `found` first has those without `await`.

    Blocks that wait run in a function of another kind, because `fit` and its like have two forms: there `learner` is new.
    """
    def body(chosen):
        code = "\n".join(code + f'print("\\u{{1E}}", terminator: "")\n' for code, _ in chosen)
        return re.sub(r"^import .*\n", "", code, flags=re.MULTILINE)

    plain, waiting = ([block for block in found if ("await" in block[0]) == kind] for kind in (False, True))
    program = "".join(f"import {module}\n" for module in MODULES)
    program += f"\nfunc page() throws {{\n{prelude}{body(plain)}}}\ntry page()\n"
    if waiting:
        learner = "var learner = try TextClassifier.Learner()\nlet classifier = try TextClassifier(contentsOf: \"tickets.safetensors\")\n"
        program += f"\nfunc waitingPage() async throws {{\n{prelude}{learner}{body(waiting)}}}\ntry await waitingPage()\n"
    return program


def compile_swift(source, program, bin_folder):
    """Compiles against the modules and objects of a finished debug build."""
    flags = ["-I", bin_folder / "Modules", "-I", ROOT / "Sources" / "CZlib", "-swift-version", "6", "-suppress-warnings"]
    for module_map in bin_folder.glob("*.build/module.modulemap"):
        flags += ["-Xcc", f"-fmodule-map-file={module_map}"]
    objects = [path for name in LINKED for path in (bin_folder / f"{name}.build").rglob("*.o")]
    return subprocess.run(
        ["swiftc", *map(str, [*flags, source, *objects, "-lz", "-o", program])], capture_output=True, text=True, timeout=600
    )


class Documents(unittest.TestCase):
    def setUp(self):
        if not TOOL.exists():
            self.assertNotIn("CI", os.environ, f"no {TOOL}")
            self.skipTest(f"no {TOOL}: build it, or name one in FASTKMEANS_TOOL")

    def in_folder(self, page, body):
        with self.subTest(page), tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "Examples").symlink_to(ROOT / "Examples")
            make_files(folder)
            body(folder)

    def run_commands(self, block, folder):
        environment = {**os.environ, "PATH": f"{TOOL.resolve().parent}{os.pathsep}{os.environ['PATH']}"}
        for command, shown in commands(block):
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
            )
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
            self.assertTrue(agree(shown, done.stdout), f"{command}\nshown:\n{shown}\nprinted:\n{done.stdout}")

    def test_the_commands_of_each_page(self):
        for page in pages(ROOT, "console"):
            def body(folder, page=page):
                for block, _ in blocks(ROOT / page, "console"):
                    self.run_commands(block, folder)
            self.in_folder(page, body)

    def test_the_swift_code_of_each_page(self):
        self.assertEqual(set(pages(ROOT, "swift")), set(SWIFT_PRELUDES) | ELSEWHERE)
        for page, prelude in SWIFT_PRELUDES.items():
            self.in_folder(page, lambda folder, page=page, prelude=prelude: self.run_swift(page, prelude, folder))

    def run_swift(self, page, prelude, folder):
        """The commands before the first Swift block, then all Swift blocks as one program."""
        for language, code, _ in fences(ROOT / page):
            if language == "swift":
                break
            if language == "console":
                self.run_commands(code, folder)
        found = sorted(blocks(ROOT / page, "swift"), key=lambda block: "await" in block[0])
        (folder / "main.swift").write_text(swift_program(found, prelude), encoding="utf-8")
        built = compile_swift(folder / "main.swift", folder / "page", ROOT / ".build" / "debug")
        self.assertEqual(built.returncode, 0, built.stderr)
        done = subprocess.run([folder / "page"], cwd=folder, capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        for (code, shown), printed in zip(found, done.stdout.split(SEPARATOR)):
            if shown is not None:
                self.assertTrue(agree(shown, printed), f"{code}\nshown:\n{shown}\nprinted:\n{printed}")

    def test_other_tools_open_a_model_as_its_page_says(self):
        page = "docs/format/model-v1.md"
        def body(folder):
            self.run_commands("$ fastkmeans train --input tickets.tsv --model model.safetensors --quiet\n...\n", folder)
            code = "\n".join(block for block, _ in blocks(ROOT / page, "python"))
            code += "print(options['k_init'], float(masses.sum()))\n"
            done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=600)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout.split()[-2:], ["3", "120.0"])
        if importlib.util.find_spec("safetensors") is None:
            self.assertNotIn("CI", os.environ, "no safetensors")
            self.skipTest("no safetensors: run this with .venv/bin/python")
        self.in_folder(page, body)

    def test_no_page_shows_a_command_that_is_not_run(self):
        """A command stands in a `console` block, unless it needs what a test has not."""
        unrun = re.compile(r"^    fastkmeans (?:train|predict|evaluate|audit|select|tune|convert|explain|inspect|report) .*", re.MULTILINE)
        for page in ROOT.glob("docs/*.md"):
            if page.name not in {"accuracy.md", "streaming.md"}:  # measurements on sets that are not here
                self.assertEqual(unrun.findall(page.read_text(encoding="utf-8")), [], page.name)


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

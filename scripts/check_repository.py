#!/usr/bin/env python3
"""The rules of this repository that no compiler checks. Prints one line for each breach; exit status 1 if any.

    scripts/check_repository.py [FOLDER]

Looks at the files that git tracks or would track. Each rule is a function from the files to breaches; CONTRIBUTING.md
gives the reasons.
"""

import collections
import pathlib
import re
import subprocess
import sys

MAX_LINES = 1000
MAX_BYTES = 6_500_000
# Recorded numbers and fixtures are as long as they are.
DATA_FOLDERS = ("Tests/FastKMeansReferenceTests/Golden/", "Tests/Fixtures/", "Benchmarks/results/")
TEXT_ENDINGS = {
    ".swift", ".c", ".h", ".cpp", ".py", ".sh", ".md", ".txt", ".toml", ".yml", ".yaml", ".modulemap", ".json",
}
PRODUCT_FOLDERS = ("Sources/", "Server/Sources/", "python/", "Accelerators/")

# A path that exists on one machine only. Written so that this file does not match itself.
MACHINE_PATH = re.compile(
    r"(?<![\w./-])/(?:home|Users|root|work|farm|mnt|opt/swift[\w-]*|private/tmp)/|\.\./(?:shared|\.library)\b|/tmp/\w"
)
PLACEHOLDER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|\bnot (?:yet )?implemented\b|\bunimplemented\b")
OWN_ISSUE = re.compile(r"\b(?:closes|fixes|see|for|in) (?:issue )?#\d+\b|\bissue \d+\b", re.IGNORECASE)
TRAP = re.compile(r"\btry!|\bas! |\bfatalError\(|\bpreconditionFailure\(|\bunsafeFlags\b")
FOUNDATION = re.compile(r"^\s*(?:@\w+ )*(?:public |package )?import Foundation", re.MULTILINE)
# From `public` to the end of the signature: up to a brace, an equals sign, or a line that begins something new.
NEXT_DECLARATION = r"\n\s*(?://|@|public|package|internal|private|fileprivate|static|let|var|func|init|struct|enum|case|\n)"
PUBLIC_POINTER = re.compile(
    rf"^\s*(?:@\w+(?:\([^)]*\))? )*public (?:(?!{NEXT_DECLARATION})[^{{=])*\bUnsafe\w+", re.MULTILINE
)
DECISION_NAME = re.compile(r"(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
# A step of a walk in ARCHITECTURE.md: its number, `Type.function`, and the file that has it.
WALK_STEP = re.compile(r"^(\d+)\. `([\w.]+)` in `([^`]+)`", re.MULTILINE)
LONGEST_WALK = 20
# Words and turns that readers stumble over, and what to write instead. Extend it when a reader asks what a sentence means.
HARD_WORDS = {
    r"so many(?! that)": "this many",
    r"that which": "what",
    r"of (?:its|their|his) own\b(?![\s*]+(?:class|prototype|label|row))": "its own ..., a separate ...",
    r"for ever\b(?! other)": "always",
    r"in any case": "always",
    r"(?:nevertheless|all the same\b(?!\.\n))": "still, anyway",
    r"who(?:ever|soever)": "name the actor",
    r"but for": "except for",
    r"if need be": "if needed",
    r"mend(?:s|ed|ing)?": "fix",
    r"do(?:es)? without": "needs no ...",
    r"sit(?:s|ting)? out": "skip",
    r"best friend": "name the use",
    r"in theory(?: only)?": "say when",
    r"nothing in practice": "never, because ...",
    r"leave(?:s)? the field": "say what is chosen",
    r"(?:is|are) said": "is reported",
    r"(?<!there )(?:is|are) none\b(?! (?:of|but|at all\b))": "is no ...",
    r"so much (?:more )?the": "and",
    r"thereof|whereof|whereby|amid|amongst|whilst": "a plain word",
}
HARD_WORD = re.compile("|".join(rf"\b(?:{words})\b" for words in HARD_WORDS))
# A list of English words has all of them.
WORD_LISTS = ("Sources/FastKMeansText/Analysis/StopWords.swift", "python/src/fast_kmeans_classifier/_options.py")
# What users read first: each page says what it is for, and no sentence is longer than a breath.
PAGES = re.compile(r"README\.md|SECURITY\.md|docs/[\w-]+\.md|python/README\.md")
LONGEST_SENTENCE = 40
PURPOSE = re.compile(r"\bThis page\b.*\b(?:for|who)\b", re.DOTALL)
CATALOGUE = re.compile(r"(Sources/\w+/)Documentation\.docc/[^/]+\.md")
SYMBOL_LINK = re.compile(r"``([\w/]+)(?:\([\w:]*\))?``")
PUBLIC_NAME = re.compile(
    r"^\s*(?:@\w+ )*public (?:\w+(?:\(set\))? )*(?:struct|class|enum|protocol|actor|typealias|func|var|let) (\w+)", re.MULTILINE
)
MARKDOWN_LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")


class Repository:
    """The files of one folder, with their texts read once."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"],
            cwd=self.root, check=True, capture_output=True, text=True,
        ).stdout.split("\0")
        self.files = sorted({name for name in listed if name and (self.root / name).is_file()})
        self._texts = {}

    def texts(self, *folders):
        """`(name, text)` of every text file below one of the folders, or of all."""
        for name in self.files:
            path = self.root / name
            is_text = path.suffix in TEXT_ENDINGS or path.name in {"Makefile", "run"}
            if not is_text or (folders and not name.startswith(folders)):
                continue
            if name not in self._texts:
                self._texts[name] = path.read_text(encoding="utf-8")
            yield name, self._texts[name]

    def matches(self, pattern, *folders):
        """`(name, line number, matched text)` of every place where the pattern matches."""
        for name, text in self.texts(*folders):
            for match in pattern.finditer(text):
                place = text.count("\n", 0, match.end()) + 1
                yield name, place, match[0].strip().splitlines()[-1]


def no_machine_paths(repository):
    for name, line, found in repository.matches(MACHINE_PATH):
        yield f"{name}:{line}: path of one machine: {found}"


def no_placeholders(repository):
    for name, line, found in repository.matches(PLACEHOLDER, *PRODUCT_FOLDERS):
        yield f"{name}:{line}: a promise instead of code: {found}"


def no_own_issue_numbers(repository):
    for name, line, found in repository.matches(OWN_ISSUE):
        yield f"{name}:{line}: number of an issue; say the reason instead: {found}"


def no_traps(repository):
    for name, line, found in repository.matches(TRAP, "Sources/", "Server/Sources/", "Package.swift"):
        if name.startswith("Sources/FastKMeansTestSupport/"):
            continue
        yield f"{name}:{line}: trap or unsafe flag; throw a typed error: {found}"


def core_without_foundation(repository):
    folders = ("Sources/FastKMeansCore/", "Sources/FastKMeansReference/", "Sources/FastKMeansText/")
    for name, line, _ in repository.matches(FOUNDATION, *folders):
        yield f"{name}:{line}: the core, reference and text targets do without Foundation"


def no_public_pointers(repository):
    for name, line, found in repository.matches(PUBLIC_POINTER, "Sources/FastKMeans"):
        yield f"{name}:{line}: pointer in a public signature: {found}"


def decisions_are_numbered(repository):
    names = collections.defaultdict(list)
    for name in repository.files:
        folder, _, file = name.rpartition("/")
        if folder != "docs/decisions" or file == "README.md":
            continue
        match = DECISION_NAME.fullmatch(file)
        if match:
            names[match[1]].append(name)
        else:
            yield f"{name}: decisions are called NNNN-title-in-lower-case.md"
    for number, same in sorted(names.items()):
        if len(same) > 1:
            yield f"decision {number} is there {len(same)} times: {', '.join(same)}; the newer takes the next free number"


def files_are_short(repository):
    for name, text in repository.texts():
        lines = text.count("\n")
        if lines > MAX_LINES and not name.startswith(DATA_FOLDERS):
            yield f"{name}: {lines} lines, more than {MAX_LINES}: one idea or two?"


def files_are_small(repository):
    for name in repository.files:
        size = (repository.root / name).stat().st_size
        if size > MAX_BYTES:
            yield f"{name}: {size} bytes, more than {MAX_BYTES}"


def links_lead_somewhere(repository):
    for name, text in repository.texts():
        if not name.endswith(".md"):
            continue
        for match in MARKDOWN_LINK.finditer(text):
            target = match[1].partition("#")[0]
            if not target or "://" in target or target.startswith(("mailto:", "doc:")):
                continue
            if not (repository.root / name).parent.joinpath(target).exists():
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: link to a missing file: {target}"


def walks_are_short_and_true(repository):
    text = dict(repository.texts("ARCHITECTURE.md")).get("ARCHITECTURE.md", "")
    for number, symbol, name in WALK_STEP.findall(text):
        kind, _, function = symbol.rpartition(".")
        path = repository.root / name
        source = path.read_text(encoding="utf-8") if path.is_file() else ""
        defined = r"\binit[(?<]" if function == "init" else rf"\b(?:func|def) {function}\b"
        if not re.search(defined, source) or (kind and not re.search(rf"\b{kind}\b", source)):
            yield f"ARCHITECTURE.md: step {number}: {name} has no {symbol}"
        if int(number) > LONGEST_WALK:
            yield f"ARCHITECTURE.md: a walk has {number} steps, more than {LONGEST_WALK}: {symbol}"


def words_are_plain(repository):
    for name, line, found in repository.matches(HARD_WORD):
        if name.startswith(("scripts/check_repository.py", "scripts/tests/test_check_repository.py", *WORD_LISTS)):
            continue
        advice = next(advice for words, advice in HARD_WORDS.items() if re.search(words, found))
        yield f"{name}:{line}: a turn that readers stumble over: {found}; write: {advice}"


def sentences_are_short(repository):
    for name, text in repository.texts():
        if not PAGES.fullmatch(name):
            continue
        for sentence in sentences(text):
            words = len(re.sub(r"`[^`]*`", "code", sentence).split())
            if words > LONGEST_SENTENCE:
                yield f"{name}: a sentence of {words} words, more than {LONGEST_SENTENCE}: {sentence[:60]}..."


def sentences(markdown):
    """The sentences of a page's paragraphs and lists; code, tables and headings are left out."""
    prose = re.sub(r"^```.*?^```|^(?:    |\||#).*?$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(?:- |\d+\. )", "\n\n", prose, flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", prose):
        yield from re.split(r"(?<=[.!?:]) ", " ".join(paragraph.split()))


def pages_say_their_purpose(repository):
    for name, text in repository.texts("docs/"):
        if PAGES.fullmatch(name) and not PURPOSE.search(text.partition("\n\n")[2].partition("\n\n")[0]):
            yield f"{name}: begin with what the page is for, and for whom: This page ... It is for ..."


def catalogues_name_what_is_public(repository):
    for name, text in repository.texts("Sources/"):
        folder = CATALOGUE.fullmatch(name)
        if not folder:
            continue
        public = {folder[1].split("/")[1]}
        for source, code in repository.texts(folder[1]):
            public.update(PUBLIC_NAME.findall(code) if source.endswith(".swift") else ())
        for link in SYMBOL_LINK.finditer(text):
            for part in link[1].split("/"):
                if part not in public:
                    yield f"{name}:{text.count(chr(10), 0, link.start()) + 1}: no public symbol of that module: {part}"


RULES = (
    no_machine_paths, no_placeholders, no_own_issue_numbers, no_traps, core_without_foundation, no_public_pointers,
    decisions_are_numbered, files_are_short, files_are_small, links_lead_somewhere,
    walks_are_short_and_true, words_are_plain, sentences_are_short, pages_say_their_purpose,
    catalogues_name_what_is_public,
)


def breaches(root):
    """Every breach of every rule, in the order of the rules."""
    repository = Repository(root)
    return [breach for rule in RULES for breach in rule(repository)]


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    found = breaches(root)
    for breach in found:
        print(breach, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""The code blocks of a document, and whether what they print is what the document shows.

Tests run them: `scripts/tests/test_documents.py` the command lines and Swift, `python/tests/test_documents.py` Python.

A `console` block has commands after `$ ` and what each prints. A `text` block shows what the block before it prints. Numbers stand for
any number, `...` on a separate line for any lines, and a line may go on after what is shown.
"""

import re

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def fences(path):
    """`(language, code, what it prints or None)` of every block, in order."""
    found = FENCE.findall(path.read_text(encoding="utf-8"))
    following = [*found[1:], ("", "")]
    return [(name, code, after[1] if after[0] == "text" else None) for (name, code), after in zip(found, following)]


def blocks(path, language):
    """`(code, what it prints or None)` of every block in a language, in order."""
    return [(code, shown) for name, code, shown in fences(path) if name == language]


def pages(root, language):
    """The pages of a checkout that have a block in the language, by their paths from its root."""
    candidates = [root / "README.md", root / "python" / "README.md", *root.glob("docs/**/*.md"), *root.glob("Sources/*/*.docc/*.md")]
    return sorted(str(path.relative_to(root)) for path in candidates if blocks(path, language))


def commands(block):
    """`(command, what it prints)` of every command in a `console` block."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not parts[0].strip(), f"a console block begins with a command: {parts[0]}"
    return [tuple(part.partition("\n")[::2]) for part in parts[1:]]


def agree(shown, printed):
    """Whether a program printed what a document shows."""
    actual = [_masked(line) for line in printed.splitlines()]
    position, skipping = 0, False
    for line in map(_masked, shown.splitlines()):
        if line == "...":
            skipping = True
            continue
        last = len(actual) if skipping else position + 1
        found = [place for place in range(position, min(last, len(actual))) if actual[place].startswith(line)]
        if not found:
            return False
        position, skipping = found[0] + 1, False
    return skipping or position == len(actual)


def _masked(line):
    return " ".join(NUMBER.sub("#", line).split())

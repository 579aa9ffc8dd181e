"""The code blocks of a document, and whether what they print is what the document shows.

Tests run them: `scripts/tests/test_documents.py` the command lines, `python/tests/test_documents.py` Python.

A `console` block has commands after `$ ` and what each prints. A `text` block shows what the block before it prints. Numbers stand for
any number, `...` on a separate line for any lines, and a line may go on after what is shown.
"""

import re

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def blocks(path, language):
    """`(code, what it prints or None)` of every block in a language, in order."""
    fences = FENCE.findall(path.read_text(encoding="utf-8"))
    following = [*fences[1:], ("", "")]
    return [
        (code, after[1] if after[0] == "text" else None)
        for (name, code), after in zip(fences, following) if name == language
    ]


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

"""The Swift benchmarks of the package beside these scripts. Standard library only."""

import json
import pathlib

from . import process

PRODUCTS = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release"


class Failure(SystemExit):
    """A benchmark that isn't built or didn't end well; ends the script that doesn't catch it, with its message."""


def is_built(name):
    return PRODUCTS.joinpath(name).exists()


def lines(name, words, timeout=1200.0):
    """What one of them prints: a list of JSON objects, a line each."""
    if not is_built(name):
        raise Failure(f"{name} is not built; run: swift build -c release --package-path Benchmarks")
    outcome = process.run([PRODUCTS / name, *words], timeout=timeout)
    if outcome.status != "ok":
        raise Failure(f"{name}: {outcome.status} {outcome.message}".strip())
    return [json.loads(line) for line in outcome.stdout.splitlines()]

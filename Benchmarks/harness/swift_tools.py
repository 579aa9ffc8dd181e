"""The Swift benchmarks of the package beside these scripts. Standard library only."""

import json
import pathlib

from . import ours

PRODUCTS = pathlib.Path(".build", "release")


def lines(name, words, timeout=1200.0):
    """What one of them prints: a list of JSON objects, a line each."""
    program = ours.BENCHMARKS / PRODUCTS / name
    if not program.exists():
        raise SystemExit(f"{program.name} is not built; run: swift build -c release --package-path Benchmarks")
    outcome = ours.checked([program, *words], {"timeout": timeout})
    return [json.loads(line) for line in outcome.stdout.splitlines()]

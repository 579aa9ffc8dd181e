#!/usr/bin/env python3
"""Fail when a build log holds a compiler warning about this repository's own files.

    swift build 2>&1 | tee build.log; scripts/check_warnings.py build.log
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARNING = re.compile(r"^(?P<path>[^:\s][^:]*):\d+:(?:\d+:)? warning: ")


def own_warnings(log, root=ROOT):
    """The log's lines that warn about a file of the repository, without those about its dependencies."""
    found = []
    for line in log.splitlines():
        match = WARNING.match(line)
        if not match:
            continue
        path = pathlib.Path(match["path"])
        path = path if path.is_absolute() else root / path
        if path.is_relative_to(root) and ".build" not in path.relative_to(root).parts:
            found.append(line)
    return sorted(set(found))


def main():
    found = own_warnings(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace"))
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(f"{len(found)} warning(s): fix them, the build must be without any", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

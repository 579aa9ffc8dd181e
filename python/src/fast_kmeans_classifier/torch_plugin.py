"""Builds the plug-in that runs FastKMeans on PyTorch's devices, against the PyTorch of this Python.

    python -m fast_kmeans_classifier.torch_plugin [FILE]

Needs a C++ compiler, no CUDA toolkit; takes about a minute. FILE is where to write it; by default it goes to
``~/.cache/fastkmeans``, where ``device='cuda'`` finds it. Build it again after PyTorch was upgraded or moved.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

_FOLDER = pathlib.Path(__file__).resolve().parent


def sources() -> pathlib.Path:
    """The folder of the plug-in's sources: inside an installed package, else in the repository around this file.

    Raises ``FileNotFoundError`` where neither is.
    """
    for folder in (_FOLDER / "torch_sources", _FOLDER.parents[2] / "Accelerators" / "Torch"):
        if (folder / "build.sh").is_file():
            return folder
    raise FileNotFoundError("the plug-in's sources are not in this installation; build it from the repository: make torch")


def main(arguments: list[str]) -> int:
    """Runs the build; returns its exit status. What it says goes to the standard streams."""
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    environment = {"FASTKMEANS_TORCH_PYTHON": sys.executable, **os.environ}
    output = [str(pathlib.Path(arguments[0]).resolve())] if arguments else []
    return subprocess.run(["bash", str(sources() / "build.sh"), *output], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Checks a wheel of the Python package: its size, its tag, what its library shows and needs, and in a clean environment
that a fit runs and how long an import takes.

    scripts/check_wheel.py WHEEL

Prints one line for each fault; exit status 1 if any. Reading what a library shows takes `nm` and `readelf`, Linux only.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import venv
import zipfile

MAX_BYTES = 8_000_000
#: Of processor time. On a machine that is so busy or slow that NumPy takes long too, half its time is the limit.
MAX_IMPORT_MILLISECONDS = 50
NAME = re.compile(r"fast_kmeans_classifier-[\w.]+-py3-none-(manylinux_\d+_\d+_\w+|macosx_\d+_\d+_\w+)\.whl")
LIBRARY = re.compile(r"fast_kmeans_classifier/libfastkmeans_c\.(so|dylib)")
# What every Linux has: the C library's parts, the loader, zlib; and what manylinux allows of C++.
ALLOWED_LIBRARIES = re.compile(
    r"(lib(c|m|dl|rt|pthread)\.so\.\d+|libz\.so\.1|libgcc_s\.so\.1|libstdc\+\+\.so\.6|ld-linux[\w-]*\.so\.\d+)$"
)
HEADER = pathlib.Path(__file__).resolve().parent.parent / "Sources/CFastKMeans/include/fastkmeans.h"

FIT = """
import numpy as np
import scipy.sparse as sp
from fast_kmeans_classifier import FastKMeansClassifier

random = np.random.default_rng(0)
labels = random.integers(0, 3, 300)
rows = random.random((300, 12)) * 0.2
rows[np.arange(300), labels * 4 + random.integers(0, 4, 300)] += 1
for kind in (np.asarray, sp.csr_matrix):
    accuracy = FastKMeansClassifier(k_init=2).fit(kind(rows), labels).score(kind(rows), labels)
    assert accuracy > 0.95, accuracy

from FastKMeansClassifier import FastKMeansClassifier as Old
assert Old is FastKMeansClassifier
"""

IMPORT = """
import time
start = time.process_time()
import fast_kmeans_classifier
ours = time.process_time() - start
start = time.process_time()
import numpy
print(ours * 1000, (time.process_time() - start) * 1000)
"""


def declared_functions(header):
    """The names of the functions that the header declares."""
    return set(re.findall(r"^FKM_API [^;(]*?\b(fkm_\w+)\(", header, re.MULTILINE))


def faults_of_symbols(listing, declared):
    """What is wrong with what a library shows: the output of `nm -D --defined-only` against the header's names."""
    # "A" is the name of the version itself; small letters are for the linker's own use and meet nothing.
    shown = {name.partition("@")[0] for _, kind, name in map(str.split, listing.splitlines()) if kind in "BDRTVW"}
    for name in sorted(shown - declared):
        yield f"the library shows {name}, which is not in the header"
    for name in sorted(declared - shown):
        yield f"the library does not show {name}, which is in the header"


def faults_of_needs(listing):
    """What is wrong with what a library needs: the output of `readelf -d`."""
    for name in re.findall(r"\(NEEDED\).*\[(.*)\]", listing):
        if not ALLOWED_LIBRARIES.fullmatch(name):
            yield f"the library needs {name}, which not every system has"


def faults_of_library(path):
    declared = declared_functions(HEADER.read_text(encoding="utf-8"))
    yield from faults_of_symbols(output_of("nm", "-D", "--defined-only", path), declared)
    yield from faults_of_needs(output_of("readelf", "-d", path))


def faults_of_wheel(path, folder):
    """Everything that is wrong with a wheel; `folder` is for what has to be unpacked."""
    size = path.stat().st_size
    if size >= MAX_BYTES:
        yield f"{path.name} has {size} bytes, at most {MAX_BYTES} are allowed"
    if not NAME.fullmatch(path.name):
        yield f"{path.name} is not a wheel for any Python 3 of one platform"
    with zipfile.ZipFile(path) as archive:
        libraries = [name for name in archive.namelist() if LIBRARY.fullmatch(name)]
        if len(libraries) != 1:
            yield f"{path.name} has {len(libraries)} libraries, one is needed"
            return
        archive.extract(libraries[0], folder)
    if libraries[0].endswith(".so"):
        yield from faults_of_library(folder / libraries[0])
    yield from faults_of_use(path, folder)


def faults_of_use(path, folder):
    """Installs the wheel where nothing else is, and fits."""
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", path.resolve()], check=True
    )
    # From elsewhere and isolated, so that no sources of the repository are found.
    run = subprocess.run([python, "-I", "-c", FIT], cwd=folder, capture_output=True, text=True)
    if run.returncode != 0:
        yield f"{path.name} does not work in a clean environment:\n{run.stderr}"
        return
    runs = [tuple(map(float, output_of(python, "-I", "-c", IMPORT).split())) for _ in range(5)]
    took, numpy_took = min(runs)
    print(f"import takes {took:.1f} ms of processor time, NumPy's {numpy_took:.1f} ms")
    yield from faults_of_import(took, numpy_took)


def faults_of_import(milliseconds, numpy_milliseconds):
    """What is wrong with the time that an import takes."""
    if milliseconds >= max(MAX_IMPORT_MILLISECONDS, numpy_milliseconds / 2):
        yield f"import takes {milliseconds:.0f} ms of processor time, less than {MAX_IMPORT_MILLISECONDS} are promised"


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    path = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        found = list(faults_of_wheel(path, pathlib.Path(folder)))
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print(f"{path} is fine: {path.stat().st_size / 1e6:.1f} MB")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

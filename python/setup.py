"""Builds the dynamic library with Swift and puts it into the package; everything else is in pyproject.toml.

The Swift sources are those of the repository around this folder, or those that a source distribution carries along in
`swift/`. Swift 6.1 or newer must be on the PATH, or be named by the environment variable SWIFT. Build products go to
FASTKMEANS_SCRATCH, by default `.build` of the Swift package.
"""

import os
import pathlib
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.dist import Distribution

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "fast_kmeans_classifier"
PRODUCT = "fastkmeans_c"
# What the library is made of; the manifest of a source distribution names the same.
TARGETS = (
    "CFastKMeansKernels", "CFastKMeansAccelerator", "CFastKMeansDecompressors", "CZlib", "CFastKMeans", "FastKMeansCore",
    "FastKMeansReference", "FastKMeansText", "FastKMeansFormats", "FastKMeansABI",
)


def swift_package():
    """The folder of the Swift package."""
    for folder in (HERE / "swift", HERE.parent):
        if (folder / "Package.swift").is_file():
            return folder
    raise SystemExit("the Swift sources are missing: build from the repository or from a source distribution")


def build_library():
    """Builds the library: one file that needs the C library and zlib only, and shows `fkm_` functions only."""
    swift = os.environ.get("SWIFT", "swift")
    if shutil.which(swift) is None:
        raise SystemExit(
            f"'{swift}' was not found. This package is built from source with Swift 6.1 or newer "
            "(https://www.swift.org/install); or install a wheel, which needs no Swift."
        )
    folder = swift_package()
    command = [swift, "build", "-c", "release", "--package-path", str(folder), "--product", PRODUCT]
    scratch = os.environ.get("FASTKMEANS_SCRATCH")
    if scratch:
        command += ["--scratch-path", scratch]
    support = HERE / "build_support"
    if sys.platform == "darwin":
        name = f"lib{PRODUCT}.dylib"
        command += ["-Xlinker", "-exported_symbols_list", "-Xlinker", str(support / "exports.txt")]
        strip = ["strip", "-x"]
    else:
        name = f"lib{PRODUCT}.so"
        command += ["-Xswiftc", "-static-stdlib", "-Xlinker", f"--version-script={support / 'exports.map'}"]
        strip = ["strip", "--strip-unneeded"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    products = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(products) / name, strip


class BuildWithLibrary(build_py):
    """Puts the library beside the Python files; in an editable installation, into the sources."""

    def run(self):
        super().run()
        library, strip = build_library()
        folder = HERE / "src" / PACKAGE if self.editable_mode else pathlib.Path(self.build_lib) / PACKAGE
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / library.name
        target.unlink(missing_ok=True)
        shutil.copyfile(library, target)
        target.chmod(0o755)
        subprocess.run([*strip, str(target)], check=True)
        # In the repository the plug-in's sources are found where they are.
        if not self.editable_mode:
            copy_plugin_sources(folder / "torch_sources")


def copy_plugin_sources(folder):
    """The plug-in for PyTorch's devices as a folder that travels alone: its sources and the header that they share."""
    sources = swift_package() / "Accelerators" / "Torch"
    shutil.copytree(sources, folder, ignore=shutil.ignore_patterns("tests", "*.txt", "__pycache__"), dirs_exist_ok=True)
    shutil.copyfile(swift_package() / "Sources/CFastKMeansAccelerator/include/fka_plugin.h", folder / "fka_plugin.h")


class SourcesWithSwift(sdist):
    """Carries the Swift sources along, with a separate manifest that needs no other package."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        folder = pathlib.Path(base_dir) / "swift"
        shutil.copytree(swift_package() / "Sources", folder / "Sources", ignore=self.others, dirs_exist_ok=True)
        shutil.copytree(
            swift_package() / "Accelerators" / "Torch", folder / "Accelerators" / "Torch",
            ignore=shutil.ignore_patterns("tests"), dirs_exist_ok=True,
        )
        shutil.copyfile(HERE / "build_support" / "Package.swift", folder / "Package.swift")

    @staticmethod
    def others(directory, names):
        return [name for name in names if name not in TARGETS] if directory.endswith("Sources") else []


class AnyPython(bdist_wheel):
    """A wheel for every Python 3 of one platform: the library is no extension module."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class WithBinary(Distribution):
    def has_ext_modules(self):
        return True


setup(
    distclass=WithBinary,
    cmdclass={"build_py": BuildWithLibrary, "sdist": SourcesWithSwift, "bdist_wheel": AnyPython},
)

"""What a result has to say about where it was measured. Standard library only."""

import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGES = (
    "numpy", "scipy", "scikit-learn", "torch", "faiss-cpu", "fasttext-wheel", "libpecos", "vowpalwabbit",
)


def _cpu_name():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("model name", "Model")):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return _output(["sysctl", "-n", "machdep.cpu.brand_string"]) or platform.processor() or platform.machine()


def _output(command):
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _swift_version():
    match = re.search(r"Swift version (\S+)", _output(["swift", "--version"]))
    return match[1] if match else "unknown"


def describe():
    """Processor, cores, memory and system; nothing that names its owner."""
    return {
        "cpu": _cpu_name(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
    }


def slug(machine=None):
    """A folder name for the machine, such as `amd-epyc-7b13-2-cores`."""
    machine = machine or describe()
    name = re.sub(r"\((?:r|tm)\)|\bcpu\b|@.*|\bprocessor\b", "", machine["cpu"].lower())
    return re.sub(r"[^a-z0-9]+", "-", f"{name} {machine['cores']} cores").strip("-")


def versions():
    """Of this project and of what it is compared with."""
    return {
        "fastkmeans": _output(["git", "describe", "--always", "--dirty", "--tags"]) or "unknown",
        "swift": _swift_version(),
        **package_versions(),
    }


def package_versions():
    """Of what this interpreter can import."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def today():
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def result_path(name, folder=None):
    """Where the results of one benchmark on this machine lie."""
    folder = pathlib.Path(folder) if folder else ROOT / "Benchmarks" / "results"
    return folder / slug() / f"{name}.json"


def read_result(name, folder=None):
    """What was measured before, or an empty dictionary."""
    path = result_path(name, folder)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def save_result(name, content, folder=None):
    """Write a result with what it has to say of machine and versions; its path."""
    path = result_path(name, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"name": name, "machine": describe(), "versions": versions(), "date": today(), "threads": 1}
    path.write_text(json.dumps({**about, **content}, indent=1) + "\n", encoding="utf-8")
    return path

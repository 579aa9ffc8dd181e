"""The library's interface as Python writes it down is that of the header."""

import ctypes
import re

import pytest
from conftest import ROOT

from fast_kmeans_classifier import _library as library

HEADER = (ROOT / "Sources/CFastKMeans/include/fastkmeans.h").read_text(encoding="utf-8")
SIZES = (ROOT / "Sources/CFastKMeans/fastkmeans.c").read_text(encoding="utf-8")
FUNCTIONS = {
    name: (result.strip(), [part.strip() for part in arguments.split(",")])
    for result, name, arguments in re.findall(r"^FKM_API ([^;(]*?)\b(fkm_\w+)\(([^;]*)\);", HEADER, re.MULTILINE)
}


def test_every_function_is_there():
    assert set(FUNCTIONS) == set(library.CALLS) | set(library.PLAIN)


@pytest.mark.parametrize("name", library.CALLS)
def test_arguments_are_those_of_the_header(name):
    result, arguments = FUNCTIONS[name]
    assert result == "int32_t" and arguments[-1] == "fkm_error *error"
    numbers = {
        "int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "uint64_t": ctypes.c_uint64, "double": ctypes.c_double,
        "float": ctypes.c_float,
    }
    assert len(arguments) - 1 == len(library.CALLS[name])
    for declared, used in zip(arguments, library.CALLS[name]):
        kind = declared.rpartition(" ")[0]
        if "*" in declared:
            assert used not in numbers.values(), declared
        elif kind in numbers:
            assert used is numbers[kind], declared
        else:
            assert (kind, used) == ("fkm_progress_function", library.ProgressFunction), declared


@pytest.mark.parametrize("name", re.findall(r"sizeof\((fkm_\w+)\)", SIZES))
def test_structures_are_as_long_as_the_header_s(name):
    words = name.removeprefix("fkm_").split("_")
    structure = getattr(library, "".join(word.capitalize() for word in words))
    assert ctypes.sizeof(structure) == int(re.search(rf"sizeof\({name}\) == (\d+)", SIZES)[1])
    declared = re.search(rf"typedef struct {name} {{(.*?)^}}", HEADER, re.MULTILINE | re.DOTALL)[1]
    fields = re.findall(r"(\w+)(?:\[\d+\])?;", re.sub(r"/\*.*?\*/", "", declared, flags=re.DOTALL))
    assert [field[0] for field in structure._fields_] == fields


def test_constants_are_those_of_the_header():
    declared = {name: int(value) for name, value in re.findall(r"\bFKM_(\w+) = (\d+)", HEADER)}
    for name, value in declared.items():
        if hasattr(library, name):
            assert getattr(library, name) == value, name
    statuses = {name: value for name, value in vars(library).items() if name in declared and name.isupper()}
    assert {"OK", "DEVICE", "FLOAT16", "DENSE", "LABEL_TEXT", "REFINED", "FALSE_REJECT"} <= set(statuses)
    assert library.ABI_VERSION == int(re.search(r"#define FKM_ABI_VERSION (\d+)", HEADER)[1])

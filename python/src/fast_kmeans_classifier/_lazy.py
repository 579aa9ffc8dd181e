"""Modules that are imported on first use, so that importing this package takes milliseconds, not NumPy's tenth of a second.

`Self` is for type checkers only: Python 3.10 has none.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = [
    "LazyModule", "Self", "ctypes", "difflib", "html", "inspect", "json", "library", "loaded", "logging", "np", "signal", "sparse",
    "unicodedata",
]


class LazyModule:
    """Stands for a module until one of its attributes is asked for.

    Parameters
    ----------
    name : str
        The module's dotted name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(importlib.import_module(self._name), attribute)
        # Next time there is no detour.
        self.__dict__[attribute] = value
        return value


if TYPE_CHECKING:
    import ctypes
    import difflib
    import html
    import inspect
    import json
    import logging
    import signal
    import unicodedata

    import numpy as np
    from scipy import sparse
    from typing_extensions import Self

    from . import _library as library
else:
    for _name in ("ctypes", "difflib", "html", "inspect", "json", "logging", "signal", "unicodedata"):
        globals()[_name] = LazyModule(_name)
    np, sparse, library = LazyModule("numpy"), LazyModule("scipy.sparse"), LazyModule("fast_kmeans_classifier._library")
    Self = Any


def loaded(name: str) -> ModuleType | None:
    """The module if somebody has imported it already, else None.

    An object of a library that nobody imported cannot exist, so this is all that is needed to recognise one.
    """
    return sys.modules.get(name)

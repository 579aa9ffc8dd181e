"""Modules that are imported on first use, so that importing this package takes milliseconds, not NumPy's tenth of a second."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


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


def loaded(name: str) -> ModuleType | None:
    """The module if somebody has imported it already, else None.

    An object of a library that nobody imported cannot exist, so this is all that is needed to recognise one.
    """
    return sys.modules.get(name)

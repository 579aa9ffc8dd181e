"""The dynamic library: found, loaded, its version checked, its functions declared and called, its errors raised.

What it offers is in `_header`, whose names can be had here too. ctypes releases the GIL during a call, and takes it again
for a progress function.

    from fast_kmeans_classifier import _library as native
    info = native.ModelInfo()
    native.call("fkm_model_get_info", model, info)          # structures go by reference, the error is appended
    native.call("fkm_model_predict", model, rows, 0, classes.ctypes.data)
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from ctypes import c_int32, c_uint32, c_void_p
from pathlib import Path
from typing import Any

# All of it: a reader of this module also has the header.
from ._header import *

# -- errors --------------------------------------------------------------------------------------------------------


class FastKMeansError(Exception):
    """What the library refused: the message says what is wrong, where, and how to fix it.

    Attributes: ``status`` (a number of this module), ``kind`` (which case, for programs), ``row`` and ``column``
    (from 0, or None), ``parameter``, ``value`` and ``allowed`` (texts, empty where there is none).
    """

    def __init__(
        self,
        message: str,
        status: int = INTERNAL,
        kind: str = "",
        row: int | None = None,
        column: int | None = None,
        parameter: str = "",
        value: str = "",
        allowed: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.row = row
        self.column = column
        self.parameter = parameter
        self.value = value
        self.allowed = allowed

    def __reduce__(self) -> tuple[Any, ...]:
        details = (self.status, self.kind, self.row, self.column, self.parameter, self.value, self.allowed)
        return (type(self), (*self.args, *details))


class InvalidArgumentError(FastKMeansError, ValueError):
    """An argument that makes no sense: a missing array, a type or a size that cannot be."""


class InvalidOptionError(FastKMeansError, ValueError):
    """A parameter with a value that is not allowed."""


class BadDataError(FastKMeansError, ValueError):
    """Rows, labels, weights or documents that cannot be learned from or answered."""


class NotFittedError(FastKMeansError, ValueError, AttributeError):
    """Nothing has been learned yet."""


class CancelledError(FastKMeansError):
    """A progress function stopped the call; nothing has changed."""


class UnsupportedError(FastKMeansError, ValueError):
    """The call is defined for other models only."""


class TooLargeError(FastKMeansError, MemoryError):
    """The call would need more memory than there is or than is allowed."""


class FileError(FastKMeansError, OSError):
    """The operating system refused to open, read or write a file."""

    def __str__(self) -> str:
        return str(self.args[0])


class BadModelError(FastKMeansError, ValueError):
    """A file or bytes that are no model, or a damaged one."""


class NewerFormatError(BadModelError):
    """A model that a newer version has written."""


class InternalError(FastKMeansError, RuntimeError):
    """A fault of the library."""


class DeviceRefusedError(FastKMeansError, RuntimeError):
    """A device cannot be used, or gave up."""


_ERRORS = {
    INVALID_ARGUMENT: InvalidArgumentError,
    INVALID_OPTION: InvalidOptionError,
    BAD_DATA: BadDataError,
    NOT_FITTED: NotFittedError,
    CANCELLED: CancelledError,
    UNSUPPORTED: UnsupportedError,
    TOO_LARGE: TooLargeError,
    IO: FileError,
    BAD_MODEL: BadModelError,
    NEWER_FORMAT: NewerFormatError,
    INTERNAL: InternalError,
    DEVICE: DeviceRefusedError,
}


# -- loading -------------------------------------------------------------------------------------------------------

#: Names another library file, for developers.
PATH_VARIABLE = "FASTKMEANS_LIBRARY"

_loaded: ctypes.CDLL | None = None
_lock = threading.Lock()


def file_name() -> str:
    """The library's file name on this platform."""
    return "libfastkmeans_c.dylib" if sys.platform == "darwin" else "libfastkmeans_c.so"


def path() -> Path:
    """The file that is loaded: the one that FASTKMEANS_LIBRARY names, else the one beside this module."""
    named = os.environ.get(PATH_VARIABLE)
    return Path(named) if named else Path(__file__).parent / file_name()


def load() -> ctypes.CDLL:
    """The library, loaded and declared on the first call.

    Raises ImportError if the file is missing, cannot be loaded, or speaks another version of the interface.
    """
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = _declared(_opened(path()))
    return _loaded


def _opened(file: Path) -> ctypes.CDLL:
    if not file.is_file():
        raise ImportError(
            f"{file} does not exist; install the package with `pip install ./python` from the repository, "
            f"or set {PATH_VARIABLE} to the file that `swift build --product fastkmeans_c` made"
        )
    try:
        return ctypes.CDLL(str(file))
    except OSError as error:
        raise ImportError(f"{file} cannot be loaded: {error}") from error


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    try:
        library.fkm_abi_version.restype = c_uint32
        found = library.fkm_abi_version()
    except AttributeError:
        raise ImportError(f"{path()} is not the library of FastKMeans") from None
    if found != ABI_VERSION:
        raise ImportError(
            f"{path()} speaks version {found} of the interface, this package version {ABI_VERSION}; "
            "install both from the same source"
        )
    for name, (result, plain_arguments) in PLAIN.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = plain_arguments
    for name, arguments in CALLS.items():
        function = getattr(library, name)
        function.restype = c_int32
        function.argtypes = [*arguments, ctypes.POINTER(Error)]
    return library


_NO_PROGRESS = ctypes.cast(c_void_p(), ProgressFunction)

# -- calling -------------------------------------------------------------------------------------------------------


def call(name: str, *arguments: Any) -> None:
    """Calls a function that returns a status; raises one of the errors above.

    Structures are passed as they are, outputs as ``ctypes.byref(ctypes.c_void_p())``, arrays as their addresses, a
    missing argument as None. A ``ProgressHandler`` may be passed as the progress function; what it raised is raised here.
    """
    error = Error()
    handler = None
    passed = []
    for argument, kind in zip(arguments, CALLS[name], strict=True):
        if kind is ProgressFunction:
            if isinstance(argument, ProgressHandler):
                handler, argument = argument, argument.function
            elif argument is None:
                argument = _NO_PROGRESS
        passed.append(argument)
    status = getattr(load(), name)(*passed, error)
    if handler is not None and handler.raised is not None:
        raised, handler.raised = handler.raised, None
        raise raised
    if status != OK:
        raise _exception(status, error)


def _exception(status: int, error: Error) -> FastKMeansError:
    def text(field: bytes) -> str:
        return field.decode("utf-8", "replace")

    return _ERRORS.get(status, InternalError)(
        text(error.message),
        status=status,
        kind=text(error.kind),
        row=error.row if error.row >= 0 else None,
        column=error.column if error.column >= 0 else None,
        parameter=text(error.parameter),
        value=text(error.value),
        allowed=text(error.allowed),
    )


class ProgressHandler:
    """Turns a Python function into a progress function.

    It gets phase (a text), completed, total and epoch (None where there is none). What it raises, KeyboardInterrupt
    too, cancels the call and is raised from ``call``; so Ctrl-C works also with a function that does nothing.
    """

    def __init__(self, function: Callable[[str, int, int, int | None], None] | None = None) -> None:
        self.raised: BaseException | None = None
        self._report = function
        self.function = ProgressFunction(self._called)

    def _called(self, _context: Any, progress: Any) -> int:
        try:
            if self._report is not None:
                now = progress.contents
                self._report(PHASES.get(now.phase, ""), now.completed, now.total, now.epoch or None)
        except BaseException as raised:  # handed on by `call`
            self.raised = raised
            return 1
        return 0


def take_buffer(buffer: c_void_p) -> bytes:
    """The bytes of a buffer handle, which is freed."""
    library = load()
    try:
        return ctypes.string_at(library.fkm_buffer_data(buffer), library.fkm_buffer_size(buffer))
    finally:
        library.fkm_buffer_free(buffer)

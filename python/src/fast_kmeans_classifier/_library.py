"""The dynamic library: found, loaded, its version checked, its functions declared, its errors raised.

The header ``fastkmeans.h`` documents every function; names, order and types here follow it. ctypes releases the GIL
during a call, and takes it again for a progress function.

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
from ctypes import POINTER, c_char, c_char_p, c_double, c_int32, c_int64, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

ABI_VERSION = 1

OK = 0
INVALID_ARGUMENT = 1
INVALID_OPTION = 2
BAD_DATA = 3
NOT_FITTED = 4
CANCELLED = 5
UNSUPPORTED = 6
TOO_LARGE = 7
IO = 8
BAD_MODEL = 9
NEWER_FORMAT = 10
INTERNAL = 11
DEVICE = 12

INT32 = 1
INT64 = 2
FLOAT32 = 3
FLOAT64 = 4
FLOAT16 = 5

SPARSE = 1
DENSE = 2

LABEL_INTEGER = 1
LABEL_TEXT = 2

PHASES = {1: "seeding", 2: "training", 3: "merging", 4: "refining", 5: "scoring"}
REFINEMENTS = {0: "off", 1: "done", 2: "no better", 3: "skipped"}

CENTERS = 1
REFINED = 2

BY_CLASS = 1
BY_PROTOTYPE = 2

ACCEPT_ALL = 0
FALSE_ACCEPT = 1
FALSE_REJECT = 2


# -- errors --------------------------------------------------------------------------------------------------------


class FastKMeansError(Exception):
    """What the library refused: the message says what is wrong, where, and how to mend it.

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


# -- structures ----------------------------------------------------------------------------------------------------


class _Structure(ctypes.Structure):
    """A structure of the header: begins with its own size."""

    _keep: Any

    def __init__(self, **fields: Any) -> None:
        super().__init__(struct_size=ctypes.sizeof(type(self)), **fields)


class Error(_Structure):
    status: int
    row: int
    column: int
    kind: bytes
    parameter: bytes
    value: bytes
    allowed: bytes
    message: bytes
    _fields_ = [
        ("struct_size", c_uint32),
        ("status", c_int32),
        ("row", c_int64),
        ("column", c_int64),
        ("kind", c_char * 48),
        ("parameter", c_char * 64),
        ("value", c_char * 256),
        ("allowed", c_char * 256),
        ("message", c_char * 1024),
    ]


class Rows(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("layout", c_int32),
        ("row_count", c_int64),
        ("column_count", c_int64),
        ("value_count", c_int64),
        ("row_stride", c_int64),
        ("value_type", c_int32),
        ("column_type", c_int32),
        ("offset_type", c_int32),
        ("reserved", c_int32),
        ("values", c_void_p),
        ("columns", c_void_p),
        ("offsets", c_void_p),
    ]


class Labels(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("type", c_int32),
        ("row_count", c_int64),
        ("label_count", c_int64),
        ("integers", c_void_p),
        ("text", c_void_p),
        ("text_offsets", c_void_p),
        ("codes", c_void_p),
    ]


class Progress(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("phase", c_int32),
        ("completed", c_int64),
        ("total", c_int64),
        ("epoch", c_int64),
    ]


class Report(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("refinement", c_int32),
        ("epochs", c_int64),
        ("merged_count", c_int64),
        ("prototype_count", c_int64),
        ("reseeded_count", c_int64),
        ("pruned_count", c_int64),
        ("new_class_count", c_int64),
        ("empty_row_count", c_int64),
        ("shift", c_double),
        ("objective", c_double),
        ("refinement_epochs", c_int64),
        ("rate_halvings", c_int64),
        ("held_out_count", c_int64),
        ("held_out_accuracy", c_double),
        ("prototype_accuracy", c_double),
        ("refinement_bytes_needed", c_int64),
        ("refinement_recipe", c_char * 16),
        ("error_before_update", c_double),
    ]


class ModelInfo(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("layout", c_int32),
        ("label_type", c_int32),
        ("is_refined", c_int32),
        ("is_calibrated", c_int32),
        ("has_vectorizer", c_int32),
        ("class_count", c_int64),
        ("prototype_count", c_int64),
        ("feature_count", c_int64),
        ("center_value_count", c_int64),
        ("refined_value_count", c_int64),
        ("label_text_size", c_int64),
        ("batch_count", c_int64),
    ]


class OpenSet(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("measure", c_int32),
        ("is_per_class", c_int32),
        ("reserved", c_int32),
        ("rate", c_double),
        ("known_count", c_int64),
        ("unknown_count", c_int64),
        ("separation", c_double),
    ]


class SumsInfo(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("layout", c_int32),
        ("prototype_count", c_int64),
        ("feature_count", c_int64),
        ("value_count", c_int64),
        ("objective", c_double),
        ("total_mass", c_double),
    ]


class Documents(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("offset_type", c_int32),
        ("count", c_int64),
        ("byte_count", c_int64),
        ("bytes", c_void_p),
        ("offsets", c_void_p),
    ]


class VectorizerInfo(_Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("is_fitted", c_int32),
        ("column_count", c_int64),
        ("term_count", c_int64),
        ("term_text_size", c_int64),
        ("frequency_count", c_int64),
        ("document_count", c_int64),
    ]


ProgressFunction = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(Progress))

# -- functions -----------------------------------------------------------------------------------------------------

_HANDLE = c_void_p
_NEW_HANDLE = POINTER(c_void_p)
_ARRAY = c_void_p
_NUMBER = POINTER(c_double)
_ROWS = POINTER(Rows)
_LABELS = POINTER(Labels)
_DOCUMENTS = POINTER(Documents)
_ERROR = POINTER(Error)

#: Arguments of every function that returns a status, without the error at the end.
_CALLS: dict[str, list[Any]] = {
    "fkm_classifier_new": [c_char_p, c_int64, _ROWS, _LABELS, _NEW_HANDLE],
    "fkm_classifier_resume": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_clone": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_set_options": [_HANDLE, c_char_p, c_int64],
    "fkm_classifier_options": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_fit": [_HANDLE, _ROWS, _LABELS, _ARRAY, ProgressFunction, c_void_p, POINTER(Report)],
    "fkm_classifier_fit_batch": [
        _HANDLE, _ROWS, _LABELS, _ARRAY, _ROWS, _LABELS, ProgressFunction, c_void_p, POINTER(Report),
    ],
    "fkm_classifier_seed": [_HANDLE, _ROWS, _LABELS, _ARRAY],
    "fkm_classifier_model": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_remove_class": [_HANDLE, _LABELS],
    "fkm_classifier_rename_class": [_HANDLE, _LABELS, _LABELS],
    "fkm_classifier_merge_classes": [_HANDLE, _LABELS, _LABELS],
    "fkm_model_get_info": [_HANDLE, POINTER(ModelInfo)],
    "fkm_model_clone": [_HANDLE, _NEW_HANDLE],
    "fkm_model_options": [_HANDLE, _NEW_HANDLE],
    "fkm_model_copy_integer_labels": [_HANDLE, _ARRAY],
    "fkm_model_copy_text_labels": [_HANDLE, _ARRAY, _ARRAY],
    "fkm_model_copy_prototypes": [_HANDLE, c_int32, c_int32, _ARRAY, _ARRAY, c_int32, _ARRAY],
    "fkm_model_copy_prototype_masses": [_HANDLE, _ARRAY, _ARRAY, _ARRAY],
    "fkm_model_predict": [_HANDLE, _ROWS, c_int32, _ARRAY],
    "fkm_model_predict_top": [_HANDLE, _ROWS, c_int32, c_int64, _ARRAY, _ARRAY, _ARRAY, _ARRAY, _ARRAY, _ARRAY],
    "fkm_model_scores": [_HANDLE, _ROWS, c_int32, c_int32, c_int32, _ARRAY],
    "fkm_model_probabilities": [_HANDLE, _ROWS, c_int32, c_int32, _ARRAY],
    "fkm_model_explain": [_HANDLE, _ROWS, c_int32, _ARRAY, _ARRAY, _ARRAY, _ARRAY],
    "fkm_model_rejecting": [_HANDLE, c_int32, c_double, c_int32, _NEW_HANDLE],
    "fkm_model_get_open_set": [_HANDLE, POINTER(OpenSet)],
    "fkm_model_open_set_scores": [_HANDLE, _ROWS, c_int32, _ARRAY],
    "fkm_device_check": [c_char_p],
    "fkm_model_on_device": [_HANDLE, c_char_p, _NEW_HANDLE],
    "fkm_model_save": [_HANDLE, c_char_p],
    "fkm_model_load": [c_char_p, c_int32, _NEW_HANDLE],
    "fkm_model_to_bytes": [_HANDLE, _NEW_HANDLE],
    "fkm_model_from_bytes": [c_void_p, c_int64, c_int32, _NEW_HANDLE],
    "fkm_model_vectorizer": [_HANDLE, _NEW_HANDLE],
    "fkm_model_with_vectorizer": [_HANDLE, _HANDLE, _NEW_HANDLE],
    "fkm_model_sums": [_HANDLE, _ROWS, _LABELS, _ARRAY, c_int32, _NEW_HANDLE],
    "fkm_sums_get_info": [_HANDLE, POINTER(SumsInfo)],
    "fkm_sums_copy": [_HANDLE, c_int32, _ARRAY, _ARRAY, c_int32, _ARRAY, _ARRAY],
    "fkm_sums_copy_farthest": [_HANDLE, _ARRAY, _ARRAY],
    "fkm_model_from_sums": [_HANDLE, _ROWS, _ARRAY, _ROWS, _ARRAY, c_int32, _NEW_HANDLE, _NUMBER],
    "fkm_model_refine": [
        _HANDLE, _ROWS, _LABELS, _ARRAY, c_int32, c_int64, c_double, c_double, c_uint64, ProgressFunction, c_void_p,
        _NEW_HANDLE,
    ],
    "fkm_model_with_weights": [_HANDLE, _ROWS, _ARRAY, _NEW_HANDLE],
    "fkm_model_copy_biases": [_HANDLE, _ARRAY],
    "fkm_model_average": [POINTER(c_void_p), c_int64, _ARRAY, _NEW_HANDLE],
    "fkm_model_calibrate": [_HANDLE, _ROWS, _LABELS, c_int32, _NEW_HANDLE, _NUMBER, _NUMBER],
    "fkm_vectorizer_new": [c_char_p, c_int64, _NEW_HANDLE],
    "fkm_vectorizer_fit": [_HANDLE, _DOCUMENTS, c_int32, _NEW_HANDLE, _NEW_HANDLE, POINTER(c_int64)],
    "fkm_vectorizer_transform": [_HANDLE, _DOCUMENTS, c_int32, _NEW_HANDLE, POINTER(c_int64)],
    "fkm_vectorizer_clone": [_HANDLE, _NEW_HANDLE],
    "fkm_vectorizer_get_info": [_HANDLE, POINTER(VectorizerInfo)],
    "fkm_vectorizer_options": [_HANDLE, _NEW_HANDLE],
    "fkm_vectorizer_copy_vocabulary": [_HANDLE, _ARRAY, _ARRAY],
    "fkm_vectorizer_copy_frequencies": [_HANDLE, _ARRAY, _ARRAY],
    "fkm_vectorizer_from_parts": [
        c_char_p, c_int64, c_char_p, _ARRAY, c_int64, _ARRAY, _ARRAY, c_int64, c_int64, _NEW_HANDLE,
    ],
    "fkm_matrix_rows": [_HANDLE, _ROWS],
}

#: The others: result and arguments.
_PLAIN: dict[str, tuple[Any, list[Any]]] = {
    "fkm_abi_version": (c_uint32, []),
    "fkm_version": (c_char_p, []),
    "fkm_status_name": (c_char_p, [c_int32]),
    "fkm_buffer_data": (c_void_p, [_HANDLE]),
    "fkm_buffer_size": (c_int64, [_HANDLE]),
    "fkm_buffer_free": (None, [_HANDLE]),
    "fkm_classifier_free": (None, [_HANDLE]),
    "fkm_model_free": (None, [_HANDLE]),
    "fkm_sums_free": (None, [_HANDLE]),
    "fkm_vectorizer_free": (None, [_HANDLE]),
    "fkm_matrix_free": (None, [_HANDLE]),
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
    for name, (result, plain_arguments) in _PLAIN.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = plain_arguments
    for name, arguments in _CALLS.items():
        function = getattr(library, name)
        function.restype = c_int32
        function.argtypes = [*arguments, _ERROR]
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
    for argument, kind in zip(arguments, _CALLS[name], strict=True):
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


def new_handle(name: str, *arguments: Any) -> int:
    """The handle (an int) that a function with one new handle as its last argument gives."""
    handle = c_void_p()
    call(name, *arguments, ctypes.byref(handle))
    return handle.value or 0


def take_buffer(buffer: c_void_p) -> bytes:
    """The bytes of a buffer handle, which is freed."""
    library = load()
    try:
        return ctypes.string_at(library.fkm_buffer_data(buffer), library.fkm_buffer_size(buffer))
    finally:
        library.fkm_buffer_free(buffer)

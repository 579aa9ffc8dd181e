"""``fastkmeans.h`` in ctypes: its numbers, structures and functions; the header documents each.

Names, order and types follow it. Nothing here calls the library; `_library` does.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char, c_char_p, c_double, c_float, c_int32, c_int64, c_uint32, c_uint64, c_void_p
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
CALLS: dict[str, list[Any]] = {
    "fkm_classifier_new": [c_char_p, c_int64, _ROWS, _LABELS, _NEW_HANDLE],
    "fkm_classifier_resume": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_clone": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_set_options": [_HANDLE, c_char_p, c_int64],
    "fkm_classifier_choices": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_warnings": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_options": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_fit": [_HANDLE, _ROWS, _LABELS, _ARRAY, ProgressFunction, c_void_p, POINTER(Report)],
    "fkm_classifier_fit_batch": [
        _HANDLE, _ROWS, _LABELS, _ARRAY, _ROWS, _LABELS, ProgressFunction, c_void_p, POINTER(Report),
    ],
    "fkm_classifier_seed": [_HANDLE, _ROWS, _LABELS, _ARRAY],
    "fkm_classifier_model": [_HANDLE, _NEW_HANDLE],
    "fkm_classifier_predict": [_HANDLE, _ROWS, c_int32, _ARRAY],
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
    "fkm_model_predict_sets": [_HANDLE, _ROWS, c_int32, c_double, c_int32, _NEW_HANDLE],
    "fkm_model_scores": [_HANDLE, _ROWS, c_int32, c_int32, c_int32, _ARRAY],
    "fkm_model_probabilities": [_HANDLE, _ROWS, c_int32, c_int32, _ARRAY],
    "fkm_model_explain": [_HANDLE, _ROWS, c_int32, _ARRAY, _ARRAY, _ARRAY, _ARRAY],
    "fkm_audit_labels": [
        _HANDLE, c_char_p, c_int64, _ROWS, _LABELS, c_int64, ProgressFunction, c_void_p, _ARRAY, _ARRAY, _ARRAY, _ARRAY, _ARRAY,
        _ARRAY, _ARRAY, c_int64, _ARRAY, _ARRAY,
    ],
    "fkm_audit_duplicates": [_ROWS, _LABELS, _ROWS, c_double, c_int32, _ARRAY, _ARRAY, _ARRAY, _ARRAY],
    "fkm_model_select": [
        _HANDLE, _ROWS, c_int32, c_int64, c_double, c_uint64, _ARRAY, _ARRAY, _ARRAY, _ARRAY, POINTER(c_int64),
    ],
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
    "fkm_refiner_new": [_HANDLE, c_double, _NEW_HANDLE],
    "fkm_refiner_moves": [_HANDLE, _ROWS, _LABELS, _ARRAY, _ARRAY, _ARRAY, _ARRAY, c_float, c_int32, _NEW_HANDLE],
    "fkm_refiner_add": [_HANDLE, _ROWS, _ARRAY],
    "fkm_refiner_model": [_HANDLE, _NEW_HANDLE],
    "fkm_model_with_weights": [_HANDLE, _ROWS, _ARRAY, _NEW_HANDLE],
    "fkm_model_copy_biases": [_HANDLE, _ARRAY],
    "fkm_model_average": [POINTER(c_void_p), c_int64, _ARRAY, _NEW_HANDLE],
    "fkm_model_calibrate": [_HANDLE, _ROWS, _LABELS, _ARRAY, c_int32, _NEW_HANDLE, _NUMBER, _NUMBER],
    "fkm_vectorizer_new": [c_char_p, c_int64, _NEW_HANDLE],
    "fkm_vectorizer_choose": [
        c_char_p, c_int64, c_char_p, c_int64, _DOCUMENTS, _LABELS, _NEW_HANDLE, _NEW_HANDLE,
    ],
    "fkm_description_weights": [c_char_p, c_int64, _ROWS, _LABELS, _ARRAY, c_int64, _ARRAY, _NEW_HANDLE],
    "fkm_vectorizer_words": [_HANDLE, _DOCUMENTS, _NEW_HANDLE],
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
PLAIN: dict[str, tuple[Any, list[Any]]] = {
    "fkm_abi_version": (c_uint32, []),
    "fkm_version": (c_char_p, []),
    "fkm_status_name": (c_char_p, [c_int32]),
    "fkm_buffer_data": (c_void_p, [_HANDLE]),
    "fkm_buffer_size": (c_int64, [_HANDLE]),
    "fkm_buffer_free": (None, [_HANDLE]),
    "fkm_classifier_free": (None, [_HANDLE]),
    "fkm_model_free": (None, [_HANDLE]),
    "fkm_sums_free": (None, [_HANDLE]),
    "fkm_refiner_free": (None, [_HANDLE]),
    "fkm_vectorizer_free": (None, [_HANDLE]),
    "fkm_matrix_free": (None, [_HANDLE]),
}

/* The header is valid C by itself, and lies in memory as callers of other languages write it down. */
#include "fastkmeans.h"

#include <stddef.h>

_Static_assert(sizeof(fkm_error) == 1672, "fkm_error");
_Static_assert(sizeof(fkm_rows) == 80 && offsetof(fkm_rows, values) == 56, "fkm_rows");
_Static_assert(sizeof(fkm_labels) == 56, "fkm_labels");
_Static_assert(sizeof(fkm_progress) == 32, "fkm_progress");
_Static_assert(sizeof(fkm_report) == 152, "fkm_report");
_Static_assert(sizeof(fkm_open_set) == 48, "fkm_open_set");
_Static_assert(sizeof(fkm_model_info) == 80, "fkm_model_info");
_Static_assert(sizeof(fkm_sums_info) == 48, "fkm_sums_info");
_Static_assert(sizeof(fkm_documents) == 40, "fkm_documents");
_Static_assert(sizeof(fkm_vectorizer_info) == 48, "fkm_vectorizer_info");

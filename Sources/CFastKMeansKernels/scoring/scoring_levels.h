#pragma once
#include "fk_codes.h"
#include "fk_dense.h"
#include "fk_scoring.h"
#include "fk_staged.h"

/* One table a level, each in its own file; only those that the target architecture can compile exist. */
extern const fk_scoring_kernels fk_scoring_scalar, fk_scoring_avx2, fk_scoring_avx512, fk_scoring_neon;
extern const fk_dense_kernels fk_dense_scalar, fk_dense_avx2, fk_dense_avx512, fk_dense_neon;
extern const fk_code_kernels fk_codes_scalar, fk_codes_avx2, fk_codes_avx512, fk_codes_neon;
extern const fk_staged_kernels fk_staged_scalar, fk_staged_avx2, fk_staged_avx512, fk_staged_neon;

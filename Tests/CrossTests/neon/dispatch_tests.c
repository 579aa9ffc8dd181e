#include <string.h>

#include "check.h"
#include "families.h"
#include "fk_codes.h"
#include "fk_dense.h"
#include "fk_scoring.h"
#include "fk_staged.h"

/* Each level has its own tables; without this, the scalar level might be compared with itself. */
static void tables_differ(int level) {
  int other = level == FK_SIMD_SCALAR;
  check("scoring", (fk_scoring_for(level) == fk_scoring_for(FK_SIMD_SCALAR)) == other);
  check("dense", (fk_dense_for(level) == fk_dense_for(FK_SIMD_SCALAR)) == other);
  check("codes", (fk_codes_for(level) == fk_codes_for(FK_SIMD_SCALAR)) == other);
  check("staged", (fk_staged_for(level) == fk_staged_for(FK_SIMD_SCALAR)) == other);
}

void test_dispatch(int wanted) {
  check_case("dispatch, %s wanted", fk_simd_name(wanted));
  check("supported", fk_simd_is_supported(wanted));
  check("in use", fk_simd_level() == wanted);
  tables_differ(wanted);
  for (int level = 0; level < 4; level++) {
    check("forced if supported, else refused", (fk_simd_force(level) == 0) == fk_simd_is_supported(level));
    if (fk_simd_is_supported(level)) check("in force", fk_simd_level() == level);
  }
  check("no such level", fk_simd_force(4) == -1 && strcmp(fk_simd_name(4), "unknown") == 0);
  check("cores and memory", fk_available_cores() >= 1 && fk_physical_memory_bytes() >= (uint64_t)1 << 20);
}

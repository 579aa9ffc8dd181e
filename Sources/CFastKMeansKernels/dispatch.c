#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "fk_platform.h"

static const char *const level_names[] = {"scalar", "avx2", "avx512", "neon"};
enum { LEVEL_COUNT = 4 };

/* -1: not chosen yet. Several threads may choose at once; they choose the same. */
static atomic_int chosen_level = -1;

/* -1: none. Of one thread only, so that a test that forces a level does not change what others run on. */
static _Thread_local int forced_level = -1;

int fk_simd_is_supported(int level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  if (level == FK_SIMD_AVX2) return avx2;
  if (level == FK_SIMD_AVX512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#elif defined(__aarch64__)
  if (level == FK_SIMD_NEON) return 1;
#endif
  return level == FK_SIMD_SCALAR;
}

static int best_level(void) {
  if (fk_simd_is_supported(FK_SIMD_NEON)) return FK_SIMD_NEON;
  if (fk_simd_is_supported(FK_SIMD_AVX512)) return FK_SIMD_AVX512;
  if (fk_simd_is_supported(FK_SIMD_AVX2)) return FK_SIMD_AVX2;
  return FK_SIMD_SCALAR;
}

static int choose_level(void) {
  const char *wanted = getenv("FASTKMEANS_SIMD");
  for (int level = 0; wanted && level < LEVEL_COUNT; level++)
    if (strcmp(wanted, level_names[level]) == 0 && fk_simd_is_supported(level)) return level;
  return best_level();
}

int fk_simd_level(void) {
  if (forced_level >= 0) return forced_level;
  int level = atomic_load_explicit(&chosen_level, memory_order_relaxed);
  if (level < 0) {
    level = choose_level();
    atomic_store_explicit(&chosen_level, level, memory_order_relaxed);
  }
  return level;
}

int fk_simd_force(int level) {
  if (!fk_simd_is_supported(level)) return -1;
  forced_level = level;
  return 0;
}

const char *fk_simd_name(int level) {
  return level >= 0 && level < LEVEL_COUNT ? level_names[level] : "unknown";
}

#define _GNU_SOURCE
#include <stdlib.h>
#include "fk_platform.h"
#include "scoring_levels.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

const fk_scoring_kernels *fk_scoring_for(int level) {
  switch (level) {
#if defined(__x86_64__)
  case FK_SIMD_AVX2: return &fk_scoring_avx2;
  case FK_SIMD_AVX512: return &fk_scoring_avx512;
#elif defined(__aarch64__)
  case FK_SIMD_NEON: return &fk_scoring_neon;
#endif
  default: return &fk_scoring_scalar;
  }
}

const fk_dense_kernels *fk_dense_for(int level) {
  switch (level) {
#if defined(__x86_64__)
  case FK_SIMD_AVX2: return &fk_dense_avx2;
  case FK_SIMD_AVX512: return &fk_dense_avx512;
#elif defined(__aarch64__)
  case FK_SIMD_NEON: return &fk_dense_neon;
#endif
  default: return &fk_dense_scalar;
  }
}

const fk_code_kernels *fk_codes_for(int level) {
  switch (level) {
#if defined(__x86_64__)
  case FK_SIMD_AVX2: return &fk_codes_avx2;
  case FK_SIMD_AVX512: return &fk_codes_avx512;
#elif defined(__aarch64__)
  case FK_SIMD_NEON: return &fk_codes_neon;
#endif
  default: return &fk_codes_scalar;
  }
}

const fk_staged_kernels *fk_staged_for(int level) {
  switch (level) {
#if defined(__x86_64__)
  case FK_SIMD_AVX2: return &fk_staged_avx2;
  case FK_SIMD_AVX512: return &fk_staged_avx512;
#elif defined(__aarch64__)
  case FK_SIMD_NEON: return &fk_staged_neon;
#endif
  default: return &fk_staged_scalar;
  }
}

void fk_fetch_rows(const void *rows, size_t row_bytes, const size_t *numbers, size_t count, size_t bytes) {
  for (size_t i = 0; i < count; i++)
    for (size_t line = 0; line < bytes; line += 64)
      __builtin_prefetch((const char *)rows + numbers[i] * row_bytes + line, 0, 3);
}

void fk_fetch_values(const void *rows, size_t size, size_t stride, const size_t *numbers, size_t count,
                     size_t prototype) {
  const char *column = (const char *)rows + prototype * size;
  for (size_t i = 0; i < count; i++) __builtin_prefetch(column + numbers[i] * stride * size, 0, 3);
}

void fk_fetch_range(const void *start, size_t bytes) {
  if (bytes > 16384) bytes = 16384;
  for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch((const char *)start + at, 0, 2);
}

void *fk_allocate(size_t bytes) {
  const size_t page = (size_t)2 << 20;
  void *start = NULL;
  if (posix_memalign(&start, bytes < page ? 64 : page, bytes)) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  /* Only whole pages; an error means that there are no large ones, which is fine. */
  if (bytes >= page) (void)madvise(start, bytes / page * page, MADV_HUGEPAGE);
#endif
  return start;
}

void fk_free(void *start) { free(start); }

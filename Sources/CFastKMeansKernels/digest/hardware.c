/* The processors' own instructions for SHA-256: the SHA extensions of x86-64, and those of arm64. */
#include "digest.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* Leaf 7, EBX, bit 29: SHA. Leaf 1, ECX, bits 9 and 19: SSSE3 and SSE 4.1. */
int fk_sha256_has_hardware(void) {
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx >> 9 & 1) || !(ecx >> 19 & 1)) return 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx >> 29 & 1);
}

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))

/* Words t ... t + 3 of the schedule, from the sixteen before them. */
TARGET static inline __m128i extend(__m128i w16, __m128i w12, __m128i w8, __m128i w4) {
  __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w16, w12), _mm_alignr_epi8(w4, w8, 4));
  return _mm_sha256msg2_epu32(sum, w4);
}

TARGET void fk_sha256_hardware(uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  /* The instructions want the letters as A B E F and C D G H, the first in the highest lane. */
  __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
  for (; block_count > 0; block_count--, bytes += FK_SHA256_BLOCK) {
    __m128i words[4], abef_before = abef, cdgh_before = cdgh;
#pragma clang loop unroll(full)
    for (int step = 0; step < 16; step++) {
      __m128i *now = &words[step & 3];
      if (step < 4)
        *now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * step)), big_endian);
      else
        *now = extend(*now, words[(step + 1) & 3], words[(step + 2) & 3], words[(step + 3) & 3]);
      __m128i constants = _mm_loadu_si128((const __m128i *)(fk_sha256_constants + 4 * step));
      __m128i sum = _mm_add_epi32(*now, constants);
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#elif defined(__aarch64__) && (defined(__APPLE__) || defined(__linux__))
#include <arm_neon.h>
#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

int fk_sha256_has_hardware(void) {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_SHA2) != 0;
#else
  return 1; /* every arm64 machine of Apple's has it */
#endif
}

__attribute__((target("sha2"))) void fk_sha256_hardware(uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
  for (; block_count > 0; block_count--, bytes += FK_SHA256_BLOCK) {
    uint32x4_t words[4], abcd_before = abcd, efgh_before = efgh;
#pragma clang loop unroll(full)
    for (int step = 0; step < 16; step++) {
      uint32x4_t *now = &words[step & 3];
      if (step < 4)
        *now = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes + 16 * step)));
      else
        *now = vsha256su1q_u32(
            vsha256su0q_u32(*now, words[(step + 1) & 3]), words[(step + 2) & 3], words[(step + 3) & 3]);
      uint32x4_t sum = vaddq_u32(*now, vld1q_u32(fk_sha256_constants + 4 * step));
      uint32x4_t before = abcd;
      abcd = vsha256hq_u32(abcd, efgh, sum);
      efgh = vsha256h2q_u32(efgh, before, sum);
    }
    abcd = vaddq_u32(abcd, abcd_before);
    efgh = vaddq_u32(efgh, efgh_before);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}
#else
int fk_sha256_has_hardware(void) { return 0; }

void fk_sha256_hardware(uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  fk_sha256_scalar(state, bytes, block_count);
}
#endif

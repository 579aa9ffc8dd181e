#include "machine_peak.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Chains enough to fill two units of up to six cycles each. */
enum { CHAINS = 12 };

/* Keeps a result, so that the loop that made it has to run. */
static volatile float kept_float;
static volatile int16_t kept_word;

int mp_is_supported(int level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (level == 2) return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
#elif defined(__aarch64__)
  if (level == 3) return 1;
#endif
  return level == 0;
}

/* Says that a register has changed, so that no step is left out and no two chains become one. */
#if defined(__aarch64__)
#define UNKNOWN(x) __asm__ volatile("" : "+w"(x))
#else
#define UNKNOWN(x) __asm__ volatile("" : "+v"(x))
#endif
#define UNKNOWN_INTEGER(x) __asm__ volatile("" : "+r"(x))

/* One round: each chain takes a step. The text of the loop is the same at every level; what differs is the vector. */
#define CHAIN_LOOP(vector, start, step, rounds, unknown)                                            \
  vector chain[CHAINS];                                                                             \
  for (int c = 0; c < CHAINS; c++) chain[c] = start;                                                \
  for (uint64_t i = 0; i < rounds; i++) {                                                           \
    _Pragma("clang loop unroll(full)") for (int c = 0; c < CHAINS; c++) {                           \
      chain[c] = step(chain[c]);                                                                    \
      unknown(chain[c]);                                                                            \
    }                                                                                               \
  }

#define READ_LOOP(vector, load, join, bytes, count)                                                 \
  vector sum[8];                                                                                    \
  for (int c = 0; c < 8; c++) sum[c] = load(bytes);                                                 \
  for (size_t at = 0; at < count; at += 8 * sizeof(vector)) {                                       \
    _Pragma("clang loop unroll(full)") for (int c = 0; c < 8; c++)                                  \
        sum[c] = join(sum[c], load(bytes + at + (size_t)c * sizeof(vector)));                       \
  }

/* Scalar: one lane at a time, as the plain kernels are written. */
static uint64_t scalar_multiply_adds(uint64_t rounds) {
  float factor = 0.999f + kept_float * 0, added = 0.001f;
#define STEP(x) ((x) * factor + added)
  CHAIN_LOOP(float, 1.0f, STEP, rounds, UNKNOWN)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_float = chain[c];
  kept_float = 0;
  return rounds * CHAINS * 2;
}

static uint64_t scalar_code_sums(uint64_t rounds) {
  int32_t factor = 12345 + kept_word;
#define STEP(x) ((int32_t)((x) * factor + 16384) >> 15)
  CHAIN_LOOP(int32_t, 32767, STEP, rounds, UNKNOWN_INTEGER)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_word = (int16_t)chain[c];
  kept_word = 0;
  return rounds * CHAINS * 2;
}

static uint64_t scalar_read(const char *bytes, size_t count) {
#define LOAD(p) (*(const uint64_t *)(const void *)(p))
#define JOIN(a, b) ((a) ^ (b))
  READ_LOOP(uint64_t, LOAD, JOIN, bytes, count)
#undef LOAD
#undef JOIN
  uint64_t all = 0;
  for (int c = 0; c < 8; c++) all ^= sum[c];
  kept_word = (int16_t)all;
  kept_word = 0;
  return count;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))

AVX2 static uint64_t avx2_multiply_adds(uint64_t rounds) {
  __m256 factor = _mm256_set1_ps(0.999f), added = _mm256_set1_ps(0.001f);
#define STEP(x) _mm256_fmadd_ps(x, factor, added)
  CHAIN_LOOP(__m256, _mm256_set1_ps(1.0f), STEP, rounds, UNKNOWN)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_float = _mm256_cvtss_f32(chain[c]);
  return rounds * CHAINS * 8 * 2;
}

AVX2 static uint64_t avx2_code_sums(uint64_t rounds) {
  __m256i factor = _mm256_set1_epi16(12345), word = _mm256_set1_epi16(77 + kept_word);
#define STEP(x) _mm256_add_epi16(word, _mm256_mulhrs_epi16(x, factor))
  CHAIN_LOOP(__m256i, _mm256_set1_epi16((short)c), STEP, rounds, UNKNOWN)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_word = (int16_t)_mm256_extract_epi16(chain[c], 0);
  return rounds * CHAINS * 16 * 2;
}

AVX2 static uint64_t avx2_read(const char *bytes, size_t count) {
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
  READ_LOOP(__m256i, LOAD, _mm256_xor_si256, bytes, count)
#undef LOAD
  for (int c = 0; c < 8; c++) kept_word = (int16_t)_mm256_extract_epi16(sum[c], 0);
  return count;
}

AVX512 static uint64_t avx512_multiply_adds(uint64_t rounds) {
  __m512 factor = _mm512_set1_ps(0.999f), added = _mm512_set1_ps(0.001f);
#define STEP(x) _mm512_fmadd_ps(x, factor, added)
  CHAIN_LOOP(__m512, _mm512_set1_ps(1.0f), STEP, rounds, UNKNOWN)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_float = _mm512_cvtss_f32(chain[c]);
  return rounds * CHAINS * 16 * 2;
}

AVX512 static uint64_t avx512_code_sums(uint64_t rounds) {
  __m512i factor = _mm512_set1_epi16(12345), word = _mm512_set1_epi16(77 + kept_word);
#define STEP(x) _mm512_add_epi16(word, _mm512_mulhrs_epi16(x, factor))
  CHAIN_LOOP(__m512i, _mm512_set1_epi16((short)c), STEP, rounds, UNKNOWN)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_word = (int16_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(chain[c]));
  return rounds * CHAINS * 32 * 2;
}

AVX512 static uint64_t avx512_read(const char *bytes, size_t count) {
#define LOAD(p) _mm512_loadu_si512((const void *)(p))
  READ_LOOP(__m512i, LOAD, _mm512_xor_si512, bytes, count)
#undef LOAD
  for (int c = 0; c < 8; c++) kept_word = (int16_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(sum[c]));
  return count;
}
#elif defined(__aarch64__)
static uint64_t neon_multiply_adds(uint64_t rounds) {
  float32x4_t factor = vdupq_n_f32(0.001f);
#define STEP(x) vfmaq_f32(x, x, factor)
  CHAIN_LOOP(float32x4_t, vdupq_n_f32(0.0f), STEP, rounds, UNKNOWN)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_float = vgetq_lane_f32(chain[c], 0);
  return rounds * CHAINS * 4 * 2;
}

static uint64_t neon_code_sums(uint64_t rounds) {
  int16x8_t factor = vdupq_n_s16(12345), word = vdupq_n_s16((int16_t)(77 + kept_word));
#define STEP(x) vaddq_s16(word, vqrdmulhq_s16(x, factor))
  CHAIN_LOOP(int16x8_t, vdupq_n_s16((int16_t)c), STEP, rounds, UNKNOWN)
#undef STEP
  for (int c = 0; c < CHAINS; c++) kept_word = vgetq_lane_s16(chain[c], 0);
  return rounds * CHAINS * 8 * 2;
}

static uint64_t neon_read(const char *bytes, size_t count) {
#define LOAD(p) vld1q_u8((const uint8_t *)(p))
  READ_LOOP(uint8x16_t, LOAD, veorq_u8, bytes, count)
#undef LOAD
  for (int c = 0; c < 8; c++) kept_word = (int16_t)vgetq_lane_u8(sum[c], 0);
  return count;
}
#endif

uint64_t mp_multiply_adds(int level, uint64_t rounds) {
  if (!mp_is_supported(level)) return 0;
#if defined(__x86_64__)
  if (level == 1) return avx2_multiply_adds(rounds);
  if (level == 2) return avx512_multiply_adds(rounds);
#elif defined(__aarch64__)
  if (level == 3) return neon_multiply_adds(rounds);
#endif
  return scalar_multiply_adds(rounds);
}

uint64_t mp_code_sums(int level, uint64_t rounds) {
  if (!mp_is_supported(level)) return 0;
#if defined(__x86_64__)
  if (level == 1) return avx2_code_sums(rounds);
  if (level == 2) return avx512_code_sums(rounds);
#elif defined(__aarch64__)
  if (level == 3) return neon_code_sums(rounds);
#endif
  return scalar_code_sums(rounds);
}

uint64_t mp_read(int level, const void *bytes, size_t count) {
  if (!mp_is_supported(level)) return 0;
#if defined(__x86_64__)
  if (level == 1) return avx2_read(bytes, count);
  if (level == 2) return avx512_read(bytes, count);
#elif defined(__aarch64__)
  if (level == 3) return neon_read(bytes, count);
#endif
  return scalar_read(bytes, count);
}

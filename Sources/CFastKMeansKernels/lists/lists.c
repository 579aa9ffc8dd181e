#include "lists_levels.h"

#include "fk_platform.h"

#if defined(__x86_64__)
#define CHOOSE(function)                                                      \
  (fk_simd_level() == FK_SIMD_AVX512 ? function##_avx512                      \
   : fk_simd_level() == FK_SIMD_AVX2 ? function##_avx2 : function##_scalar)
#elif defined(__aarch64__)
#define CHOOSE(function) (fk_simd_level() == FK_SIMD_NEON ? function##_neon : function##_scalar)
#else
#define CHOOSE(function) function##_scalar
#endif

fk_lists_row fk_lists_split(const fk_weight_lists *weights, const uint32_t *column, const float *value, size_t count,
                            uint32_t *entry, float *entry_value) {
  size_t front = 0, back = count;
  for (size_t k = 0; k < count; k++) {
    uint32_t slot = weights->slot[column[k]];
    int is_listed = slot >= weights->common;
    size_t at = is_listed ? front++ : --back;
    entry[at] = is_listed ? slot - (uint32_t)weights->common : slot;
    entry_value[at] = value[k];
  }
  return (fk_lists_row){.entry = entry, .value = entry_value, .listed = front, .count = count};
}

void fk_lists_scores(const fk_weight_lists *weights, const fk_lists_row *row, size_t rows, float least,
                     const fk_lists_scratch *scratch, float *score) {
  CHOOSE(fk_lists_scores)(weights, row, rows, least, scratch, score);
}

size_t fk_lists_find(const fk_weight_lists *weights, const fk_lists_row *row, const fk_refine_document *document,
                     const fk_refine_loss *loss, const fk_lists_scratch *scratch, fk_refine_contest *contest) {
  return CHOOSE(fk_lists_find)(weights, row, document, loss, scratch, contest);
}

size_t fk_lists_move(fk_weight_lists *weights, const uint32_t *column, const float *value, const float *rates, size_t first,
                     size_t count, const fk_refine_move *moves, size_t move_count, float rate, uint32_t part,
                     uint32_t parts) {
  return CHOOSE(fk_lists_move)(weights, column, value, rates, first, count, moves, move_count, rate, part, parts);
}

void fk_lists_bound(fk_weight_lists *weights, size_t begin, size_t end) {
  CHOOSE(fk_lists_bound)(weights, begin, end);
}

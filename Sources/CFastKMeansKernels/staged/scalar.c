#include "../scoring/scoring_levels.h"
#include "staged_plan.h"

static void plan(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                 fk_staged_document *document) {
  fk_staged_plan_document(scale, numbers, x, terms, document);
}

static void order(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                  fk_staged_document *document) {
  fk_staged_order_document(scale, numbers, x, terms, document);
}

static inline int16_t scaled(int16_t a, int16_t b) { return (int16_t)((((int32_t)a * b >> 14) + 1) >> 1); }

static inline int16_t saturated(int32_t v) { return (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v); }

static void scatter(const fk_staged_document *document, const uint32_t *entries, const int16_t *bias,
                    int16_t *sums, size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  for (size_t p = 0; p < padded; p++) sums[p] = bias ? scaled(bias[p], document->bias_multiplier) : 0;
  for (size_t i = 0; i < document->light_count; i++)
    for (size_t k = 0; k < document->lengths[i]; k++)
      fk_scatter_entry(entries[document->starts[i] + k], document->factors[i], sums);
  for (size_t p = count; p < padded; p++) sums[p] = INT16_MIN;
}

static void add_rows(const int8_t *codes, size_t stride, const size_t *rows, const int16_t *multipliers,
                     size_t terms, int16_t *sums, size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  for (size_t block = 0; block < padded; block += FK_CODE_BLOCK) {
    for (size_t i = 0; i < FK_CODE_BLOCK / 2; i++) {
      uint16_t low = 0, high = 0;
      for (size_t t = 0; t < terms; t++) {
        const uint8_t *row = (const uint8_t *)codes + rows[t] * stride + block;
        low = (uint16_t)(low + scaled((int16_t)(uint16_t)(row[2 * i] << 8), multipliers[t]));
        high = (uint16_t)(high + scaled((int16_t)(uint16_t)(row[2 * i + 1] << 8 | row[2 * i]), multipliers[t]));
      }
      int16_t *out = sums + block + i;
      *out = saturated(*out + (int16_t)low);
      out += FK_CODE_BLOCK / 2;
      *out = saturated(*out + (int16_t)high);
    }
  }
  for (size_t p = count; p < padded; p++) sums[p] = INT16_MIN;
}

static size_t reach(const int16_t *sums, const uint16_t *norms, uint16_t rest, int16_t cap, int16_t threshold,
                    size_t count, uint32_t *positions, size_t limit) {
  size_t found = 0;
  for (size_t p = 0; p < count; p++) {
    int32_t bound = (int32_t)((uint32_t)norms[p] * rest >> 16) + 1;
    bound = bound < cap ? bound : cap;
    if (saturated(sums[p] + bound) < threshold) continue;
    if (found == limit) return limit + 1;
    positions[found++] = (uint32_t)p;
  }
  return found;
}

const fk_staged_kernels fk_staged_scalar = {plan, order, scatter, add_rows, reach};

float fk_staged_refine(const fk_staged_document *document, size_t done, const int8_t *codes, float norm, int16_t sum,
                       float lowest) {
  const size_t *rows = document->rows;
  const int16_t *multipliers = document->multipliers;
  int32_t added = 0;
  for (size_t t = done; t < document->heavy_count;) {
    float by_norm = document->rest_norms[t] * norm, most = document->rest_sums[t];
    float now = (float)sum + (float)added * (1.0f / 128) + document->offsets[t];
    if (now + (by_norm < most ? by_norm : most) + document->slack < lowest) return lowest - 1 - 2 * document->slack;
    size_t end = t + 8 < document->heavy_count ? t + 8 : document->heavy_count;
    for (; t < end; t++) added += multipliers[t] * (int32_t)codes[rows[t]];
  }
  return (float)sum + (float)added * (1.0f / 128) + document->offsets[document->heavy_count];
}

void fk_staged_fetch(const fk_staged_feature *features, const uint32_t *entries, const size_t *numbers,
                     size_t count) {
  for (size_t i = 0; i < count; i++) {
    const fk_staged_feature *feature = features + numbers[i];
    if (feature->length == FK_STAGED_ROW) continue;
    const char *list = (const char *)(entries + feature->place);
    size_t bytes = feature->length * 4 < 512 ? feature->length * 4 : 512;
    for (size_t line = 0; line < bytes; line += 64) __builtin_prefetch(list + line, 0, 3);
  }
}

void fk_staged_fetch_codes(const fk_staged_document *document, size_t done, const int8_t *codes) {
  size_t end = done + 8 < document->heavy_count ? done + 8 : document->heavy_count;
  for (size_t t = done; t < end; t++) __builtin_prefetch(codes + document->rows[t], 0, 3);
}

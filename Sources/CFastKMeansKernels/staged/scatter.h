#pragma once
/* Scattering a document's light lists by way of a buffer: codes are multiplied by vectors, the products added by scalar
 * code well after they were stored. Taken up again at once, one by one, they would wait for the wide store (measured
 * with AVX-512: two to three times the time), and each list's end would wait for its own additions. */
#include "fk_staged.h"
#include "staged_plan.h"

/* Products that wait to be added: 2 KB of the first cache. */
#define FK_SCATTER_ROOM 512
/* A vector may be stored whole beyond the last product. */
#define FK_SCATTER_SPARE 16

/* products[k] = list[k] with its code replaced by round(code * factor / 2^15); up to FK_SCATTER_SPARE products more may
 * be overwritten, but nothing beyond `count` may be read. */
typedef void (*fk_multiply_list)(const uint32_t *list, size_t count, int16_t factor, uint32_t *products);

static inline __attribute__((always_inline)) void fk_add_products(const uint32_t *products, size_t count,
                                                                  int16_t *sums) {
  size_t k = 0;
  for (; k + 4 <= count; k += 4) {
    fk_scatter_product(products[k], sums);
    fk_scatter_product(products[k + 1], sums);
    fk_scatter_product(products[k + 2], sums);
    fk_scatter_product(products[k + 3], sums);
  }
  for (; k < count; k++) fk_scatter_product(products[k], sums);
}

static inline __attribute__((always_inline)) void fk_scatter_lists(const fk_staged_document *document,
                                                                   const uint32_t *entries, int16_t *sums,
                                                                   fk_multiply_list multiply) {
  uint32_t products[FK_SCATTER_ROOM + FK_SCATTER_SPARE];
  size_t waiting = 0;
  for (size_t i = 0; i < document->light_count; i++) {
    const uint32_t *list = entries + document->starts[i];
    size_t left = document->lengths[i];
    while (left > 0) {
      size_t room = FK_SCATTER_ROOM - waiting, count = left < room ? left : room;
      multiply(list, count, document->factors[i], products + waiting);
      waiting += count;
      list += count;
      left -= count;
      if (waiting < FK_SCATTER_ROOM) continue;
      fk_add_products(products, waiting, sums);
      waiting = 0;
    }
  }
  fk_add_products(products, waiting, sums);
}

// The kernels of our own: sparse rows against a feature-major table, and what goes with it.
//
// One text for two compilers. NVRTC compiles it for the GPU that is there, without any header; the plug-in itself
// includes it as C++ (FK_HOST) and runs the same loops over blocks and threads on the processor, which is how it is
// tested without a GPU. There threads run one after the other; so where a warp works together the host differs: in
// `fk_offer`, where each thread offers its own candidate, and in sums, where a warp's first thread takes all entries.
//
// A score is a chain of fused multiply-adds in single precision, from the bias on, over the row's entries in their
// order: the bits of the processor's own engine, whatever the table is stored in.

#ifdef FK_HOST
#define FK_KERNEL(name) static inline void name
#define FK_DEVICE static inline
#define FK_BLOCK_X (fk_place.block_x)
#define FK_BLOCK_Y (fk_place.block_y)
#define FK_THREAD (fk_place.thread)
#else
#define FK_KERNEL(name) extern "C" __global__ void name
#define FK_DEVICE static __device__ __forceinline__
#define FK_BLOCK_X blockIdx.x
#define FK_BLOCK_Y blockIdx.y
#define FK_THREAD threadIdx.x
#endif

// Which of a row's entries a thread takes where a warp goes from row to row together.
#ifdef FK_HOST
#define FK_HAS_ENTRIES (FK_THREAD % FK_WARP == 0)
#define FK_FIRST_ENTRY 0
#define FK_ENTRY_STEP 1
#define FK_TOGETHER()
#else
#define FK_HAS_ENTRIES true
#define FK_FIRST_ENTRY (FK_THREAD % FK_WARP)
#define FK_ENTRY_STEP FK_WARP
#define FK_TOGETHER() __syncwarp()
#endif

typedef unsigned long long fk_key;
typedef long long fk_long;

// A warp takes a row and 256 prototypes, 8 a thread: 16 bytes of a 16-bit table in one load. A block's warps take
// neighbouring rows against the same prototypes, and blocks run through all rows before the next 256 prototypes come:
// that slice of the table (features x 512 bytes) is what the second-level cache has to hold.
#define FK_LANES 8
#define FK_WARP 32
#define FK_PANEL (FK_LANES * FK_WARP)
#define FK_ROWS_A_BLOCK 4

struct fk_half { unsigned short bits; };
struct fk_bfloat { unsigned short bits; };

FK_DEVICE float fk_single(float value) { return value; }

FK_DEVICE float fk_single(fk_bfloat value) {
  unsigned int bits = (unsigned int)value.bits << 16;
#ifdef FK_HOST
  float result;
  __builtin_memcpy(&result, &bits, sizeof result);
  return result;
#else
  return __uint_as_float(bits);
#endif
}

FK_DEVICE float fk_single(fk_half value) {
#ifdef FK_HOST
  return fk_host_half(value.bits);
#else
  float result;
  asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(value.bits));
  return result;
#endif
}

FK_DEVICE float fk_fused(float a, float b, float c) {
#ifdef FK_HOST
  return __builtin_fmaf(a, b, c);
#else
  return __fmaf_rn(a, b, c);
#endif
}

// A product and a sum with two roundings, as the processor's engine has them where it writes no fma.
FK_DEVICE float fk_plus_product(float sum, float a, float b) {
#ifdef FK_HOST
  float product = a * b; // the host file is compiled without contraction
  return sum + product;
#else
  return __fadd_rn(sum, __fmul_rn(a, b));
#endif
}

// 16-byte loads; the table's rows start on such a boundary.
FK_DEVICE void fk_load(const float *from, float *to) {
#ifdef FK_HOST
  for (int i = 0; i < FK_LANES; i++) to[i] = from[i];
#else
  float4 low = *(const float4 *)from, high = *(const float4 *)(from + 4);
  to[0] = low.x, to[1] = low.y, to[2] = low.z, to[3] = low.w;
  to[4] = high.x, to[5] = high.y, to[6] = high.z, to[7] = high.w;
#endif
}

template <class Half> FK_DEVICE void fk_load(const Half *from, float *to) {
#ifdef FK_HOST
  for (int i = 0; i < FK_LANES; i++) to[i] = fk_single(from[i]);
#else
  uint4 words = *(const uint4 *)from;
  unsigned int word[4] = {words.x, words.y, words.z, words.w};
#pragma unroll
  for (int i = 0; i < 4; i++) {
    Half low = {(unsigned short)(word[i] & 0xffffu)}, high = {(unsigned short)(word[i] >> 16)};
    to[2 * i] = fk_single(low);
    to[2 * i + 1] = fk_single(high);
  }
#endif
}

// Scores and prototypes in one number that orders as they do: the higher score, then the lower prototype. Minus
// infinity and NaN are no candidates; 0 stands for no candidate.
FK_DEVICE fk_key fk_candidate(float score, unsigned int prototype) {
  if (!(score >= -3.402823466e38f)) return 0;
  score += 0.0f; // the two zeros are one score
#ifdef FK_HOST
  unsigned int bits;
  __builtin_memcpy(&bits, &score, sizeof bits);
#else
  unsigned int bits = __float_as_uint(score);
#endif
  bits ^= bits >> 31 ? 0xffffffffu : 0x80000000u;
  return (fk_key)bits << 32 | (0xffffffffu - prototype);
}

// The best candidate of a warp, into the row's place. Order does not matter to a maximum: the bits are fixed.
FK_DEVICE void fk_offer(fk_key key, fk_key *place) {
#ifdef FK_HOST
  fk_key seen = __atomic_load_n(place, __ATOMIC_RELAXED);
  while (seen < key && !__atomic_compare_exchange_n(place, &seen, key, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
#else
#pragma unroll
  for (int distance = FK_WARP / 2; distance; distance /= 2) {
    fk_key other = __shfl_xor_sync(0xffffffffu, key, distance);
    if (other > key) key = other;
  }
  if (FK_THREAD % FK_WARP == 0 && key) atomicMax(place, key);
#endif
}

// Scores of sparse rows against `lanes` prototypes of a table (a multiple of 8; `count` of them are real).
//   offset, column, value: the rows; a column is a row of the table. offset may be null: the rows have no entries.
//   initial: what was added up before, rows x lanes, or null.
//   bias: for each lane, or null.
//   score: gets every score, rows x lanes, or null. May be `initial`.
//   best: gets each row's best candidate if that is better than what stands there, or null.
//   first: the prototype of lane 0.
template <class Value>
FK_DEVICE void fk_score_rows(fk_long rows, const fk_long *offset, const unsigned int *column, const float *value,
                             const Value *table, fk_long lanes, fk_long count, const float *initial, const float *bias,
                             float *score, fk_key *best, unsigned int first) {
  fk_long row = (fk_long)FK_BLOCK_X * FK_ROWS_A_BLOCK + FK_THREAD / FK_WARP;
  fk_long lane = (fk_long)FK_BLOCK_Y * FK_PANEL + FK_THREAD % FK_WARP * FK_LANES;
  if (row >= rows) return; // a whole warp: none of its threads is missed by the shuffle
  fk_key key = 0;
  if (lane < lanes) {
    float sum[FK_LANES];
    for (int i = 0; i < FK_LANES; i++) sum[i] = 0;
    if (bias) fk_load(bias + lane, sum);
    if (initial) {
      float start[FK_LANES];
      fk_load(initial + row * lanes + lane, start);
      for (int i = 0; i < FK_LANES; i++) sum[i] += start[i];
    }
    if (offset) {
      fk_long end = offset[row + 1];
#ifndef FK_HOST
#pragma unroll 4
#endif
      for (fk_long entry = offset[row]; entry < end; entry++) {
        float weight[FK_LANES], x = value[entry];
        fk_load(table + (fk_long)column[entry] * lanes + lane, weight);
        for (int i = 0; i < FK_LANES; i++) sum[i] = fk_fused(x, weight[i], sum[i]);
      }
    }
    if (score)
      for (int i = 0; i < FK_LANES; i++) score[row * lanes + lane + i] = sum[i];
    for (int i = 0; i < FK_LANES && lane + i < count; i++) {
      fk_key candidate = fk_candidate(sum[i], first + (unsigned int)(lane + i));
      if (candidate > key) key = candidate;
    }
  }
  if (best) fk_offer(key, best + row);
}

#define FK_SCORE_KERNEL(name, Value)                                                                              \
  FK_KERNEL(name)(fk_long rows, const fk_long *offset, const unsigned int *column, const float *value,            \
                  const Value *table, fk_long lanes, fk_long count, const float *initial, const float *bias,      \
                  float *score, fk_key *best, unsigned int first) {                                               \
    fk_score_rows(rows, offset, column, value, table, lanes, count, initial, bias, score, best, first);           \
  }
FK_SCORE_KERNEL(fk_score_float32, float)
FK_SCORE_KERNEL(fk_score_float16, fk_half)
FK_SCORE_KERNEL(fk_score_bfloat16, fk_bfloat)

// The kernel for dense rows in `dense.cu`: the sizes that the host has to know.
#define FK_GROUP_THREADS 128
#define FK_GROUP_ROWS 64
#define FK_TILE_LANES 128
#define FK_LINE_VALUES 64 // of 16 bits: 128 bytes

// Dense rows in 16 bits against a block of prototypes; `dense.cu` says how. Rows and table are described apart.
struct fk_dense_request {
  fk_long row_count, width, count; // rows, features, prototypes
  const float *bias;               // for each prototype, or null
  fk_key *best;                    // gets each row's best candidate if that is better than what stands there
  unsigned int first;              // the first prototype
};

// The driver's description of a matrix, for the copy engine.
struct alignas(64) fk_matrix_map {
  unsigned long long words[16];
};

// The twin for the sums: sums[p * width + column] += weight * value over the rows of prototype p, in row order. A warp
// has a prototype to itself, and a row's columns are distinct, so nothing is added twice at one place.
//   order, start: prototype p has the rows order[start[p]] .. order[start[p + 1] - 1].
//   column: null for dense rows, which have `width` values each.
FK_KERNEL(fk_sum_rows)
(fk_long prototypes, const fk_long *start, const int *order, const float *weight, const fk_long *offset,
 const unsigned int *column, const float *value, fk_long width, float *sums) {
  fk_long prototype = (fk_long)FK_BLOCK_X * FK_ROWS_A_BLOCK + FK_THREAD / FK_WARP;
  if (prototype >= prototypes || !FK_HAS_ENTRIES) return;
  float *sum = sums + prototype * width;
  for (fk_long place = start[prototype]; place < start[prototype + 1]; place++) {
    fk_long row = order[place];
    fk_long begin = column ? offset[row] : row * width;
    fk_long end = column ? offset[row + 1] : begin + width;
    // Rows may leave a thread other columns than the row before: the warp goes from row to row together.
    for (fk_long entry = begin + FK_FIRST_ENTRY; entry < end; entry += FK_ENTRY_STEP) {
      fk_long at = column ? (fk_long)column[entry] : entry - begin;
      sum[at] = fk_plus_product(sum[at], weight[row], value[entry]);
    }
    FK_TOGETHER();
  }
}

// Moves prototypes of a table along documents: table[column][prototype] += rate * value * factor. A warp has all the
// moves of one prototype, in document order.
//   start: group g has the moves start[g] .. start[g + 1] - 1.
//   column: null for dense rows, which have `width` values each.
FK_KERNEL(fk_move_prototypes)
(fk_long groups, const int *start, const int *prototype, const int *row, const float *rate, const float *factor,
 const fk_long *offset, const unsigned int *column, const float *value, fk_long width, float *table, fk_long lanes) {
  fk_long group = (fk_long)FK_BLOCK_X * FK_ROWS_A_BLOCK + FK_THREAD / FK_WARP;
  if (group >= groups || !FK_HAS_ENTRIES) return;
  for (int move = start[group]; move < start[group + 1]; move++) {
    fk_long begin = column ? offset[row[move]] : row[move] * width;
    fk_long end = column ? offset[row[move] + 1] : begin + width;
    for (fk_long entry = begin + FK_FIRST_ENTRY; entry < end; entry += FK_ENTRY_STEP) {
      fk_long at = (column ? (fk_long)column[entry] : entry - begin) * lanes + prototype[move];
#ifdef FK_HOST
      float step = rate[move] * value[entry];
#else
      float step = __fmul_rn(rate[move], value[entry]);
#endif
      table[at] = fk_plus_product(table[at], step, factor[move]);
    }
    FK_TOGETHER();
  }
}

// Scores of rows that are on the device, picked by their index, against a table in single precision:
// score[position * lanes + lane]. A dense row's columns are 0, 1, 2, ...
FK_KERNEL(fk_score_picked)
(fk_long count, const int *pick, const fk_long *offset, const unsigned int *column, const float *value, fk_long width,
 const float *table, fk_long lanes, float *score) {
  fk_long position = (fk_long)FK_BLOCK_X * FK_ROWS_A_BLOCK + FK_THREAD / FK_WARP;
  fk_long lane = (fk_long)FK_BLOCK_Y * FK_PANEL + FK_THREAD % FK_WARP * FK_LANES;
  if (position >= count || lane >= lanes) return;
  fk_long row = pick[position];
  fk_long begin = column ? offset[row] : row * width;
  fk_long end = column ? offset[row + 1] : begin + width;
  float sum[FK_LANES];
  for (int i = 0; i < FK_LANES; i++) sum[i] = 0;
#ifndef FK_HOST
#pragma unroll 4
#endif
  for (fk_long entry = begin; entry < end; entry++) {
    float weight[FK_LANES], x = value[entry];
    fk_load(table + (column ? (fk_long)column[entry] : entry - begin) * lanes + lane, weight);
    for (int i = 0; i < FK_LANES; i++) sum[i] = fk_fused(x, weight[i], sum[i]);
  }
  for (int i = 0; i < FK_LANES; i++) score[position * lanes + lane + i] = sum[i];
}

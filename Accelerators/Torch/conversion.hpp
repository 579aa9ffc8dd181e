// Dense rows to the precision of the prototypes: loops that compilers turn into vector instructions.
#pragma once
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// A copy for each width of vector registers; the right one is taken when the plug-in is loaded.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FK_VECTOR_LEVELS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FK_VECTOR_LEVELS
#endif

namespace fk {

inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Bits without the sign, which order as magnitudes do; infinity and NaN come last.
inline uint32_t magnitude(float value) { return bitsOf(value) & 0x7fffffff; }

/// A row on its way to pinned memory, zeros behind its values. It goes past the caches: only the copy engine reads it,
/// and a store that does not fetch what it overwrites leaves a third of the memory's bandwidth to the rest.
template <class Value> struct Line {
  Value *values;

  /// - `count`: a multiple of 16 bytes.
  explicit Line(int64_t count) : bytes_(static_cast<size_t>(count) * sizeof(Value)), memory_(new char[bytes_ + 16]()) {
    auto start = reinterpret_cast<uintptr_t>(memory_.get());
    values = reinterpret_cast<Value *>((start + 15) / 16 * 16);
  }

  /// - `to`: on a boundary of 16 bytes.
  void stream(Value *to) const {
#ifdef __SSE2__
    auto *target = reinterpret_cast<__m128i *>(to);
    auto *source = reinterpret_cast<const __m128i *>(values);
    for (size_t i = 0; i < bytes_ / 16; i++) _mm_stream_si128(target + i, _mm_load_si128(source + i));
#else
    std::memcpy(to, values, bytes_);
#endif
  }

 private:
  size_t bytes_;
  std::unique_ptr<char[]> memory_;
};

/// Streamed stores are seen by others after this.
inline void endStreaming() {
#ifdef __SSE2__
  _mm_sfence();
#endif
}

/// Writes `count` values times `scale`, and returns the largest magnitude among them.
FK_VECTOR_LEVELS static uint32_t copyScaled(const float *from, float scale, float *to, int64_t count) {
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; i++) {
    to[i] = from[i] * scale;
    largest = std::max(largest, magnitude(to[i]));
  }
  return largest;
}

/// To the nearest, ties to even. What is too large is for the caller to see in the result.
FK_VECTOR_LEVELS static uint32_t roundToBFloat(const float *from, float scale, at::BFloat16 *to, int64_t count) {
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits = bitsOf(from[i] * scale);
    largest = std::max(largest, bits & 0x7fffffff);
    to[i].x = static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
  return largest;
}

FK_VECTOR_LEVELS static uint32_t roundToHalf(const float *from, float scale, at::Half *to, int64_t count) {
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; i++) {
    float value = from[i] * scale;
    largest = std::max(largest, magnitude(value));
    to[i].x = c10::detail::fp16_ieee_from_fp32_value(value);
  }
  return largest;
}

}  // namespace fk

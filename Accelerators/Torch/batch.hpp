// A batch of documents on its way to the device: columns renumbered to the table's rows, values scaled, unknown
// features left out.
#pragma once
#include "prototypes.hpp"

namespace fk {

/// Sparse rows on the device.
struct SparsePart {
  at::Tensor offsets, columns, values;
  int64_t entryCount = 0;
};

class Batch {
 public:
  int64_t rowCount = 0;
  bool isSparse = false;
  SparsePart head, tail;
  at::Tensor dense; // rows x table rows, in the prototypes' precision

  Batch(const fka_prototypes &prototypes, const fka_row_view &rows) : rowCount(rows.count), prototypes_(prototypes) {
    isSparse = rows.offsets != nullptr;
    if (isSparse) stageSparse(rows);
    else stageDense(rows);
  }

  /// Rows `first ..< first + count` of the head (or of dense rows) as a dense matrix in the prototypes' precision.
  at::Tensor densified(int64_t first, int64_t count) const {
    if (!isSparse) return dense.narrow(0, first, count);
    auto offsets = head.offsets.narrow(0, first, count + 1);
    auto counts = offsets.diff();
    int64_t begin = hostHeadOffsets_[first], entries = hostHeadOffsets_[first + count] - begin;
    auto matrix = at::zeros({count * prototypes_.head}, prototypes_.device->options(prototypes_.type));
    auto rows = at::arange(count, prototypes_.device->options(at::kLong));
    auto places = at::repeat_interleave(rows, counts, 0, entries).mul_(prototypes_.head);
    places.add_(head.columns.narrow(0, begin, entries));
    matrix.index_copy_(0, places, head.values.narrow(0, begin, entries).to(prototypes_.type));
    return matrix.view({count, prototypes_.head});
  }

 private:
  const fka_prototypes &prototypes_;
  std::vector<int64_t> hostHeadOffsets_;
  std::vector<at::Tensor> staging_; // read by copies that are under way

  at::Tensor hostTensor(at::IntArrayRef sizes, at::ScalarType type) {
    auto options = at::TensorOptions().dtype(type).pinned_memory(!prototypes_.device->isHost() &&
                                                                 prototypes_.device->device.is_cuda());
    staging_.push_back(at::empty(sizes, options));
    return staging_.back();
  }

  at::Tensor onDevice(const at::Tensor &tensor) const {
    return prototypes_.device->isHost() ? tensor : tensor.to(prototypes_.device->device, /*non_blocking=*/true);
  }

  /// The largest value that rounds to a finite one.
  float limit() const {
    switch (prototypes_.type) {
      case at::kHalf: return 65519.996f;
      case at::kBFloat16: return 3.3961775e38f;
      default: return std::numeric_limits<float>::infinity();
    }
  }

  void check(float value, int64_t row) const {
    if (std::abs(value) <= limit()) return;
    char text[160];
    std::snprintf(text, sizeof text, "the value %g is beyond %s", value,
                  prototypes_.type == at::kHalf ? "float16" : "bfloat16");
    throw Failure::overflow(row, text);
  }

  void stageSparse(const fka_row_view &rows) {
    int64_t begin = rows.offsets[0], total = rows.offsets[rows.count] - begin, split = prototypes_.head;
    bool hasHead = split > 0, hasTail = split < prototypes_.tableRows();
    Target inHead(*this, rows.count, hasHead ? total : 0), inTail(*this, rows.count, hasTail ? total : 0);
    for (int64_t row = 0; row < rows.count; row++) {
      float scale = rows.scales ? rows.scales[row] : 1;
      for (int64_t entry = rows.offsets[row]; entry < rows.offsets[row + 1]; entry++) {
        int32_t place = prototypes_.map[rows.columns[entry]];
        if (place < 0) continue;
        float value = rows.values[entry] * scale;
        if (place < split) {
          check(value, row);
          inHead.add(place, value);
        } else {
          inTail.add(place, value);
        }
      }
      inHead.endRow(row);
      inTail.endRow(row);
    }
    if (hasHead) {
      hostHeadOffsets_.assign(inHead.offset, inHead.offset + rows.count + 1);
      head = inHead.onDevice(*this);
    }
    if (hasTail) tail = inTail.onDevice(*this);
  }

  /// Where staged entries go.
  struct Target {
    at::Tensor offsets, columns, values;
    int64_t *offset;
    int32_t *column;
    float *value;
    int64_t count = 0;

    Target(Batch &batch, int64_t rows, int64_t capacity)
        : offsets(batch.hostTensor({rows + 1}, at::kLong)), columns(batch.hostTensor({capacity}, at::kInt)),
          values(batch.hostTensor({capacity}, at::kFloat)), offset(offsets.data_ptr<int64_t>()),
          column(columns.data_ptr<int32_t>()), value(values.data_ptr<float>()) {
      offset[0] = 0;
    }

    void add(int32_t place, float x) {
      column[count] = place;
      value[count++] = x;
    }

    void endRow(int64_t row) { offset[row + 1] = count; }

    SparsePart onDevice(const Batch &batch) const {
      return {batch.onDevice(offsets), batch.onDevice(columns.narrow(0, 0, count)),
              batch.onDevice(values.narrow(0, 0, count)), count};
    }
  };

  void stageDense(const fka_row_view &rows) {
    int64_t width = prototypes_.tableRows();
    auto staged = hostTensor({rows.count, width}, prototypes_.type);
    switch (prototypes_.type) {
      case at::kHalf: fill(rows, staged.data_ptr<at::Half>()); break;
      case at::kBFloat16: fill(rows, staged.data_ptr<at::BFloat16>()); break;
      default: fill(rows, staged.data_ptr<float>());
    }
    dense = onDevice(staged);
  }

  template <class Value> void fill(const fka_row_view &rows, Value *to) const {
    int64_t width = prototypes_.tableRows();
    const auto &features = prototypes_.features;
    at::parallel_for(0, rows.count, 256, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) {
        const float *from = rows.values + row * rows.feature_count;
        float scale = rows.scales ? rows.scales[row] : 1;
        for (int64_t column = 0; column < width; column++) {
          float value = from[features[column]] * scale;
          if (!std::is_same<Value, float>::value) check(value, row);
          to[row * width + column] = static_cast<Value>(value);
        }
      }
    });
  }
};

}  // namespace fk

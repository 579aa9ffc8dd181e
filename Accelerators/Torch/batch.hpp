// A batch of documents on its way to the device: columns renumbered to the table's rows, values scaled, unknown
// features left out.
#pragma once
#include "conversion.hpp"
#include "prototypes.hpp"

namespace fk {

/// Sparse rows on the device.
struct SparsePart {
  at::Tensor offsets, columns, values;
};

class Batch {
 public:
  int64_t rowCount = 0;
  bool isSparse = false;
  SparsePart sparse;
  /// Rows x table rows, in the prototypes' precision; zeros behind each row, to a multiple of 16 bytes.
  at::Tensor dense;

  Batch(const fka_prototypes &prototypes, const fka_row_view &rows) : rowCount(rows.count), prototypes_(prototypes) {
    isSparse = rows.offsets != nullptr;
    if (isSparse) stageSparse(rows);
    else stageDense(rows);
  }

  /// Rows `first ..< first + count` as a dense matrix in the prototypes' precision.
  at::Tensor densified(int64_t first, int64_t count) const {
    if (!isSparse) return dense.narrow(0, first, count).narrow(1, 0, prototypes_.tableRows());
    auto offsets = sparse.offsets.narrow(0, first, count + 1);
    auto counts = offsets.diff();
    int64_t begin = hostOffsets_[first], entries = hostOffsets_[first + count] - begin;
    auto matrix = at::zeros({count * prototypes_.tableRows()}, prototypes_.device->options(prototypes_.type));
    auto rows = at::arange(count, prototypes_.device->options(at::kLong));
    auto places = at::repeat_interleave(rows, counts, 0, entries).mul_(prototypes_.tableRows());
    places.add_(sparse.columns.narrow(0, begin, entries));
    matrix.index_copy_(0, places, sparse.values.narrow(0, begin, entries).to(prototypes_.type));
    return matrix.view({count, prototypes_.tableRows()});
  }

 private:
  const fka_prototypes &prototypes_;
  std::vector<int64_t> hostOffsets_;
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

  /// The bits of the largest value that rounds to a finite one; those of infinity and NaN lie above.
  uint32_t limitBits() const {
    switch (prototypes_.type) {
      case at::kHalf: return 0x477fefff; // below 65,520
      case at::kBFloat16: return 0x7f7f7fff;
      default: return 0xffffffff;
    }
  }

  void check(float value, int64_t row) const {
    if (magnitude(value) <= limitBits()) return;
    char text[160];
    std::snprintf(text, sizeof text, "the value %g is beyond %s", value,
                  prototypes_.type == at::kHalf ? "float16" : "bfloat16");
    throw Failure::overflow(row, text);
  }

  /// Twice over the rows, on all threads: how many entries each has, then the entries.
  void stageSparse(const fka_row_view &rows) {
    auto offsets = hostTensor({rows.count + 1}, at::kLong);
    auto *offset = offsets.data_ptr<int64_t>();
    offset[0] = 0;
    forEachRow([&](int64_t row) {
      int64_t known = 0;
      for (int64_t entry = rows.offsets[row]; entry < rows.offsets[row + 1]; entry++)
        known += prototypes_.map[rows.columns[entry]] >= 0;
      offset[row + 1] = known;
    });
    for (int64_t row = 0; row < rows.count; row++) offset[row + 1] += offset[row];
    auto columns = hostTensor({offset[rows.count]}, at::kInt), values = hostTensor({offset[rows.count]}, at::kFloat);
    auto *column = columns.data_ptr<int32_t>();
    auto *value = values.data_ptr<float>();
    forEachRow([&](int64_t row) {
      float scale = rows.scales ? rows.scales[row] : 1;
      int64_t next = offset[row];
      for (int64_t entry = rows.offsets[row]; entry < rows.offsets[row + 1]; entry++) {
        int32_t place = prototypes_.map[rows.columns[entry]];
        if (place < 0) continue;
        value[next] = rows.values[entry] * scale;
        // The kernel takes values in single precision.
        if (prototypes_.densifies) check(value[next], row);
        column[next++] = place;
      }
    });
    if (prototypes_.densifies) hostOffsets_.assign(offset, offset + rows.count + 1);
    sparse = {onDevice(offsets), onDevice(columns), onDevice(values)};
  }

  static constexpr int64_t kRowsAThread = 128;

  template <class Body> void forEachRow(Body body) const {
    prototypes_.device->workers.run(rowCount, kRowsAThread, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) body(row);
    });
  }

  /// Rows end on 16 bytes, as the copy engine and streaming stores want: zeros behind the last feature.
  void stageDense(const fka_row_view &rows) {
    int64_t width = prototypes_.tableRows(), values = 16 / prototypes_.elementBytes();
    auto staged = hostTensor({rows.count, (width + values - 1) / values * values}, prototypes_.type);
    switch (prototypes_.type) {
      case at::kHalf: fillDense(rows, staged, staged.data_ptr<at::Half>(), roundToHalf); break;
      case at::kBFloat16: fillDense(rows, staged, staged.data_ptr<at::BFloat16>(), roundToBFloat); break;
      default: fillDense(rows, staged, staged.data_ptr<float>(), copyScaled);
    }
    dense = onDevice(staged);
  }

  template <class Value, class Convert>
  void fillDense(const fka_row_view &rows, const at::Tensor &staged, Value *to, Convert convert) const {
    int64_t width = prototypes_.tableRows(), stride = staged.size(1);
    const auto &features = prototypes_.features;
    prototypes_.device->workers.run(rows.count, kRowsAThread, [&](int64_t begin, int64_t end) {
      std::vector<float> picked(prototypes_.isDense ? 0 : static_cast<size_t>(width));
      Line<Value> line(stride);
      for (int64_t row = begin; row < end; row++) {
        const float *from = rows.values + row * rows.feature_count;
        for (size_t column = 0; column < picked.size(); column++) picked[column] = from[features[column]];
        if (!picked.empty()) from = picked.data();
        float scale = rows.scales ? rows.scales[row] : 1;
        uint32_t largest = convert(from, scale, line.values, width);
        line.stream(to + row * stride);
        // Said of the first value that is too large; the loop over all of them stays without a branch.
        if (largest > limitBits())
          for (int64_t column = 0; column < width; column++) check(from[column] * scale, row);
      }
      endStreaming();
    });
  }
};

}  // namespace fk

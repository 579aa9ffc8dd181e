// Rows that stay on the device while prototypes change: k-means and refinement.
#pragma once
#include "scoring.hpp"

struct fka_rows {
  fka_device *device;
  int64_t count = 0, featureCount = 0;
  at::Tensor offsets, columns, values; // offsets and columns are undefined for dense rows
  int64_t heldBytes = 0;

  fka_rows(fka_device *device, const fka_row_view &rows)
      : device(device), count(rows.count), featureCount(rows.feature_count) {
    int64_t begin = rows.offsets ? rows.offsets[0] : 0;
    int64_t total = rows.offsets ? rows.offsets[count] - begin : count * featureCount;
    int64_t free = 0, size = 0;
    int64_t needed = total * (rows.offsets ? 8 : 4) + (rows.offsets ? (count + 1) * 8 : 0);
    device->memory(free, size);
    int64_t usable = free - size / 10 - 2 * fk::tileBytes();
    if (needed > usable) throw fk::Failure::memory("the rows", needed, std::max<int64_t>(0, usable));
    auto staged = at::empty({total}, at::kFloat);
    auto *value = staged.data_ptr<float>();
    device->workers.run(count, 128, [&](int64_t from, int64_t to) {
      for (int64_t row = from; row < to; row++) {
        int64_t first = rows.offsets ? rows.offsets[row] - begin : row * featureCount;
        int64_t end = rows.offsets ? rows.offsets[row + 1] - begin : first + featureCount;
        fk::copyScaled(rows.values + begin + first, rows.scales ? rows.scales[row] : 1, value + first, end - first);
      }
    });
    values = staged.to(device->device);
    if (rows.offsets) {
      auto places = at::empty({count + 1}, at::kLong);
      auto *place = places.data_ptr<int64_t>();
      for (int64_t row = 0; row <= count; row++) place[row] = rows.offsets[row] - begin;
      offsets = places.to(device->device);
      // Copied also on the host: the caller's memory is its own again when this returns.
      columns = at::empty({total}, device->options(at::kInt));
      columns.copy_(at::from_blob(const_cast<uint32_t *>(rows.columns) + begin, {total}, at::kInt));
    }
    heldBytes = needed;
    device->residentBytes += needed;
  }

  ~fka_rows() { device->residentBytes -= heldBytes; }

  bool isSparse() const { return offsets.defined(); }
  const fk::fk_long *offsetPointer() const { return isSparse() ? (const fk::fk_long *)offsets.data_ptr<int64_t>() : nullptr; }
  const unsigned *columnPointer() const { return isSparse() ? (const unsigned *)columns.data_ptr<int32_t>() : nullptr; }
  const float *valuePointer() const { return values.data_ptr<float>(); }
};

namespace fk {

inline void requireKernels(const fka_device *device) {
  if (!device->kernels) throw Failure(FKA_UNSUPPORTED, "training needs the kernels; " + device->kernelNote);
}

template <class Value> at::Tensor onDevice(fka_device *device, const Value *from, int64_t count, at::ScalarType type) {
  return at::from_blob(const_cast<Value *>(from), {count}, type).clone().to(device->device);
}

inline void copyOut(const at::Tensor &tensor, float *to) {
  auto host = tensor.to(at::kCPU).contiguous();
  std::memcpy(to, host.data_ptr<float>(), static_cast<size_t>(host.numel()) * sizeof(float));
}

/// The best prototype of dense rows: the library's product and a kernel that keeps the best.
inline void assign(fka_rows &rows, const float *prototypes, const float *biases, int64_t count, int32_t *best,
                   float *scores) {
  if (rows.isSparse()) throw Failure(FKA_UNSUPPORTED, "sparse rows are assigned on the processor");
  auto *device = rows.device;
  auto table = at::from_blob(const_cast<float *>(prototypes), {count, rows.featureCount}, at::kFloat)
                   .to(device->device).t();
  auto bias = onDevice(device, biases, count, at::kFloat);
  auto all = rows.values.view({rows.count, rows.featureCount});
  int64_t step = std::max<int64_t>(1, tileBytes() / (4 * count));
  for (int64_t first = 0; first < rows.count; first += step) {
    int64_t size = std::min(step, rows.count - first);
    auto tile = at::mm(all.narrow(0, first, size), table).add_(bias);
    auto [values, places] = tile.max(1);
    copyOut(values, scores + first);
    auto winners = places.to(at::kInt).to(at::kCPU);
    std::memcpy(best + first, winners.data_ptr<int32_t>(), static_cast<size_t>(size) * sizeof(int32_t));
  }
}

/// Rows grouped by prototype, in row order; then a warp adds up each group.
inline void sum(fka_rows &rows, const fka_assignment &assignment, float *sums) {
  auto *device = rows.device;
  requireKernels(device);
  std::vector<int64_t> starts(static_cast<size_t>(assignment.prototype_count) + 1, 0);
  for (int64_t row = 0; row < rows.count; row++)
    if (assignment.prototypes[row] >= 0) starts[assignment.prototypes[row] + 1]++;
  for (int64_t p = 0; p < assignment.prototype_count; p++) starts[p + 1] += starts[p];
  std::vector<int64_t> next(starts.begin(), starts.end() - 1);
  std::vector<int32_t> order(static_cast<size_t>(starts.back()));
  for (int64_t row = 0; row < rows.count; row++)
    if (assignment.prototypes[row] >= 0) order[next[assignment.prototypes[row]]++] = static_cast<int32_t>(row);
  auto start = onDevice(device, starts.data(), assignment.prototype_count + 1, at::kLong);
  auto places = onDevice(device, order.data(), static_cast<int64_t>(order.size()), at::kInt);
  auto weights = onDevice(device, assignment.weights, rows.count, at::kFloat);
  auto result = at::zeros({assignment.prototype_count, rows.featureCount}, device->options(at::kFloat));
  device->kernels->run("fk_sum_rows", host::fk_sum_rows, gridOf(assignment.prototype_count, 1), nullptr,
                       assignment.prototype_count, (const fk_long *)start.data_ptr<int64_t>(),
                       places.data_ptr<int32_t>(), weights.data_ptr<float>(), rows.offsetPointer(),
                       rows.columnPointer(), rows.valuePointer(), rows.featureCount, result.data_ptr<float>());
  copyOut(result, sums);
}

inline fka_prototypes *uploadTable(fka_device *device, const float *weights, int64_t featureCount, int64_t stride) {
  requireKernels(device);
  int64_t free = 0, total = 0, needed = featureCount * stride * 4;
  device->memory(free, total);
  int64_t usable = free - total / 10 - 2 * tileBytes();
  if (needed > usable) throw Failure::memory("the weights that refinement moves", needed, std::max<int64_t>(0, usable));
  auto made = std::make_unique<fka_prototypes>(device, 0);
  made->featureCount = featureCount;
  Block block;
  block.count = block.lanes = stride;
  block.table = onDevice(device, weights, featureCount * stride, at::kFloat).view({featureCount, stride});
  made->blocks.push_back(std::move(block));
  made->heldBytes = needed;
  device->residentBytes += needed;
  return made.release();
}

inline void tableScores(fka_prototypes &table, fka_rows &rows, const int32_t *documents, int64_t count, float *scores) {
  auto *device = rows.device;
  int64_t lanes = table.blocks[0].lanes;
  auto picks = onDevice(device, documents, count, at::kInt);
  auto result = at::empty({count, lanes}, device->options(at::kFloat));
  device->kernels->run("fk_score_picked", host::fk_score_picked, gridOf(count, lanes), nullptr, count,
                       picks.data_ptr<int32_t>(), rows.offsetPointer(), rows.columnPointer(), rows.valuePointer(),
                       rows.featureCount, table.blocks[0].table.data_ptr<float>(), lanes, result.data_ptr<float>());
  copyOut(result, scores);
}

inline void tableMove(fka_prototypes &table, fka_rows &rows, const int32_t *documents, const fka_move *moves,
                      int64_t count) {
  if (count == 0) return;
  auto *device = rows.device;
  std::vector<int32_t> starts, prototypes, picks;
  std::vector<float> rates, factors;
  for (int64_t move = 0; move < count; move++) {
    if (move == 0 || moves[move].prototype != moves[move - 1].prototype) starts.push_back(static_cast<int32_t>(move));
    prototypes.push_back(moves[move].prototype);
    picks.push_back(documents[moves[move].document]);
    rates.push_back(moves[move].rate);
    factors.push_back(moves[move].factor);
  }
  int64_t groups = static_cast<int64_t>(starts.size());
  starts.push_back(static_cast<int32_t>(count));
  auto start = onDevice(device, starts.data(), groups + 1, at::kInt);
  auto prototype = onDevice(device, prototypes.data(), count, at::kInt);
  auto pick = onDevice(device, picks.data(), count, at::kInt);
  auto rate = onDevice(device, rates.data(), count, at::kFloat);
  auto factor = onDevice(device, factors.data(), count, at::kFloat);
  device->kernels->run("fk_move_prototypes", host::fk_move_prototypes, gridOf(groups, 1), nullptr, groups,
                       start.data_ptr<int32_t>(), prototype.data_ptr<int32_t>(), pick.data_ptr<int32_t>(),
                       rate.data_ptr<float>(), factor.data_ptr<float>(), rows.offsetPointer(), rows.columnPointer(),
                       rows.valuePointer(), rows.featureCount, table.blocks[0].table.data_ptr<float>(),
                       table.blocks[0].lanes);
}

}  // namespace fk

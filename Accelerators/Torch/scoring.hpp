// Answers one batch: products tile by tile, each reduced before the next one is made.
#pragma once
#include "batch.hpp"

namespace fk {

constexpr float kNone = -std::numeric_limits<float>::infinity();

/// Rows times a table with sums in single precision, whatever the table is stored in.
inline at::Tensor product(const at::Tensor &rows, const at::Tensor &table) {
  if (table.scalar_type() == at::kFloat) return at::mm(rows, table);
  if (rows.is_cuda()) return at::mm(rows, table, at::kFloat); // tensor cores
  // Elsewhere the library rounds the sums to 16 bits; values go up to single precision, a few prototypes at a time.
  constexpr int64_t step = 512;
  auto result = at::empty({rows.size(0), table.size(1)}, rows.options().dtype(at::kFloat));
  auto singles = rows.to(at::kFloat);
  for (int64_t first = 0; first < table.size(1); first += step) {
    int64_t count = std::min(step, table.size(1) - first);
    result.narrow(1, first, count).copy_(at::mm(singles, table.narrow(1, first, count).to(at::kFloat)));
  }
  return result;
}

}  // namespace fk

struct fka_job {
  fka_prototypes *prototypes;
  int32_t question;
  fk::Batch batch;
  const c10::Stream *stream;

  fka_job(fka_prototypes *prototypes, const fka_row_view &rows, int32_t question, const c10::Stream *stream)
      : prototypes(prototypes), question(question), batch(*prototypes, rows), stream(stream) {
    prepare();
    auto order = tiles();
    auto *kernel = denseKernel();
    for (const auto &block : prototypes->blocks) {
      auto table = prototypes->table(block);
      if (kernel) runDense(*kernel, block, table);
      else for (auto [first, count] : order) answer(block, table, first, count);
    }
    bringBack();
  }

  void wait(fka_answer *answer) {
    if (stream) stream->synchronize();
    if (keys_.defined()) decodeKeys();
    *answer = fka_answer{};
    answer->row_count = batch.rowCount;
    answer->width = width_;
    auto data = [](const at::Tensor &tensor, auto *type) -> decltype(type) {
      return tensor.defined() ? tensor.data_ptr<std::remove_const_t<std::remove_pointer_t<decltype(type)>>>() : nullptr;
    };
    answer->prototypes = data(prototypesOut_, (int32_t *)nullptr);
    answer->scores = data(scores_, (float *)nullptr);
  }

 private:
  int64_t width_ = 1;
  at::Tensor keys_, scores_, prototypesOut_;

  fka_device *device() const { return prototypes->device; }

  void prepare() {
    int64_t rows = batch.rowCount;
    if (question == FKA_SCORES) {
      width_ = prototypes->count;
      scores_ = at::empty({rows, width_}, device()->options(at::kFloat));
    } else if (device()->kernels) {
      keys_ = at::zeros({rows}, device()->options(at::kLong));
    } else {
      scores_ = at::full({rows}, fk::kNone, device()->options(at::kFloat));
      prototypesOut_ = at::full({rows}, -1, device()->options(at::kInt));
    }
  }

  int64_t densifiedBytes() const {
    return batch.isSparse && prototypes->densifies ? prototypes->tableRows() * prototypes->elementBytes() : 0;
  }

  /// Rows so that a tile of scores, and of densified rows, has about `tileBytes`.
  std::vector<std::pair<int64_t, int64_t>> tiles() const {
    int64_t rowBytes = std::max<int64_t>(1, prototypes->lanesLimit() * 4 + densifiedBytes());
    int64_t step = std::max<int64_t>(1, fk::tileBytes() / rowBytes);
    std::vector<std::pair<int64_t, int64_t>> result;
    for (int64_t first = 0; first < batch.rowCount; first += step)
      result.push_back({first, std::min(step, batch.rowCount - first)});
    return result;
  }

  /// Whether the library multiplies; else the kernel for sparse rows does.
  bool usesProduct() const { return !batch.isSparse || prototypes->densifies; }

  /// Computes one tile's scores and takes from them what the question asks.
  void answer(const fk::Block &block, const at::Tensor &table, int64_t first, int64_t count) {
    at::Tensor scores;
    if (usesProduct()) scores = fk::product(batch.densified(first, count), table);
    if (!device()->kernels) {
      if (block.biases.defined()) scores.add_(block.biases);
    } else if (!usesProduct() || keys_.defined() || block.biases.defined()) {
      if (!scores.defined() && !keys_.defined()) scores = at::empty({count, block.lanes}, device()->options(at::kFloat));
      runKernel(block, table, scores, first, count);
    }
    if (!keys_.defined()) take(scores.narrow(1, 0, block.count), block, first, count);
  }

  /// The kernel that multiplies this batch and keeps the best; null: the library multiplies.
  fk::DenseKernel *denseKernel() const {
    if (batch.isSparse || !keys_.defined()) return nullptr;
    return device()->kernels->dense(prototypes->type, prototypes->tableRows());
  }

  void runDense(fk::DenseKernel &kernel, const fk::Block &block, const at::Tensor &table) {
    fk::fk_dense_request dense{};
    dense.row_count = batch.rowCount;
    dense.width = prototypes->tableRows();
    dense.count = block.count;
    dense.bias = block.biases.defined() ? block.biases.data_ptr<float>() : nullptr;
    dense.best = (fk::fk_key *)keys_.data_ptr<int64_t>();
    dense.first = static_cast<unsigned>(block.first);
    kernel.run(dense, {batch.dense.data_ptr(), batch.dense.size(1), batch.rowCount},
               {table.data_ptr(), block.lanes, prototypes->tableRows()}, stream);
  }

  /// - `scores`: what the library has multiplied; gets all scores, where these are asked for.
  void runKernel(const fk::Block &block, const at::Tensor &table, const at::Tensor &scores, int64_t first, int64_t count) {
    const auto &rows = batch.sparse;
    auto offsets = usesProduct() ? nullptr : rows.offsets.data_ptr<int64_t>() + first;
    auto columns = usesProduct() ? nullptr : rows.columns.data_ptr<int32_t>();
    auto values = usesProduct() ? nullptr : rows.values.data_ptr<float>();
    auto initial = usesProduct() ? scores.data_ptr<float>() : nullptr;
    auto biases = block.biases.defined() ? block.biases.data_ptr<float>() : nullptr;
    auto out = keys_.defined() ? nullptr : scores.data_ptr<float>();
    auto keys = keys_.defined() ? keys_.data_ptr<int64_t>() + first : nullptr;
    auto run = [&](const char *name, auto function, auto *cells) {
      device()->kernels->run(name, function, fk::gridOf(count, block.lanes), stream, count, (const fk::fk_long *)offsets,
                             (const unsigned *)columns, values, cells, block.lanes, block.count, initial, biases, out,
                             (fk::fk_key *)keys, block.first);
    };
    switch (prototypes->type) {
      case at::kHalf:
        return run("fk_score_float16", fk::host::fk_score_float16, (const fk::host::fk_half *)table.data_ptr());
      case at::kBFloat16:
        return run("fk_score_bfloat16", fk::host::fk_score_bfloat16, (const fk::host::fk_bfloat *)table.data_ptr());
      default: return run("fk_score_float32", fk::host::fk_score_float32, (const float *)table.data_ptr());
    }
  }

  void take(const at::Tensor &scores, const fk::Block &block, int64_t first, int64_t count) {
    if (question == FKA_SCORES) {
      scores_.narrow(0, first, count).narrow(1, block.first, block.count).copy_(scores);
      return;
    }
    // A score that is no number never wins.
    scores.nan_to_num_(fk::kNone, std::numeric_limits<double>::infinity(), fk::kNone);
    auto [values, places] = scores.max(1);
    auto oldScores = scores_.narrow(0, first, count), oldWinners = prototypesOut_.narrow(0, first, count);
    // Of equal ones those of earlier blocks stay.
    auto isBetter = values.gt(oldScores);
    oldWinners.copy_(at::where(isBetter, places.add(block.first).to(at::kInt), oldWinners));
    oldScores.copy_(at::where(isBetter, values, oldScores));
  }

  /// Starts the copies to the host.
  void bringBack() {
    if (device()->isHost()) return;
    for (auto *tensor : {&keys_, &scores_, &prototypesOut_}) {
      if (!tensor->defined() || tensor->device().is_cpu()) continue;
      auto host = at::empty(tensor->sizes(), tensor->options().device(at::kCPU).pinned_memory(device()->device.is_cuda()));
      host.copy_(*tensor, device()->device.is_cuda());
      *tensor = host;
    }
  }

  void decodeKeys() {
    int64_t rows = batch.rowCount;
    scores_ = at::empty({rows}, at::kFloat);
    prototypesOut_ = at::empty({rows}, at::kInt);
    const auto *keys = keys_.data_ptr<int64_t>();
    auto *scores = scores_.data_ptr<float>();
    auto *winners = prototypesOut_.data_ptr<int32_t>();
    for (int64_t row = 0; row < rows; row++) {
      auto key = static_cast<uint64_t>(keys[row]);
      auto bits = static_cast<uint32_t>(key >> 32);
      bits ^= bits >> 31 ? 0x80000000u : 0xffffffffu;
      float score;
      std::memcpy(&score, &bits, sizeof score);
      scores[row] = key ? score : fk::kNone;
      winners[row] = key ? static_cast<int32_t>(0xffffffffu - static_cast<uint32_t>(key)) : -1;
    }
    keys_ = at::Tensor();
  }
};

namespace fk {

/// How many rows a batch may have: all that are under way, with what they answer, in half of the free memory.
inline int64_t batchRows(const fka_prototypes &prototypes, int32_t question, double valuesPerRow) {
  constexpr int64_t most = 32768;
  int64_t free = 0, total = 0;
  prototypes.device->memory(free, total);
  double perRow = 64 + 12 * valuesPerRow;
  perRow += question == FKA_SCORES ? 8.0 * prototypes.count : 24.0;
  double room = 0.5 * static_cast<double>(std::max<int64_t>(0, free - 2 * kBatchesUnderWay * tileBytes()));
  double rows = room / (kBatchesUnderWay * perRow);
  // A block of all scores is handed on at once: some tens of megabytes.
  if (question == FKA_SCORES)
    rows = std::min(rows, static_cast<double>(tileBytes()) / std::max<double>(1, 4.0 * prototypes.count));
  return std::max<int64_t>(1, std::min<int64_t>(most, static_cast<int64_t>(rows)));
}

}  // namespace fk

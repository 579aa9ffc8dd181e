// Prototypes on a device: a feature-major table in blocks of prototypes, only the features that any prototype has.
#pragma once
#include <unordered_map>

#include "device.hpp"

namespace fk {

/// A number for each feature; -1 where none was set.
class FeatureMap {
 public:
  explicit FeatureMap(int64_t featureCount) {
    // A declared width far beyond the data takes no memory.
    if (featureCount <= int64_t(1) << 26) direct_.assign(static_cast<size_t>(featureCount), -1);
  }

  void set(uint32_t feature, int32_t number) {
    if (direct_.empty()) sparse_[feature] = number;
    else direct_[feature] = number;
  }

  int32_t operator[](uint32_t feature) const {
    if (!direct_.empty()) return feature < direct_.size() ? direct_[feature] : -1;
    auto found = sparse_.find(feature);
    return found == sparse_.end() ? -1 : found->second;
  }

 private:
  std::vector<int32_t> direct_;
  std::unordered_map<uint32_t, int32_t> sparse_;
};

/// A block of neighbouring prototypes.
struct Block {
  int64_t first = 0, count = 0, lanes = 0;
  at::Tensor table; // rows x lanes; undefined where it is made for each batch
  at::Tensor biases; // lanes, single precision; undefined if there are none
};

constexpr int64_t kBlockLanes = 4096;

inline int64_t tileBytes() {
  int64_t bytes = environmentBytes("FASTKMEANS_TORCH_TILE_BYTES");
  return bytes > 0 ? bytes : int64_t(64) << 20;
}

inline at::ScalarType scalarType(int32_t precision) {
  switch (precision) {
    case FKA_FLOAT16: return at::kHalf;
    case FKA_BFLOAT16: return at::kBFloat16;
    default: return at::kFloat;
  }
}

}  // namespace fk

struct fka_prototypes {
  fka_device *device;
  int64_t count = 0, featureCount = 0;
  at::ScalarType type = at::kFloat;
  bool isDense = false;
  /// Rows of the table; the feature of each.
  std::vector<uint32_t> features;
  /// From a feature to its row of the table; -1: no prototype has it.
  fk::FeatureMap map;
  /// Sparse rows are made dense, a tile at a time, and multiplied by the library: where there is no kernel for them.
  /// (Measured on an H200: the kernel answers 3.6 million documents of 90 values a second against 15,000 prototypes;
  /// with the commonest features on tensor cores and the others in the kernel, 1.4 million; all dense, 0.2 million.)
  bool densifies = false;
  std::vector<fk::Block> blocks;
  bool isStreamed = false;
  int64_t heldBytes = 0;

  /// The host's copy, kept only where blocks are made for each batch.
  std::vector<int64_t> offsets;
  std::vector<uint32_t> columns;
  std::vector<float> values;

  explicit fka_prototypes(fka_device *device, int64_t featureCount)
      : device(device), featureCount(featureCount), map(featureCount) {}

  ~fka_prototypes() { device->residentBytes -= heldBytes; }

  int64_t tableRows() const { return static_cast<int64_t>(features.size()); }
  int64_t elementBytes() const { return type == at::kFloat ? 4 : 2; }
  int64_t lanesLimit() const {
    int64_t limit = 0;
    for (const auto &block : blocks) limit = std::max(limit, block.lanes);
    return limit;
  }

  static fka_prototypes *make(fka_device *device, const fka_prototype_rows &rows) {
    auto made = std::make_unique<fka_prototypes>(device, rows.feature_count);
    made->count = rows.count;
    made->isDense = rows.offsets == nullptr;
    made->type = fk::scalarType(rows.precision);
    made->densifies = !device->kernels || fk::environmentText("FASTKMEANS_TORCH_SPARSE") == "densify";
    made->chooseFeatures(rows);
    made->cutBlocks(rows);
    made->place(rows);
    return made.release();
  }

  /// The table of one block, made now where it is not kept.
  at::Tensor table(const fk::Block &block) const {
    if (block.table.defined()) return block.table;
    fka_prototype_rows rows{};
    rows.count = count;
    rows.feature_count = featureCount;
    rows.offsets = isDense ? nullptr : offsets.data();
    rows.columns = columns.data();
    rows.values = values.data();
    return build(block, rows);
  }

 private:
  /// Features by how many prototypes have them, the most common first: their rows of the table are neighbours in caches.
  void chooseFeatures(const fka_prototype_rows &rows) {
    if (isDense) {
      features.resize(static_cast<size_t>(featureCount));
      for (int64_t i = 0; i < featureCount; i++) features[i] = static_cast<uint32_t>(i);
    } else {
      // The map counts first, from -1 on.
      for (int64_t i = 0; i < rows.offsets[count]; i++) {
        uint32_t feature = rows.columns[i];
        if (map[feature] < 0) features.push_back(feature);
        map.set(feature, map[feature] < 0 ? 1 : map[feature] + 1);
      }
      std::sort(features.begin(), features.end(), [&](uint32_t a, uint32_t b) {
        return map[a] != map[b] ? map[a] > map[b] : a < b;
      });
    }
    for (size_t row = 0; row < features.size(); row++) map.set(features[row], static_cast<int32_t>(row));
  }

  void cutBlocks(const fka_prototype_rows &rows) {
    for (int64_t first = 0; first < count; first += fk::kBlockLanes) addBlock(rows, first);
  }

  void addBlock(const fka_prototype_rows &rows, int64_t first) {
    fk::Block block;
    block.first = first;
    block.count = std::min(fk::kBlockLanes, count - first);
    block.lanes = (block.count + 7) / 8 * 8;
    if (rows.biases) {
      auto biases = at::zeros({block.lanes}, at::kFloat);
      std::copy(rows.biases + block.first, rows.biases + block.first + block.count, biases.data_ptr<float>());
      block.biases = biases.to(device->device);
    }
    blocks.push_back(std::move(block));
  }

  /// Keeps all blocks on the device, or none, or refuses: before any of them is made.
  void place(const fka_prototype_rows &rows) {
    int64_t needed = 0, largest = 0, free = 0, total = 0;
    for (const auto &block : blocks) {
      int64_t bytes = tableRows() * block.lanes * elementBytes();
      needed += bytes;
      largest = std::max(largest, bytes);
    }
    device->memory(free, total);
    // A tenth stays free, and batches need their tiles: scores, and rows made dense.
    int64_t usable = free - total / 10 - 2 * fk::kBatchesUnderWay * fk::tileBytes();
    if (needed <= usable) {
      for (auto &block : blocks) block.table = build(block, rows);
      device->finish(); // batches run on their own streams
      heldBytes = needed;
      device->residentBytes += needed;
      return;
    }
    if (fk::kBatchesUnderWay * largest > usable)
      throw fk::Failure::memory("the prototypes", needed, std::max<int64_t>(0, usable));
    isStreamed = true;
    if (!isDense) {
      offsets.assign(rows.offsets, rows.offsets + count + 1);
      columns.assign(rows.columns, rows.columns + offsets[count]);
      values.assign(rows.values, rows.values + offsets[count]);
    } else {
      values.assign(rows.values, rows.values + count * featureCount);
    }
  }

  /// Filled on the device: only what is not zero goes over.
  at::Tensor build(const fk::Block &block, const fka_prototype_rows &rows) const {
    auto table = at::zeros({tableRows(), block.lanes}, device->options(type));
    if (isDense) {
      auto from = at::from_blob(const_cast<float *>(rows.values) + block.first * featureCount,
                                {block.count, featureCount}, at::kFloat);
      table.narrow(1, 0, block.count).copy_(from.to(type).to(device->device).t());
      return table;
    }
    // Some at a time, whatever the block has.
    constexpr int64_t most = int64_t(1) << 22;
    int64_t last = block.first + block.count;
    for (int64_t first = block.first; first < last;) {
      int64_t end = first + 1;
      while (end < last && rows.offsets[end + 1] - rows.offsets[first] <= most) end++;
      scatter(block, rows, first, end, table);
      first = end;
    }
    return table;
  }

  void scatter(const fk::Block &block, const fka_prototype_rows &rows, int64_t first, int64_t end,
               const at::Tensor &table) const {
    int64_t begin = rows.offsets[first], total = rows.offsets[end] - begin;
    auto places = at::empty({total}, at::kLong);
    auto *place = places.data_ptr<int64_t>();
    device->workers.run(end - first, 64, [&](int64_t from, int64_t to) {
      for (int64_t prototype = first + from; prototype < first + to; prototype++)
        for (int64_t entry = rows.offsets[prototype]; entry < rows.offsets[prototype + 1]; entry++)
          place[entry - begin] = map[rows.columns[entry]] * block.lanes + (prototype - block.first);
    });
    auto values = at::from_blob(const_cast<float *>(rows.values) + begin, {total}, at::kFloat);
    table.view({-1}).index_copy_(0, places.to(device->device), values.to(type).to(device->device));
  }
};

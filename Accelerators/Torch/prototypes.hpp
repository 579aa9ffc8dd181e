// Prototypes on a device: a feature-major table in blocks of prototypes, only the features that any prototype has.
#pragma once
#include <unordered_map>

#include "device.hpp"

namespace fk {

/// From a feature to its row of the table; -1: no prototype has it.
class FeatureMap {
 public:
  explicit FeatureMap(int64_t featureCount) {
    // A declared width far beyond the data takes no memory.
    if (featureCount <= int64_t(1) << 26) direct_.assign(static_cast<size_t>(featureCount), -1);
  }

  void set(uint32_t feature, int32_t row) {
    if (direct_.empty()) sparse_[feature] = row;
    else direct_[feature] = row;
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

/// A block of neighbouring prototypes that holds whole classes.
struct Block {
  int64_t first = 0, count = 0, lanes = 0;
  at::Tensor table; // rows x lanes; undefined where it is made for each batch
  at::Tensor biases; // lanes, single precision; undefined if there are none
  at::Tensor classes; // count, the class of each, less the block's first class
  int64_t firstClass = 0, classCount = 0, largestClass = 0;
  at::Tensor classStarts, classEnds; // of each class, within the block
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
  int64_t count = 0, featureCount = 0, classCount = 0;
  at::ScalarType type = at::kFloat;
  bool isDense = false;
  /// Rows of the table; the feature of each.
  std::vector<uint32_t> features;
  fk::FeatureMap map;
  /// Rows of the table that common features have: these are multiplied by the library, on tensor cores.
  int64_t head = 0;
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
    made->classCount = rows.class_count;
    made->isDense = rows.offsets == nullptr;
    made->type = fk::scalarType(rows.precision);
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
  /// Features by how many prototypes have them, the most common first: a head of them can then be multiplied densely.
  void chooseFeatures(const fka_prototype_rows &rows) {
    if (isDense) {
      features.resize(static_cast<size_t>(featureCount));
      for (int64_t i = 0; i < featureCount; i++) features[i] = static_cast<uint32_t>(i);
    } else {
      std::unordered_map<uint32_t, int64_t> counts;
      for (int64_t i = 0; i < rows.offsets[count]; i++) counts[rows.columns[i]]++;
      for (const auto &entry : counts) features.push_back(entry.first);
      std::sort(features.begin(), features.end(), [&](uint32_t a, uint32_t b) {
        return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
      });
      chooseHead(counts);
    }
    for (size_t row = 0; row < features.size(); row++) map.set(features[row], static_cast<int32_t>(row));
  }

  /// How sparse rows are multiplied: the first `head` rows of the table by the library on densified rows, the others
  /// by the kernel. 0 keeps the processor's bits; it is the rule for single precision, where tensor cores have no part.
  /// Half precision: a feature is worth 2 flops a prototype on tensor cores once its column is read in more than
  /// about 1 of 130 documents (800 Tflop/s against 6 TB/s of second-level cache); a prototype is the mean of some
  /// dozens of documents, so a fifth of the prototypes has such a feature.
  void chooseHead(std::unordered_map<uint32_t, int64_t> &counts) {
    std::string path = fk::environmentText("FASTKMEANS_TORCH_SPARSE");
    bool hasKernel = device->kernels.has_value();
    if (!hasKernel || path == "densify") {
      head = tableRows();
    } else if (path != "kernel" && (path == "head" || (type != at::kFloat && !device->isHost()))) {
      while (head < std::min<int64_t>(tableRows(), 4096) && counts[features[head]] * 5 >= count) head++;
    }
  }

  void cutBlocks(const fka_prototype_rows &rows) {
    std::vector<int64_t> starts(static_cast<size_t>(classCount) + 1, 0);
    for (int64_t i = 0; i < count; i++) starts[rows.class_indices[i] + 1]++;
    for (int64_t c = 0; c < classCount; c++) starts[c + 1] += starts[c];
    int64_t limit = fk::kBlockLanes;
    for (int64_t c = 0; c < classCount;) {
      int64_t end = c + 1;
      while (end < classCount && starts[end + 1] - starts[c] <= limit) end++;
      if (starts[end] > starts[c]) addBlock(rows, starts, c, end);
      c = end;
    }
  }

  void addBlock(const fka_prototype_rows &rows, const std::vector<int64_t> &starts, int64_t firstClass, int64_t endClass) {
    fk::Block block;
    block.first = starts[firstClass];
    block.count = starts[endClass] - block.first;
    block.lanes = (block.count + 7) / 8 * 8;
    block.firstClass = firstClass;
    block.classCount = endClass - firstClass;
    auto classes = at::empty({block.count}, at::kLong), begins = at::empty({block.classCount}, at::kLong);
    auto ends = at::empty({block.classCount}, at::kLong);
    for (int64_t i = 0; i < block.count; i++)
      classes.data_ptr<int64_t>()[i] = rows.class_indices[block.first + i] - firstClass;
    for (int64_t c = 0; c < block.classCount; c++) {
      begins.data_ptr<int64_t>()[c] = starts[firstClass + c] - block.first;
      ends.data_ptr<int64_t>()[c] = starts[firstClass + c + 1] - block.first;
      block.largestClass = std::max(block.largestClass, starts[firstClass + c + 1] - starts[firstClass + c]);
    }
    block.classes = classes.to(device->device);
    block.classStarts = begins.to(device->device);
    block.classEnds = ends.to(device->device);
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
    // A tenth stays free, and two batches need their tiles.
    int64_t usable = free - total / 10 - 4 * fk::tileBytes();
    if (needed <= usable) {
      for (auto &block : blocks) block.table = build(block, rows);
      heldBytes = needed;
      device->residentBytes += needed;
      return;
    }
    if (2 * largest > usable)
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

  at::Tensor build(const fk::Block &block, const fka_prototype_rows &rows) const {
    switch (type) {
      case at::kHalf: return filled<at::Half>(block, rows);
      case at::kBFloat16: return filled<at::BFloat16>(block, rows);
      default: return filled<float>(block, rows);
    }
  }

  template <class Value> at::Tensor filled(const fk::Block &block, const fka_prototype_rows &rows) const {
    auto host = at::zeros({tableRows(), block.lanes}, at::TensorOptions().dtype(type));
    auto *cells = host.data_ptr<Value>();
    for (int64_t lane = 0; lane < block.count; lane++) {
      int64_t prototype = block.first + lane;
      if (isDense) {
        const float *row = rows.values + prototype * featureCount;
        for (int64_t column = 0; column < featureCount; column++)
          cells[column * block.lanes + lane] = static_cast<Value>(row[column]);
        continue;
      }
      for (int64_t entry = rows.offsets[prototype]; entry < rows.offsets[prototype + 1]; entry++)
        cells[int64_t(map[rows.columns[entry]]) * block.lanes + lane] = static_cast<Value>(rows.values[entry]);
    }
    return device->isHost() ? host : host.to(device->device);
  }
};

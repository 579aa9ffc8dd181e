// Launches the kernel for dense rows: which shape of it fits, compiled when it is first needed.
#pragma once
#include <c10/core/ScalarType.h>
#include <c10/core/Stream.h>

#include <map>
#include <memory>

#include "cuda.hpp"
#include "host_kernels.hpp"

namespace fk {

using host::fk_dense_request;

/// How the kernel cuts its work: warp groups a block, features a slice, slices under way.
struct DenseShape {
  int groups, depth, stages;

  int64_t rows() const { return int64_t(groups) * FK_GROUP_ROWS; }
  unsigned threads() const { return static_cast<unsigned>(groups * FK_GROUP_THREADS + FK_WARP); }

  unsigned sharedBytes(int64_t width) const {
    int64_t padded = (width + FK_LINE_VALUES - 1) / FK_LINE_VALUES * FK_LINE_VALUES;
    return static_cast<unsigned>(rows() * padded * 2 + int64_t(stages) * depth * FK_TILE_LANES * 2 + stages * 16 + 8);
  }

  std::string name() const {
    return "fk_dense_" + std::to_string(groups) + "_" + std::to_string(depth) + "_" + std::to_string(stages);
  }
};

/// By speed, measured on an H200: the first that has room for a block's rows is the fastest. Those of 384, 640, 768 and
/// 1,280 features are the last that have.
constexpr DenseShape kDenseShapes[] = {{2, 64, 8}, {2, 64, 4}, {2, 32, 4}, {1, 64, 4}};

/// What a block may have on compute capability 9.0 (CUDA C++ programming guide, "Compute Capabilities").
constexpr unsigned kHopperSharedBytes = 227 * 1024;

/// A row-major matrix of 16-bit values on the device; `columns` is a multiple of 8.
struct HalfMatrix {
  const void *values;
  int64_t columns, rows;
};

/// The kernel in one shape.
class DenseKernel {
 public:
  DenseKernel(std::shared_ptr<Driver> driver, void *function, DenseShape shape)
      : driver_(std::move(driver)), function_(function), shape_(shape) {}

  void run(const fk_dense_request &request, const HalfMatrix &rows, const HalfMatrix &table, const c10::Stream *stream) {
    if (request.row_count == 0 || request.count == 0) return;
    host::fk_matrix_map rowsMap, tableMap;
    driver_->describe(rows.values, rows.columns, rows.rows, FK_GROUP_ROWS, &rowsMap);
    driver_->describe(table.values, table.columns, table.rows, static_cast<unsigned>(shape_.depth), &tableMap);
    auto copy = request;
    void *pointers[] = {&copy, &rowsMap, &tableMap};
    driver_->launch(function_, static_cast<unsigned>((request.row_count + shape_.rows() - 1) / shape_.rows()), 1,
                    shape_.threads(), stream ? stream->native_handle() : nullptr, pointers,
                    shape_.sharedBytes(request.width));
  }

 private:
  std::shared_ptr<Driver> driver_;
  void *function_;
  DenseShape shape_;
};

class DenseKernels {
 public:
  DenseKernels(std::shared_ptr<Driver> driver, std::shared_ptr<Compiler> compiler)
      : driver_(std::move(driver)), compiler_(std::move(compiler)) {}

  /// Products of warp groups and the copy engine: Hopper, and a driver that knows it.
  static bool canRun(const Driver &driver) { return driver.describesMatrices() && driver.architecture() == "sm_90"; }

  /// The fastest that has room for rows of `width` features; null: none has, or it does not compile.
  DenseKernel *find(at::ScalarType type, int64_t width) {
    if (type != at::kHalf && type != at::kBFloat16) return nullptr;
    for (const auto &shape : kDenseShapes)
      if (shape.sharedBytes(width) <= kHopperSharedBytes) return get(type, shape);
    return nullptr;
  }

  /// Machine code for one shape; needs no GPU.
  static std::vector<char> compile(const Compiler &compiler, at::ScalarType type, const DenseShape &shape) {
    std::string half = type == at::kHalf ? "fk_half" : "fk_bfloat";
    std::string line = "FK_DENSE_KERNEL(" + shape.name() + ", " + half + ", " + std::to_string(shape.groups) + ", " +
                       std::to_string(shape.depth) + ", " + std::to_string(shape.stages) + ")\n";
    // The letter asks for what only this one architecture has.
    return compiler.compile("sm_90a", kDenseSource + line);
  }

 private:
  std::shared_ptr<Driver> driver_;
  std::shared_ptr<Compiler> compiler_;
  std::map<std::string, std::unique_ptr<DenseKernel>> kernels_;

  DenseKernel *get(at::ScalarType type, const DenseShape &shape) {
    auto [found, isNew] = kernels_.try_emplace(shape.name() + (type == at::kHalf ? "h" : "b"));
    if (!isNew) return found->second.get();
    try {
      void *module = driver_->load(compile(*compiler_, type, shape));
      void *function = driver_->function(module, shape.name().c_str());
      driver_->allowShared(function, kHopperSharedBytes);
      found->second = std::make_unique<DenseKernel>(driver_, function, shape);
    } catch (const Failure &) {
      // An older compiler; the library multiplies then, slower.
    }
    return found->second.get();
  }
};

}  // namespace fk

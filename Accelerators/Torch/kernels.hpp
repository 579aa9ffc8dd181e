// Launches the kernels: on a CUDA stream, or as loops on the processor.
#pragma once
#include <c10/core/Stream.h>

#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "dense.hpp"

namespace fk {

using host::fk_key;
using host::fk_long;

struct Grid {
  int64_t x = 1, y = 1;
  bool isEmpty() const { return x <= 0 || y <= 0; }
};

/// Rows in groups of a block's warps, prototypes in panels.
inline Grid gridOf(int64_t rows, int64_t lanes) {
  return {(rows + FK_ROWS_A_BLOCK - 1) / FK_ROWS_A_BLOCK, (lanes + FK_PANEL - 1) / FK_PANEL};
}

constexpr unsigned kThreads = FK_WARP * FK_ROWS_A_BLOCK;

class Kernels {
 public:
  /// The processor's loops.
  Kernels() = default;

  /// Compiles for the current device.
  Kernels(std::shared_ptr<Driver> driver, const std::string &torchFolder) : driver_(std::move(driver)) {
    auto compiler = std::make_shared<Compiler>(torchFolder);
    module_ = driver_->load(compiler->compile(driver_->architecture()));
    if (DenseKernels::canRun(*driver_)) dense_.emplace(driver_, compiler);
  }

  /// Runs the kernel `name`, which is `function` on the processor.
  template <class... Parameters, class... Arguments>
  void run(const char *name, void (*function)(Parameters...), Grid grid, const c10::Stream *stream,
           Arguments... arguments) {
    if (grid.isEmpty()) return;
    std::tuple<Parameters...> values(static_cast<Parameters>(arguments)...);
    if (driver_) {
      std::apply([&](auto &...value) {
        void *pointers[] = {const_cast<void *>(static_cast<const void *>(&value))...};
        driver_->launch(find(name), static_cast<unsigned>(grid.x), static_cast<unsigned>(grid.y), kThreads,
                        stream ? stream->native_handle() : nullptr, pointers);
      }, values);
      return;
    }
    for (int64_t y = 0; y < grid.y; y++)
      for (int64_t x = 0; x < grid.x; x++)
        for (unsigned thread = 0; thread < kThreads; thread++) {
          fk_place = {static_cast<unsigned>(x), static_cast<unsigned>(y), thread};
          std::apply(function, values);
        }
  }

  /// The kernel for dense rows in 16 bits, of the shape that fits; null: there is none here, and the library multiplies.
  DenseKernel *dense(at::ScalarType type, int64_t width) { return dense_ ? dense_->find(type, width) : nullptr; }

 private:
  void *find(const char *name) {
    auto &function = functions_[name];
    if (!function) function = driver_->function(module_, name);
    return function;
  }

  std::shared_ptr<Driver> driver_;
  void *module_ = nullptr;
  std::map<std::string, void *> functions_;
  std::optional<DenseKernels> dense_;
};

}  // namespace fk

// Launches the kernels: on a CUDA stream, or as loops on the processor.
#pragma once
#include <ATen/Parallel.h>
#include <c10/core/Stream.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "cuda.hpp"

namespace fk {

struct Place {
  unsigned block_x = 0, block_y = 0, thread = 0;
};
inline thread_local Place fk_place;
inline float fk_host_half(unsigned short bits) { return c10::detail::fp16_ieee_to_fp32_value(bits); }

namespace host {
using fk::fk_host_half;
using fk::fk_place;
#define FK_HOST 1
#include "kernels.cu"
#undef FK_HOST
}  // namespace host
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
    module_ = driver_->load(Compiler(torchFolder).compile(driver_->architecture()));
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
    at::parallel_for(0, grid.x, 8, [&](int64_t begin, int64_t end) {
      for (int64_t y = 0; y < grid.y; y++)
        for (int64_t x = begin; x < end; x++)
          for (unsigned thread = 0; thread < kThreads; thread++) {
            fk_place = {static_cast<unsigned>(x), static_cast<unsigned>(y), thread};
            std::apply(function, values);
          }
    });
  }

 private:
  void *find(const char *name) {
    auto &function = functions_[name];
    if (!function) function = driver_->function(module_, name);
    return function;
  }

  std::shared_ptr<Driver> driver_;
  void *module_ = nullptr;
  std::map<std::string, void *> functions_;
};

}  // namespace fk

// A device of LibTorch: what it is called, how much memory it has, its streams.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/Event.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <fstream>
#include <optional>

#include "kernels.hpp"
#include "workers.hpp"

namespace fk {

/// One that the host prepares, one that is copied, one that is computed. The core submits this many before it waits.
constexpr int64_t kBatchesUnderWay = 3;

/// The folder that LibTorch was loaded from.
inline std::string torchFolder() {
  Dl_info found;
  if (!dladdr(reinterpret_cast<const void *>(&at::globalContext), &found) || !found.dli_fname) return ".";
  std::string path = found.dli_fname;
  auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

/// Refuses a LibTorch other than the one that this file was compiled against: C++ has no stable binary interface.
inline void checkVersion(const std::string &folder) {
  std::ifstream file(folder + "/../version.py");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("__version__", 0) != 0) continue;
    auto first = line.find_first_of("'\""), last = line.find_last_of("'\"");
    if (first == std::string::npos || first == last) continue;
    std::string found = line.substr(first + 1, last - first - 1);
    if (found != FK_TORCH_BUILD)
      throw Failure(FKA_STALE, "it was built for PyTorch " FK_TORCH_BUILD ", here is " + found);
  }
}

inline int64_t environmentBytes(const char *name) {
  const char *text = std::getenv(name);
  return text ? std::strtoll(text, nullptr, 10) : 0;
}

inline std::string environmentText(const char *name) {
  const char *text = std::getenv(name);
  return text ? text : "";
}

/// Memory that the host can still give, by the kernel's own estimate.
inline int64_t hostFreeBytes() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  for (int64_t kilobytes = 0; file >> word;)
    if (word == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
  return int64_t(4) << 30;
}

}  // namespace fk

struct fka_device {
  at::Device device;
  std::shared_ptr<fk::Driver> driver;
  std::optional<fk::Kernels> kernels;
  std::string kernelNote;
  fk::Workers workers;
  /// One for each batch under way, so that one is copied while another is computed; empty where the device has none.
  std::vector<c10::Stream> streams;
  size_t nextStream = 0;
  /// Bytes taken by what stays: used where memory is limited by `FASTKMEANS_TORCH_MEMORY`.
  int64_t residentBytes = 0;

  explicit fka_device(const std::string &name) : device(parsed(name)) {
    std::string folder = fk::torchFolder();
    fk::checkVersion(folder);
    if (device.is_cuda()) openCUDA(folder);
    else if (device.is_mps()) openMPS();
    else openHost();
  }

  bool isHost() const { return device.is_cpu(); }
  at::TensorOptions options(at::ScalarType type) const { return at::TensorOptions().device(device).dtype(type); }

  /// Waits for all that the current stream was given.
  void finish() const {
    if (device.is_cuda()) c10::impl::VirtualGuardImpl(device.type()).getStream(device).synchronize();
  }

  const c10::Stream *turn() {
    if (streams.empty()) return nullptr;
    nextStream = (nextStream + 1) % streams.size();
    return &streams[nextStream];
  }

  void memory(int64_t &free, int64_t &total) const {
    if (driver) driver->memory(free, total);
    else free = total = fk::hostFreeBytes();
    if (int64_t limit = fk::environmentBytes("FASTKMEANS_TORCH_MEMORY")) {
      total = std::min(total, limit);
      free = std::max<int64_t>(0, std::min(free, limit - residentBytes));
    }
  }

 private:
  static at::Device parsed(const std::string &name) {
    try {
      return at::Device(name);
    } catch (const c10::Error &) {
      throw fk::Failure(FKA_NO_DEVICE, "PyTorch knows no device '" + name + "'");
    }
  }

  void openHost() {
    kernels.emplace();
    kernelNote = "kernel, as loops on the processor";
  }

  void openCUDA(const std::string &folder) {
    // Backends register themselves when their library is loaded; nothing here links to it.
    std::string path = folder + "/libtorch_cuda.so";
    if (!dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
      std::ifstream file(path);
      const char *reason = dlerror();
      throw fk::Failure(FKA_NO_DEVICE, file ? std::string("libtorch_cuda.so cannot be loaded: ") + (reason ? reason : "")
                                            : "the installed PyTorch " TORCH_VERSION " was built without CUDA");
    }
    driver = std::make_shared<fk::Driver>();
    c10::impl::VirtualGuardImpl guard(device.type());
    int64_t count = at::globalContext().hasCUDA() ? guard.deviceCount() : 0;
    if (count == 0) throw fk::Failure(FKA_NO_DEVICE, "PyTorch finds no CUDA device");
    if (!device.has_index()) device = at::Device(device.type(), 0);
    if (device.index() >= count)
      throw fk::Failure(FKA_BAD_INDEX, "there are " + std::to_string(count) + " CUDA devices, numbered from 0");
    guard.setDevice(device);
    at::zeros({1}, options(at::kFloat)); // makes the context
    driver->adoptContext();
    for (int64_t batch = 0; batch < fk::kBatchesUnderWay; batch++)
      streams.push_back(guard.getStreamFromGlobalPool(device));
    try {
      kernels.emplace(driver, folder);
      kernelNote = "kernel, compiled by NVRTC for " + driver->architecture();
    } catch (const fk::Failure &failure) {
      kernelNote = std::string("densified: ") + failure.what();
    }
  }

  void openMPS() {
    if (!at::globalContext().hasMPS()) throw fk::Failure(FKA_NO_DEVICE, "the installed PyTorch has no MPS device here");
    at::zeros({1}, options(at::kFloat));
    kernelNote = "densified: the kernels are for CUDA";
  }
};

namespace fk {

/// Makes a device and a stream current, and forbids the library to round sums to 16 bits or inputs to TF32, for as
/// long as it lives: a Python program in the same process keeps its own settings.
class Scope {
 public:
  Scope(fka_device *device, const c10::Stream *stream) {
    if (device->isHost()) return;
    guard_.emplace(device->device);
    if (stream) stream_.emplace(*stream);
    if (!device->device.is_cuda()) return;
    device->driver->makeCurrent();
    auto &context = at::globalContext();
    half_ = context.allowFP16ReductionCuBLAS();
    bfloat_ = context.allowBF16ReductionCuBLAS();
    restores_ = true;
    context.setAllowFP16ReductionCuBLAS(false);
    context.setAllowBF16ReductionCuBLAS(false);
  }

  ~Scope() {
    if (!restores_) return;
    auto allows = [](auto option) { return option == at::CuBLASReductionOption::AllowReducedPrecisionWithSplitK; };
    auto splits = [](auto option) { return option != at::CuBLASReductionOption::DisallowReducedPrecisionDisallowSplitK; };
    auto &context = at::globalContext();
    context.setAllowFP16ReductionCuBLAS(allows(half_), splits(half_));
    context.setAllowBF16ReductionCuBLAS(allows(bfloat_), splits(bfloat_));
  }

 private:
  c10::InferenceMode inference_;
  at::NoTF32Guard exact_;
  std::optional<c10::DeviceGuard> guard_;
  std::optional<c10::StreamGuard> stream_;
  at::CuBLASReductionOption half_{}, bfloat_{};
  bool restores_ = false;
};

}  // namespace fk

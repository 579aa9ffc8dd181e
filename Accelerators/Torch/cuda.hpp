// The CUDA driver and the run-time compiler, loaded when a CUDA device is opened: no CUDA headers, no link to either.
#pragma once
#include <dirent.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "failure.hpp"
#include "kernels_source.hpp"

namespace fk {

/// A shared library's functions by name.
class Library {
 public:
  explicit Library(const std::vector<std::string> &candidates) {
    for (const auto &path : candidates) {
      handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
      if (handle_) return;
      const char *reason = dlerror();
      if (reasons_.size() < 160) reasons_ += (reasons_.empty() ? "" : "; ") + std::string(reason ? reason : path);
    }
  }

  bool isLoaded() const { return handle_ != nullptr; }
  const std::string &reasons() const { return reasons_; }

  template <class Function> void find(const char *name, Function &function) const {
    void *found = handle_ ? dlsym(handle_, name) : nullptr;
    if (!found) throw Failure(FKA_FAILED, std::string("no function ") + name + " in the CUDA library");
    std::memcpy(&function, &found, sizeof function);
  }

  /// Leaves `function` as it is where an older library lacks it.
  template <class Function> void findIfThere(const char *name, Function &function) const {
    if (void *found = handle_ ? dlsym(handle_, name) : nullptr) std::memcpy(&function, &found, sizeof function);
  }

 private:
  void *handle_ = nullptr;
  std::string reasons_;
};

/// NVRTC: source to machine code for one architecture. Works without a GPU.
class Compiler {
 public:
  explicit Compiler(const std::string &torchFolder) : library_(candidates(torchFolder)) {
    if (!library_.isLoaded()) throw Failure(FKA_UNSUPPORTED, "no libnvrtc: " + library_.reasons());
    library_.find("nvrtcCreateProgram", create_);
    library_.find("nvrtcCompileProgram", compile_);
    library_.find("nvrtcGetCUBINSize", size_);
    library_.find("nvrtcGetCUBIN", get_);
    library_.find("nvrtcGetProgramLogSize", logSize_);
    library_.find("nvrtcGetProgramLog", log_);
    library_.find("nvrtcDestroyProgram", destroy_);
  }

  /// - `architecture`: such as "sm_90".
  /// - `more`: text behind that of `kernels.cu`.
  std::vector<char> compile(const std::string &architecture, const std::string &more = "") const {
    void *program = nullptr;
    if (create_(&program, (kKernelSource + more).c_str(), "kernels.cu", 0, nullptr, nullptr) != 0)
      throw Failure(FKA_FAILED, "NVRTC took no program");
    std::string target = "--gpu-architecture=" + architecture;
    const char *options[] = {target.c_str(), "--std=c++17", "--fmad=false"};
    int status = compile_(program, 3, options);
    std::vector<char> code;
    std::string log;
    if (status == 0) {
      size_t size = 0;
      size_(program, &size);
      code.resize(size);
      get_(program, code.data());
    } else {
      size_t size = 0;
      logSize_(program, &size);
      log.resize(size);
      log_(program, log.data());
    }
    destroy_(&program);
    if (status != 0) throw Failure(FKA_FAILED, "NVRTC for " + architecture + ": " + log);
    return code;
  }

 private:
  /// Where PyTorch's wheels put it, after the place that the user names and before the system's.
  static std::vector<std::string> candidates(const std::string &torchFolder) {
    std::vector<std::string> found;
    if (const char *path = std::getenv("FASTKMEANS_NVRTC")) found.push_back(path);
    for (const char *folder : {"/../../nvidia/cu13/lib", "/../../nvidia/cuda_nvrtc/lib", ""})
      addFrom(torchFolder + folder, found);
    for (const char *name : {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"}) found.push_back(name);
    // The built-in functions lie beside it and are looked for by their bare name.
    for (const auto &path : found) loadBuiltins(path);
    return found;
  }

  static std::vector<std::string> names(const std::string &folder, const std::string &prefix) {
    std::vector<std::string> names;
    DIR *directory = opendir(folder.c_str());
    while (dirent *entry = directory ? readdir(directory) : nullptr) {
      std::string name = entry->d_name;
      if (name.rfind(prefix, 0) == 0) names.push_back(folder + "/" + name);
    }
    if (directory) closedir(directory);
    std::sort(names.rbegin(), names.rend());
    return names;
  }

  static void addFrom(const std::string &folder, std::vector<std::string> &found) {
    for (const auto &name : names(folder, "libnvrtc.so")) found.push_back(name);
  }

  static void loadBuiltins(const std::string &path) {
    auto slash = path.rfind('/');
    if (slash == std::string::npos) return;
    for (const auto &name : names(path.substr(0, slash), "libnvrtc-builtins.so"))
      if (dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL)) return;
  }

  Library library_;
  int (*create_)(void **, const char *, const char *, int, const char *const *, const char *const *) = nullptr;
  int (*compile_)(void *, int, const char *const *) = nullptr;
  int (*size_)(void *, size_t *) = nullptr;
  int (*get_)(void *, char *) = nullptr;
  int (*logSize_)(void *, size_t *) = nullptr;
  int (*log_)(void *, char *) = nullptr;
  int (*destroy_)(void **) = nullptr;
};

/// The few driver calls that PyTorch has no neutral name for, in the context that PyTorch made.
class Driver {
 public:
  Driver() : library_({"libcuda.so.1", "libcuda.so"}) {
    if (!library_.isLoaded())
      throw Failure(FKA_NO_DEVICE, "no NVIDIA driver on this machine (libcuda.so.1 cannot be loaded)");
    library_.find("cuMemGetInfo_v2", memory_);
    library_.find("cuModuleLoadData", load_);
    library_.find("cuModuleGetFunction", function_);
    library_.find("cuLaunchKernel", launch_);
    library_.find("cuGetErrorString", describe_);
    library_.find("cuDeviceGetAttribute", attribute_);
    library_.find("cuCtxGetDevice", current_);
    library_.find("cuCtxGetCurrent", getContext_);
    library_.find("cuCtxSetCurrent", setContext_);
    library_.find("cuFuncSetAttribute", setFunctionAttribute_);
    library_.findIfThere("cuTensorMapEncodeTiled", encodeMap_);
  }

  /// Remembers the context that PyTorch has made current.
  void adoptContext() { check(getContext_(&context_), "cuCtxGetCurrent"); }

  /// A context is current on the thread that made it; calls come from others too.
  void makeCurrent() const { check(setContext_(context_), "cuCtxSetCurrent"); }

  void memory(int64_t &free, int64_t &total) const {
    size_t freeBytes = 0, totalBytes = 0;
    check(memory_(&freeBytes, &totalBytes), "cuMemGetInfo");
    free = static_cast<int64_t>(freeBytes);
    total = static_cast<int64_t>(totalBytes);
  }

  /// The current device's compute capability, such as "sm_90".
  std::string architecture() const {
    int device = 0, major = 0, minor = 0;
    check(current_(&device), "cuCtxGetDevice");
    check(attribute_(&major, 75, device), "cuDeviceGetAttribute");
    check(attribute_(&minor, 76, device), "cuDeviceGetAttribute");
    return "sm_" + std::to_string(major) + std::to_string(minor);
  }

  void *load(const std::vector<char> &code) const {
    void *module = nullptr;
    check(load_(&module, code.data()), "cuModuleLoadData");
    return module;
  }

  void *function(void *module, const char *name) const {
    void *function = nullptr;
    check(function_(&function, module, name), name);
    return function;
  }

  void launch(void *function, unsigned x, unsigned y, unsigned threads, void *stream, void **arguments,
              unsigned sharedBytes = 0) const {
    check(launch_(function, x, y, 1, threads, 1, 1, sharedBytes, stream, arguments, nullptr), "cuLaunchKernel");
  }

  /// Beyond 48 KB a kernel must be allowed its shared memory.
  void allowShared(void *function, int bytes) const {
    check(setFunctionAttribute_(function, /*MAX_DYNAMIC_SHARED_SIZE_BYTES*/ 8, bytes), "cuFuncSetAttribute");
  }

  /// Whether the copy engine takes descriptions of matrices: drivers from CUDA 12 on.
  bool describesMatrices() const { return encodeMap_ != nullptr; }

  /// Describes a row-major matrix of 16-bit values for the copy engine, in boxes of 64 columns that it writes with the
  /// chunks of 16 bytes exchanged.
  /// - `columns`: a multiple of 8.
  void describe(const void *matrix, int64_t columns, int64_t rows, unsigned boxRows, void *map) const {
    constexpr int uint16 = 1, notInterleaved = 0, swizzle128 = 3, promote128 = 2, zerosOutside = 0;
    uint64_t sizes[] = {static_cast<uint64_t>(columns), static_cast<uint64_t>(rows)};
    uint64_t pitch[] = {static_cast<uint64_t>(columns) * 2};
    unsigned box[] = {64, boxRows}, steps[] = {1, 1};
    check(encodeMap_(map, uint16, 2, const_cast<void *>(matrix), sizes, pitch, box, steps, notInterleaved, swizzle128,
                     promote128, zerosOutside),
          "cuTensorMapEncodeTiled");
  }

 private:
  void check(int status, const char *what) const {
    if (status == 0) return;
    const char *text = nullptr;
    describe_(status, &text);
    throw Failure(status == 2 ? FKA_OUT_OF_MEMORY : FKA_FAILED, std::string(what) + ": " + (text ? text : "unknown"));
  }

  Library library_;
  int (*memory_)(size_t *, size_t *) = nullptr;
  int (*load_)(void **, const void *) = nullptr;
  int (*function_)(void **, void *, const char *) = nullptr;
  int (*launch_)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **,
                 void **) = nullptr;
  int (*describe_)(int, const char **) = nullptr;
  int (*attribute_)(int *, int, int) = nullptr;
  int (*current_)(int *) = nullptr;
  int (*getContext_)(void **) = nullptr;
  int (*setContext_)(void *) = nullptr;
  int (*setFunctionAttribute_)(void *, int, int) = nullptr;
  int (*encodeMap_)(void *, int, unsigned, void *, const uint64_t *, const uint64_t *, const unsigned *, const unsigned *,
                    int, int, int, int) = nullptr;
  void *context_ = nullptr;
};

}  // namespace fk

// Threads of the host that prepare batches. PyTorch's own pool is OpenMP's, of which a wheel brings its own copy: a
// plug-in that used it would need that copy at build time.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace fk {

/// As many threads as there are processors, the caller's among them; started when first needed.
class Workers {
 public:
  Workers() = default;
  Workers(const Workers &) = delete;
  Workers &operator=(const Workers &) = delete;

  ~Workers() {
    {
      std::lock_guard lock(mutex_);
      ends_ = true;
    }
    wake_.notify_all();
    for (auto &thread : threads_) thread.join();
  }

  /// Calls `body(begin, end)` for pieces of `0 ..< count` of `grain` each, in any order, and returns when all are done.
  /// Of several exceptions that of the first piece is thrown. One caller at a time.
  void run(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)> &body) {
    if (count <= grain) {
      if (count > 0) body(0, count);
      return;
    }
    start();
    {
      std::lock_guard lock(mutex_);
      body_ = &body;
      count_ = count;
      grain_ = grain;
      next_ = 0;
      failure_ = nullptr;
    }
    wake_.notify_all();
    std::unique_lock lock(mutex_);
    work(lock);
    idle_.wait(lock, [&] { return busy_ == 0; });
    body_ = nullptr;
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::vector<std::thread> threads_;
  const std::function<void(int64_t, int64_t)> *body_ = nullptr;
  int64_t count_ = 0, grain_ = 0, next_ = 0, failedAt_ = 0;
  int busy_ = 0;
  bool ends_ = false;
  std::exception_ptr failure_;

  void start() {
    if (!threads_.empty()) return;
    int others = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 64u)) - 1;
    try {
      for (int i = 0; i < others; i++) threads_.emplace_back([this] { serve(); });
    } catch (const std::system_error &) {
      // The system gives no more: the caller works with those that are there.
    }
  }

  bool hasWork() const { return body_ && next_ < count_; }

  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return ends_ || hasWork(); });
      if (ends_) return;
      work(lock);
    }
  }

  /// Takes pieces until none is left. The lock is held but while a piece is worked on.
  void work(std::unique_lock<std::mutex> &lock) {
    busy_++;
    while (hasWork()) {
      int64_t begin = next_, end = std::min(count_, begin + grain_);
      next_ = end;
      const auto &body = *body_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        body(begin, end);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure && (!failure_ || begin < failedAt_)) {
        failure_ = failure;
        failedAt_ = begin;
      }
    }
    if (--busy_ == 0) idle_.notify_all();
  }
};

}  // namespace fk

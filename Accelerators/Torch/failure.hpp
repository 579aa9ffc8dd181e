// Errors inside the plug-in are exceptions; `guarded` turns each into a status at the C border.
#pragma once
#include <c10/util/Exception.h>

#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include "fka_plugin.h"

namespace fk {

struct Failure : std::runtime_error {
  fka_status status;
  int64_t row = -1, needed = 0, available = 0;

  Failure(fka_status status, const std::string &message) : std::runtime_error(message), status(status) {}

  static Failure memory(const std::string &what, int64_t needed, int64_t available) {
    Failure failure(FKA_OUT_OF_MEMORY, what);
    failure.needed = needed;
    failure.available = available;
    return failure;
  }

  static Failure overflow(int64_t row, const std::string &what) {
    Failure failure(FKA_OVERFLOW, what);
    failure.row = row;
    return failure;
  }
};

inline fka_status report(fka_error *error, fka_status status, const char *message) {
  if (error) {
    *error = fka_error{};
    error->status = status;
    error->row = -1;
    std::snprintf(error->message, sizeof error->message, "%s", message);
    error->message[std::strcspn(error->message, "\r\n")] = 0;
  }
  return status;
}

/// Runs `body`; no exception leaves.
template <class Body> fka_status guarded(fka_error *error, Body body) noexcept {
  try {
    body();
    return report(error, FKA_OK, "");
  } catch (const Failure &failure) {
    report(error, failure.status, failure.what());
    if (error) {
      error->row = failure.row;
      error->needed_bytes = failure.needed;
      error->available_bytes = failure.available;
    }
    return failure.status;
  } catch (const c10::OutOfMemoryError &failure) {
    return report(error, FKA_OUT_OF_MEMORY, failure.what_without_backtrace());
  } catch (const std::bad_alloc &) {
    return report(error, FKA_OUT_OF_MEMORY, "the host is out of memory");
  } catch (const c10::Error &failure) {
    return report(error, FKA_FAILED, failure.what_without_backtrace());
  } catch (const std::exception &failure) {
    return report(error, FKA_FAILED, failure.what());
  } catch (...) {
    return report(error, FKA_FAILED, "an exception without a name");
  }
}

}  // namespace fk

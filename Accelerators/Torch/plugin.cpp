// FastKMeans on LibTorch's devices: the C table that the core loads at run time. Built by build.sh against the PyTorch
// that is installed; see docs/gpu.md.
#include "kept.hpp"

namespace {

using fk::guarded;

fka_status openDevice(const char *name, fka_device **device, fka_error *error) {
  *device = nullptr;
  return guarded(error, [&] { *device = new fka_device(name); });
}

void closeDevice(fka_device *device) { delete device; }

fka_status info(fka_device *device, fka_info *info, fka_error *error) {
  return guarded(error, [&] {
    fk::Scope scope(device, nullptr);
    *info = fka_info{};
    std::snprintf(info->name, sizeof info->name, "%s", device->device.str().c_str());
    std::snprintf(info->library, sizeof info->library, "PyTorch %s", FK_TORCH_BUILD);
    std::snprintf(info->sparse_path, sizeof info->sparse_path, "%s", device->kernelNote.c_str());
    device->memory(info->free_bytes, info->total_bytes);
    info->is_host = device->isHost();
  });
}

fka_status upload(fka_device *device, const fka_prototype_rows *rows, fka_prototypes **prototypes, fka_error *error) {
  *prototypes = nullptr;
  return guarded(error, [&] {
    fk::Scope scope(device, nullptr);
    *prototypes = fka_prototypes::make(device, *rows);
  });
}

void release(fka_prototypes *prototypes) { delete prototypes; }

int64_t batchRows(fka_prototypes *prototypes, int32_t question, double valuesPerRow) {
  int64_t rows = 1;
  guarded(nullptr, [&] {
    fk::Scope scope(prototypes->device, nullptr);
    rows = fk::batchRows(*prototypes, question, valuesPerRow);
  });
  return rows;
}

fka_status submit(fka_prototypes *prototypes, const fka_row_view *rows, int32_t question, fka_job **job,
                  fka_error *error) {
  *job = nullptr;
  return guarded(error, [&] {
    const c10::Stream *stream = prototypes->device->turn();
    fk::Scope scope(prototypes->device, stream);
    *job = new fka_job(prototypes, *rows, question, stream);
  });
}

fka_status wait(fka_job *job, fka_answer *answer, fka_error *error) {
  return guarded(error, [&] {
    fk::Scope scope(job->prototypes->device, job->stream);
    job->wait(answer);
  });
}

void drop(fka_job *job) {
  // Copies that are under way still read the job's memory.
  guarded(nullptr, [&] {
    if (job && job->stream) job->stream->synchronize();
  });
  delete job;
}

fka_status keepRows(fka_device *device, const fka_row_view *rows, fka_rows **kept, fka_error *error) {
  *kept = nullptr;
  return guarded(error, [&] {
    fk::Scope scope(device, nullptr);
    *kept = new fka_rows(device, *rows);
  });
}

void releaseRows(fka_rows *rows) { delete rows; }

fka_status assign(fka_rows *rows, const float *prototypes, const float *biases, int64_t count, int32_t *best,
                  float *scores, fka_error *error) {
  return guarded(error, [&] {
    fk::Scope scope(rows->device, nullptr);
    fk::assign(*rows, prototypes, biases, count, best, scores);
  });
}

fka_status sum(fka_rows *rows, const fka_assignment *assignment, float *sums, fka_error *error) {
  return guarded(error, [&] {
    fk::Scope scope(rows->device, nullptr);
    fk::sum(*rows, *assignment, sums);
  });
}

fka_status tableScores(fka_prototypes *table, fka_rows *rows, const int32_t *documents, int64_t count, float *scores,
                       fka_error *error) {
  return guarded(error, [&] {
    fk::Scope scope(rows->device, nullptr);
    fk::tableScores(*table, *rows, documents, count, scores);
  });
}

fka_status tableMove(fka_prototypes *table, fka_rows *rows, const int32_t *documents, int64_t, const fka_move *moves,
                     int64_t moveCount, fka_error *error) {
  return guarded(error, [&] {
    fk::Scope scope(rows->device, nullptr);
    fk::tableMove(*table, *rows, documents, moves, moveCount);
  });
}

fka_status tableUpload(fka_device *device, const float *weights, int64_t featureCount, int64_t stride,
                       fka_prototypes **table, fka_error *error) {
  *table = nullptr;
  return guarded(error, [&] {
    fk::Scope scope(device, nullptr);
    *table = fk::uploadTable(device, weights, featureCount, stride);
  });
}

fka_status tableDownload(fka_prototypes *table, float *weights, fka_error *error) {
  return guarded(error, [&] {
    fk::Scope scope(table->device, nullptr);
    fk::copyOut(table->blocks[0].table, weights);
  });
}

const fka_plugin kPlugin = {
    FKA_ABI,     sizeof(fka_plugin), "PyTorch " FK_TORCH_BUILD,
    openDevice,  closeDevice,        info,
    upload,      release,            batchRows,
    submit,      wait,               drop,
    keepRows,    releaseRows,        assign,
    sum,         tableScores,        tableMove,
    tableUpload, tableDownload,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const fka_plugin *fka_get_plugin(void) { return &kPlugin; }

/// For the tests: compiles the kernels for an architecture, which needs no GPU, and for sm_90 the one for dense rows in
/// all its shapes. Returns the machine code's size, or minus 1 with the reason in `message`.
extern "C" __attribute__((visibility("default"))) int64_t fka_compile_kernels(const char *architecture, char *message,
                                                                             size_t capacity) {
  fka_error error;
  int64_t size = -1;
  guarded(&error, [&] {
    fk::Compiler compiler(fk::torchFolder());
    size = static_cast<int64_t>(compiler.compile(architecture).size());
    if (std::string(architecture) != "sm_90") return;
    for (auto type : {at::kHalf, at::kBFloat16})
      for (const auto &shape : fk::kDenseShapes)
        size += static_cast<int64_t>(fk::DenseKernels::compile(compiler, type, shape).size());
  });
  std::snprintf(message, capacity, "%s", error.message);
  return size;
}

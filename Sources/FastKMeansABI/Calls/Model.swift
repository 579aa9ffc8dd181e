import CFastKMeans
import FastKMeansCore
import FastKMeansFormats

@_cdecl("fkm_model_clone")
package func modelClone(_ model: OpaquePointer?, _ copy: HandlePointer?, _ error: ErrorPointer?) -> Int32 {
  answer(error) { try put(ModelHandle.borrowed(model, "model"), in: copy, "copy") }
}

@_cdecl("fkm_model_free")
package func modelFree(_ model: OpaquePointer?) { Handle.release(model) }

@_cdecl("fkm_model_vectorizer")
package func modelVectorizer(_ model: OpaquePointer?, _ vectorizer: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) {
    guard let found = try ModelHandle.borrowed(model, "model").vectorizer else {
      throw ClassifierError.unsupported("the model has no vectoriser: it was trained on vectors")
    }
    try put(VectorizerHandle(found), in: vectorizer, "vectorizer")
  }
}

@_cdecl("fkm_model_with_vectorizer")
package func modelWithVectorizer(
  _ model: OpaquePointer?, _ vectorizer: OpaquePointer?, _ combined: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let vectorizer = try vectorizer.map { try VectorizerHandle.borrowed($0, "vectorizer").vectorizer }
    let columnCount = vectorizer?.columnCount ?? storage.prototypes.featureCount
    guard columnCount == storage.prototypes.featureCount else {
      throw InputError.featureCountMismatch(expected: storage.prototypes.featureCount, found: columnCount)
    }
    try put(ModelHandle(storage, vectorizer: vectorizer), in: combined, "combined")
  }
}

@_cdecl("fkm_model_get_info")
package func modelGetInfo(
  _ model: OpaquePointer?, _ info: UnsafeMutablePointer<fkm_model_info>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try ModelHandle.borrowed(model, "model")
    let info = try checkOutput(info, "info", size: \.struct_size)
    let (storage, set) = (handle.storage, handle.storage.prototypes)
    info.pointee.layout = Int32(set.isSparse ? FKM_SPARSE : FKM_DENSE)
    info.pointee.label_type = Int32(storage.classes.kind == .text ? FKM_LABEL_TEXT : FKM_LABEL_INTEGER)
    info.pointee.is_refined = storage.refined == nil ? 0 : 1
    info.pointee.is_calibrated = storage.calibration == nil ? 0 : 1
    info.pointee.has_vectorizer = handle.vectorizer == nil ? 0 : 1
    info.pointee.class_count = Int64(storage.classes.count)
    info.pointee.prototype_count = Int64(set.count)
    info.pointee.feature_count = Int64(set.featureCount)
    info.pointee.center_value_count = Int64(set.storedValueCount)
    info.pointee.refined_value_count = Int64(storage.refined?.weights.storedValueCount ?? 0)
    info.pointee.label_text_size = Int64(storage.textLabels?.reduce(0) { $0 + $1.count } ?? 0)
    info.pointee.batch_count = Int64(clamping: storage.batchCount)
  }
}

@_cdecl("fkm_model_options")
package func modelOptions(_ model: OpaquePointer?, _ json: HandlePointer?, _ error: ErrorPointer?) -> Int32 {
  answer(error) {
    let settings = try ModelHandle.borrowed(model, "model").storage.settings
    try put(BufferHandle(settings.json()), in: json, "json")
  }
}

@_cdecl("fkm_model_copy_integer_labels")
package func modelCopyIntegerLabels(
  _ model: OpaquePointer?, _ integers: UnsafeMutablePointer<Int64>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let classes = try ModelHandle.borrowed(model, "model").storage.classes
    guard classes.kind == .integer else {
      throw ClassifierError.unsupported("the model's labels are texts; use fkm_model_copy_text_labels")
    }
    let target = try Output<Int64>(integers, count: classes.count, "integers")
    for (position, label) in classes.labels.enumerated() {
      if case .integer(let value) = label { target[position] = value }
    }
  }
}

@_cdecl("fkm_model_copy_text_labels")
package func modelCopyTextLabels(
  _ model: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ textOffsets: UnsafeMutablePointer<Int64>?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    guard let labels = try ModelHandle.borrowed(model, "model").storage.textLabels else {
      throw ClassifierError.unsupported("the model's labels are integers; use fkm_model_copy_integer_labels")
    }
    let size = labels.reduce(0) { $0 + $1.count }
    let bytes = try Output<UInt8>(text, count: size, "text")
    let offsets = try Output<Int64>(textOffsets, count: labels.count + 1, "text_offsets")
    var end = 0
    offsets[0] = 0
    for (position, label) in labels.enumerated() {
      for byte in label {
        bytes[end] = byte
        end += 1
      }
      offsets[position + 1] = Int64(end)
    }
  }
}

@_cdecl("fkm_model_save")
package func modelSave(_ model: OpaquePointer?, _ path: TextPointer?, _ error: ErrorPointer?) -> Int32 {
  answer(error) {
    let contents = try ModelHandle.borrowed(model, "model").contents
    try ModelFile.write(contents, to: text(require(path, "path"), length: -1, "path"))
  }
}

@_cdecl("fkm_model_load")
package func modelLoad(
  _ path: TextPointer?, _ threads: Int32, _ model: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let path = try text(require(path, "path"), length: -1, "path")
    let threads = try threadCount(threads, canBeOwn: false) ?? -1
    try put(ModelHandle(ModelFile.read(path, threadCount: threads)), in: model, "model")
  }
}

@_cdecl("fkm_model_to_bytes")
package func modelToBytes(_ model: OpaquePointer?, _ bytes: HandlePointer?, _ error: ErrorPointer?) -> Int32 {
  answer(error) {
    let contents = try ModelHandle.borrowed(model, "model").contents
    try put(BufferHandle(ModelFile.bytes(of: contents)), in: bytes, "bytes")
  }
}

@_cdecl("fkm_model_from_bytes")
package func modelFromBytes(
  _ bytes: UnsafeRawPointer?, _ size: Int64, _ threads: Int32, _ model: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    guard (0...1 << 48).contains(size) else {
      throw CallError.size("size", size, allowed: "the number of bytes")
    }
    let content = try array(bytes, count: Int(size), of: UInt8.self, "bytes")
    let threads = try threadCount(threads, canBeOwn: false) ?? -1
    let contents = try ModelFile.read(bytes: Array(content), threadCount: threads)
    try put(ModelHandle(contents), in: model, "model")
  }
}

@_cdecl("fkm_device_check")
package func deviceCheck(_ device: TextPointer?, _ error: ErrorPointer?) -> Int32 {
  answer(error) { try Device(caller: device).check() }
}

@_cdecl("fkm_model_on_device")
package func modelOnDevice(
  _ model: OpaquePointer?, _ device: TextPointer?, _ placed: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try ModelHandle.borrowed(model, "model")
    let storage = try ClassifierModel<Label>(storage: handle.storage).on(Device(caller: device)).storage
    try put(ModelHandle(storage, vectorizer: handle.vectorizer), in: placed, "placed")
  }
}

extension Device {
  /// The device that a caller names.
  fileprivate init(caller name: TextPointer?) throws {
    guard let name else { throw CallError.null("device") }
    try self.init(name: text(name, length: -1, "device"))
  }
}

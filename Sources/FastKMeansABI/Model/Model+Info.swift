import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_get_info")
package func modelGetInfo(
  _ model: OpaquePointer?, _ info: UnsafeMutablePointer<fkm_model_info>?,
  _ error: UnsafeMutablePointer<fkm_error>?
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
package func modelOptions(
  _ model: OpaquePointer?, _ json: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let settings = try ModelHandle.borrowed(model, "model").storage.settings
    try put(BufferHandle(Array(settings.json.utf8)), in: json, "json")
  }
}

@_cdecl("fkm_model_copy_integer_labels")
package func modelCopyIntegerLabels(
  _ model: OpaquePointer?, _ integers: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let classes = try ModelHandle.borrowed(model, "model").storage.classes
    guard classes.kind == .integer else {
      throw ClassifierError.unsupported("the model's labels are texts; use fkm_model_copy_text_labels")
    }
    let target = try output(integers, count: classes.count, of: Int64.self, "integers")
    for (position, label) in classes.labels.enumerated() {
      if case .integer(let value) = label { target[position] = value }
    }
  }
}

@_cdecl("fkm_model_copy_text_labels")
package func modelCopyTextLabels(
  _ model: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ textOffsets: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    guard let labels = try ModelHandle.borrowed(model, "model").storage.textLabels else {
      throw ClassifierError.unsupported("the model's labels are integers; use fkm_model_copy_integer_labels")
    }
    let size = labels.reduce(0) { $0 + $1.count }
    let bytes = try output(text, count: size, of: UInt8.self, "text")
    let offsets = try output(textOffsets, count: labels.count + 1, of: Int64.self, "text_offsets")
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

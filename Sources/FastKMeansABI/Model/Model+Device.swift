import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_device_check")
package func deviceCheck(
  _ device: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) { try Device(caller: device).check() }
}

@_cdecl("fkm_model_on_device")
package func modelOnDevice(
  _ model: OpaquePointer?, _ device: UnsafePointer<CChar>?, _ placed: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let handle = try ModelHandle.borrowed(model, "model")
    let storage = try ClassifierModel<Label>(storage: handle.storage).on(Device(caller: device)).storage
    try put(ModelHandle(storage, vectorizer: handle.vectorizer), in: placed, "placed")
  }
}

extension Device {
  /// The device that a caller names.
  fileprivate init(caller name: UnsafePointer<CChar>?) throws {
    guard let name else { throw ArgumentError.null("device") }
    try self.init(name: text(name, length: -1, "device"))
  }
}

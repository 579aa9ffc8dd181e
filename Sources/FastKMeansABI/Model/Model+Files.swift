import CFastKMeans
import FastKMeansCore
import FastKMeansFormats

@_cdecl("fkm_model_save")
package func modelSave(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let contents = try ModelHandle.borrowed(model, "model").contents
    try ModelFile.write(contents, to: text(require(path, "path"), length: -1, "path"))
  }
}

@_cdecl("fkm_model_load")
package func modelLoad(
  _ path: UnsafePointer<CChar>?, _ threads: Int32, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let path = try text(require(path, "path"), length: -1, "path")
    let threads = try threadCount(threads, canBeOwn: false) ?? -1
    try put(ModelHandle(ModelFile.read(path, threadCount: threads)), in: model, "model")
  }
}

@_cdecl("fkm_model_to_bytes")
package func modelToBytes(
  _ model: OpaquePointer?, _ bytes: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let contents = try ModelHandle.borrowed(model, "model").contents
    try put(BufferHandle(ModelFile.bytes(of: contents)), in: bytes, "bytes")
  }
}

@_cdecl("fkm_model_from_bytes")
package func modelFromBytes(
  _ bytes: UnsafeRawPointer?, _ size: Int64, _ threads: Int32,
  _ model: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    guard (0...1 << 48).contains(size) else {
      throw ArgumentError.size("size", size, allowed: "the number of bytes")
    }
    let content = try array(bytes, count: Int(size), of: UInt8.self, "bytes")
    let threads = try threadCount(threads, canBeOwn: false) ?? -1
    let contents = try ModelFile.read(bytes: Array(content), threadCount: threads)
    try put(ModelHandle(contents), in: model, "model")
  }
}

import CFastKMeans

/// Bytes at an address that stays.
final class BufferHandle: Handle {
  let bytes: UnsafeRawBufferPointer

  /// Copies the bytes and puts a NUL behind them.
  init(_ content: some Collection<UInt8>) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count + 1, alignment: 16)
    memory.copyBytes(from: content)
    memory[content.count] = 0
    bytes = UnsafeRawBufferPointer(memory)
  }

  deinit { bytes.deallocate() }

  override class var typeName: String { "fkm_buffer" }
}

@_cdecl("fkm_buffer_data")
package func bufferData(_ buffer: OpaquePointer?) -> UnsafeRawPointer? {
  (try? BufferHandle.borrowed(buffer, "buffer"))?.bytes.baseAddress
}

@_cdecl("fkm_buffer_size")
package func bufferSize(_ buffer: OpaquePointer?) -> Int64 {
  (try? BufferHandle.borrowed(buffer, "buffer")).map { Int64($0.bytes.count - 1) } ?? 0
}

@_cdecl("fkm_buffer_free")
package func bufferFree(_ buffer: OpaquePointer?) { Handle.release(buffer) }

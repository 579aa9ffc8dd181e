import CZlib

/// zlib's decompressor, one piece at a time.
final class Inflater: Decompressor {
  enum Wrapper {
    case gzip
    /// As inside a zip archive.
    case raw
  }

  /// On the heap, because zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Throws: ``FileError`` with the path if there is no memory.
  init(_ wrapper: Wrapper, path: String) throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let windowBits: Int32 = wrapper == .gzip ? 15 + 16 : -15
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, windowBits, ZLIB_VERSION, size) == Z_OK else {
      stream.deallocate()
      throw FileError.failed(path: path, operation: .read, code: 12, reason: "no memory to decompress")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func restart() { inflateReset(stream) }

  func step(
    from input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep? {
    let input = UnsafeRawBufferPointer(rebasing: input.prefix(1 << 30))
    let output = UnsafeMutableRawBufferPointer(rebasing: output.prefix(1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = inflate(stream, Z_NO_FLUSH)
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return nil }
    return DecompressionStep(
      consumed: input.count - Int(stream.pointee.avail_in),
      produced: output.count - Int(stream.pointee.avail_out), ended: result == Z_STREAM_END)
  }
}

/// zlib's compressor, one piece at a time.
final class Deflater {
  /// On the heap, because zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>
  private var output = [UInt8](repeating: 0, count: 1 << 16)

  /// - Throws: ``FileError`` with the path if there is no memory.
  init(_ wrapper: Inflater.Wrapper, path: String, level: Int32 = 6) throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let windowBits: Int32 = wrapper == .gzip ? 15 + 16 : -15
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
      deflateInit2_(stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else {
      stream.deallocate()
      throw FileError.failed(path: path, operation: .write, code: 12, reason: "no memory to compress")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses all of `input` and hands the result on; `finish` ends the stream.
  func compress(
    _ input: UnsafeRawBufferPointer, finish: Bool, _ emit: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = input
    repeat {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
      try compressPiece(piece, finish: finish && rest.isEmpty, emit)
    } while !rest.isEmpty
  }

  private func compressPiece(
    _ piece: UnsafeRawBufferPointer, finish: Bool, _ emit: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: piece.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(piece.count)
    var isFull = true
    while isFull {
      try output.withUnsafeMutableBytes { output in
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        _ = deflate(stream, finish ? Z_FINISH : Z_NO_FLUSH)
        isFull = stream.pointee.avail_out == 0
        try emit(UnsafeRawBufferPointer(rebasing: output[..<(output.count - Int(stream.pointee.avail_out))]))
      }
    }
  }
}

/// The CRC-32 of zip and gzip, continued from `previous`.
func checksum(_ previous: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
  var value = UInt(previous)
  var rest = bytes
  while !rest.isEmpty {
    let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
    value = UInt(crc32(uLong(value), piece.bindMemory(to: UInt8.self).baseAddress, UInt32(piece.count)))
    rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
  }
  return UInt32(truncatingIfNeeded: value)
}

import CZlib

/// zlib's decompressor, one piece at a time.
final class Inflater {
  enum Wrapper {
    case gzip
    /// As inside a zip archive.
    case raw
  }

  struct Step {
    var consumed: Int
    var produced: Int
    var ended: Bool
  }

  /// On the heap, because zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Returns: `nil` if there is no memory.
  init?(_ wrapper: Wrapper) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let windowBits: Int32 = wrapper == .gzip ? 15 + 16 : -15
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, windowBits, ZLIB_VERSION, size) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Begins another compressed stream.
  func restart() { inflateReset(stream) }

  /// Decompresses as much as fits.
  ///
  /// - Returns: how far it came, or `nil` if the data is damaged.
  func step(from input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Step? {
    let input = UnsafeRawBufferPointer(rebasing: input.prefix(1 << 30))
    let output = UnsafeMutableRawBufferPointer(rebasing: output.prefix(1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = inflate(stream, Z_NO_FLUSH)
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return nil }
    return Step(
      consumed: input.count - Int(stream.pointee.avail_in),
      produced: output.count - Int(stream.pointee.avail_out), ended: result == Z_STREAM_END)
  }
}

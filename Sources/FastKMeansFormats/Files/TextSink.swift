/// Output of a text format, compressed if it is to be.
final class TextSink {
  private let file: FileSink
  private let deflater: Deflater?
  /// Lines are short, and each call of the compressor costs more than they do.
  private var pending: [UInt8] = []

  init(_ file: FileSink, path: String, isCompressed: Bool) throws {
    self.file = file
    deflater = isCompressed ? try Deflater(.gzip, path: path) : nil
  }

  func write(_ bytes: [UInt8]) throws {
    guard deflater != nil else { return try file.write(bytes) }
    pending += bytes
    if pending.count >= 1 << 17 { try compress(finish: false) }
  }

  func finish() throws { try compress(finish: true) }

  private func compress(finish: Bool) throws {
    try pending.withUnsafeBytes { bytes in
      try deflater?.compress(bytes, finish: finish) { try file.write($0) }
    }
    pending.removeAll(keepingCapacity: true)
  }
}

/// Output of a text format, compressed if it is to be.
final class TextSink {
  private let file: FileSink
  private let deflater: Deflater?

  init(_ file: FileSink, path: String, isCompressed: Bool) throws {
    self.file = file
    deflater = isCompressed ? Deflater(.gzip) : nil
    if isCompressed, deflater == nil {
      throw FileError.failed(path: path, operation: .write, code: 12, reason: "no memory to compress")
    }
  }

  func write(_ bytes: [UInt8]) throws {
    guard let deflater else { return try file.write(bytes) }
    try bytes.withUnsafeBytes { try deflater.compress($0, finish: false) { try file.write($0) } }
  }

  func finish() throws {
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    try deflater?.compress(nothing, finish: true) { try file.write($0) }
  }
}

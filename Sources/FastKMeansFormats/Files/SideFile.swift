/// Reads the files that accompany a file of rows: labels, weights, options, prototype counts, stop words.
///
/// A compressed file is decompressed. A byte order mark at the start of the file or of a line is left out. A line ends with `\n`
/// or `\r\n`. UTF-16, and lines that end with `\r` alone, are refused.
/// `-` is the standard input.
package enum SideFile {
  /// Calls `body` with each line, without its line break, and with the line's number from 1 on.
  ///
  /// - Throws: ``FileError``; ``FormatError`` for damaged compressed data; what `body` throws.
  /// - Complexity: memory for the longest line, which may have 16 MiB.
  package static func forEachLine(
    of path: String, _ body: (UnsafeRawBufferPointer, Int) throws -> Void
  ) throws {
    let buffer = try LineBuffer.open(path, capacity: 1 << 18)
    buffer.lineLimit = limit
    var count = 0
    while let lines = try buffer.lines(maxLines: .max, maxBytes: .max) {
      let before = count
      count += try FastKMeansFormats.forEachLine(of: lines) { try body($0, before + $1 + 1) }
      buffer.consume(lines.count)
    }
    if let line = buffer.takeOversized() {
      throw tooLong(path, .line(count + 1), byteCount: line.byteCount)
    }
  }

  /// The lines of a small file, without their line breaks; bytes that are not UTF-8 are replaced.
  ///
  /// - Throws: as ``forEachLine(of:_:)``.
  package static func lines(of path: String) throws -> [String] {
    var lines: [String] = []
    try forEachLine(of: path) { line, _ in lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
  }

  /// The content of a small file, of at most 16 MiB.
  ///
  /// - Throws: as ``forEachLine(of:_:)``.
  package static func bytes(of path: String) throws -> [UInt8] {
    let buffer = try LineBuffer.open(path, capacity: 1 << 16, hasLines: false)
    while try buffer.refill() {
      let count = buffer.available.count
      if count > limit { throw tooLong(path, .file, byteCount: count) }
    }
    return Array(buffer.available)
  }

  /// Of a line, and of a content that is taken whole: a value that was parsed takes many times its text.
  private static let limit = ReaderOptions.defaultMaxRecordBytes

  private static func tooLong(
    _ path: String, _ place: FormatError.Place, byteCount: Int
  ) -> FormatError {
    FormatError(
      path: path, place: place,
      problem: .unsupported("\(byteCount) bytes and more, at most \(limit) are taken of such a file"))
  }
}

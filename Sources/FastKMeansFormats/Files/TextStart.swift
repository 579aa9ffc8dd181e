/// What is looked at where a text begins, so that no text of another kind is taken for lines of UTF-8.
struct TextStart {
  /// For messages.
  let name: String
  /// Whether the text is read line by line.
  var hasLines = true

  /// The byte order mark of UTF-8.
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  @inline(__always)
  static func withoutMark(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard bytes.first == 0xEF, bytes.starts(with: mark) else { return bytes }
    return UnsafeRawBufferPointer(rebasing: bytes[mark.count...])
  }

  /// - Throws: ``FormatError`` for UTF-16, and for lines that end with a carriage return alone.
  func check(_ window: UnsafeRawBufferPointer) throws {
    let start = window.prefix(4096)
    let marks: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF]]
    // Latin letters in UTF-16 bring a zero each, other letters one for each blank or line break.
    let zeros = start.count { $0 == 0 }
    if marks.contains(where: { start.starts(with: $0) }) || zeros > 1 && zeros * 20 >= start.count {
      throw FormatError(path: name, place: .file, problem: .notUTF8)
    }
    guard hasLines, let returned = firstByte(0x0D, from: 0, in: window), returned + 1 < window.count,
      firstBreak(from: 0, in: window) == nil
    else { return }
    throw FormatError(path: name, place: .file, problem: .returnsAlone)
  }
}

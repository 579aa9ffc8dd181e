/// A short readable piece of bytes, for messages.
func excerpt(_ bytes: some Collection<UInt8>) -> String {
  let text = String(decoding: bytes.prefix(40), as: UTF8.self)
  return bytes.count > 40 ? text + "..." : text
}

extension String {
  /// The text without line breaks and other control characters: a message is one line, whatever a file's
  /// bytes brought into it.
  package var onOneLine: String {
    guard unicodeScalars.contains(where: Self.isControl) else { return self }
    var scalars = UnicodeScalarView()
    scalars.append(contentsOf: unicodeScalars.map { Self.isControl($0) ? " " : $0 })
    return String(scalars)
  }

  private static func isControl(_ scalar: UnicodeScalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}"
      || scalar == "\u{2029}"
  }
}

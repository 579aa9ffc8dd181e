import FastKMeansCore

/// The whole numbers at which a reader's arithmetic breaks, put in place of each number of a file.
package enum BoundaryValues {
  package static let all: [UInt64] = [0, 1, 1 << 31, 1 << 32, 1 << 63 - 1, .max]

  /// Calls `body` with every version of `bytes` in which the little-endian field of `width` bytes at `offset` has one of these
  /// values, as far as it holds them.
  package static func forEachField(
    of bytes: [UInt8], at offset: Int, width: Int, _ body: ([UInt8], String) throws -> Void
  ) rethrows {
    for value in all where width == 8 || value < 1 << (8 * UInt64(width)) || value == .max {
      var changed = bytes
      withUnsafeBytes(of: value.littleEndian) {
        changed.replaceSubrange(offset..<offset + width, with: $0.prefix(width))
      }
      try body(changed, "byte \(offset) of \(width): \(value)")
    }
  }

  /// Calls `body` with every version of a text in which one whole number has one of these values. Digits next to a letter or
  /// a point are no whole number, nor are digests.
  package static func forEachNumeral(
    of text: [UInt8], _ body: ([UInt8], String) throws -> Void
  ) rethrows {
    func isDigit(_ index: Int) -> Bool {
      text.indices.contains(index) && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index])
    }
    func isWord(_ index: Int) -> Bool {
      guard text.indices.contains(index) else { return false }
      let scalar = Unicode.Scalar(text[index])
      return scalar == "." || scalar == "_" || scalar.properties.isAlphabetic
    }
    var start = 0
    while start < text.count {
      var end = start
      while isDigit(end) { end += 1 }
      if end > start, !isWord(start - 1), !isWord(end) {
        for value in all {
          let changed = text[..<start] + Array(String(value).utf8) + text[end...]
          try body(
            Array(changed), "'\(String(decoding: text[max(0, start - 30)..<end], as: UTF8.self))' as \(value)"
          )
        }
      }
      start = max(end, start + 1)
    }
  }

  /// Calls `body` with the header and the data of every version of a safetensors file in which one number has one of these
  /// values: each whole number of the header, and the first and last two elements of each tensor. Digests do not fit then.
  ///
  /// - Parameter parse: reads a header.
  package static func forEachNumber(
    ofContainer bytes: [UInt8], parse: ([UInt8]) throws -> JSON,
    _ body: (_ header: [UInt8], _ data: [UInt8], String) throws -> Void
  ) throws {
    let length = Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16
    let (header, data) = (Array(bytes[8..<8 + length]), Array(bytes[(8 + length)...]))
    try forEachNumeral(of: header) { try body($0, data, $1) }
    guard case .object(let members) = try parse(header) else { return }
    for member in members {
      guard case .string(let type) = member.value["dtype"],
        case .array(let range) = member.value["data_offsets"],
        let start = range[0].integer(Int.self), let end = range[1].integer(Int.self)
      else { continue }
      let width = type.hasSuffix("64") ? 8 : type.hasSuffix("32") ? 4 : type.hasSuffix("16") ? 2 : 1
      let ends = [start, start + width, end - 2 * width, end - width]
      for offset in Set(ends.filter { $0 >= start && $0 + width <= end }).sorted() {
        try forEachField(of: data, at: offset, width: width) { try body(header, $0, "\(member.name), \($1)") }
      }
    }
  }
}

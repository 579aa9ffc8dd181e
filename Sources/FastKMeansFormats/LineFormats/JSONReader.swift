import FastKMeansCore

/// Why a text is no JSON, and the byte where that shows.
package struct JSONError: Error, Equatable, Sendable {
  package let byte: Int
  package let reason: String

  package init(byte: Int, reason: String) {
    self.byte = byte
    self.reason = reason
  }
}

extension JSON {
  /// No header needs more than 4; every level takes stack.
  package static let maxDepth = 16

  /// Reads a text. Deep nesting and a name that occurs twice in an object are refused.
  ///
  /// - Throws: ``JSONError``.
  package static func parse(_ bytes: [UInt8], maxDepth: Int = JSON.maxDepth) throws(JSONError) -> JSON {
    try checkUTF8(bytes)
    return try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) in
      var reader = JSONReader(UnsafeRawBufferPointer(bytes), depthLimit: maxDepth)
      let value = try reader.value()
      try reader.finish()
      return value
    }
  }

  /// - Throws: ``JSONError`` for bytes that are no text.
  package static func checkUTF8(_ bytes: [UInt8]) throws(JSONError) {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw JSONError(byte: 0, reason: "the text is not UTF-8")
    }
  }
}

/// A value that ``JSONReader`` has checked and stepped over; texts and numbers by where they lie.
package enum JSONToken {
  case null
  case bool(Bool)
  case numeral(Range<Int>)
  case string(JSONText)
  /// With the number of its values.
  case array(Int)
  case object
}

/// Where the content of a string lies, between its quotes.
package struct JSONText {
  package var range: Range<Int>
  package var hasEscapes: Bool
}

/// Reads JSON after RFC 8259 from bytes that lie in memory, and builds only the values that are asked for.
///
/// Not generic over what holds the bytes: called from another module it would not be specialised, and each byte be a call.
package struct JSONReader {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private var position = 0
  private var depth = 0
  private let depthLimit: Int
  private let takesHalfPairs: Bool

  /// - Parameters:
  ///   - bytes: the text, in memory that outlives the reader.
  ///   - depthLimit: how many levels of lists and objects are read.
  ///   - takesHalfPairs: whether half a surrogate pair is read as a byte that is no UTF-8, which every reader of texts repairs
  ///     and counts; else it is an error.
  package init(_ bytes: UnsafeRawBufferPointer, depthLimit: Int, takesHalfPairs: Bool = false) {
    self.bytes = bytes
    end = bytes.count
    self.depthLimit = depthLimit
    self.takesHalfPairs = takesHalfPairs
  }

  /// A value as a whole; a name that occurs twice in an object is refused.
  package mutating func value() throws(JSONError) -> JSON {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"):
      var fields: [JSON.Field] = []
      // By bytes: names that only look alike are different names.
      var names = Set<[UInt8]>()
      try members { (reader: inout Self, name: JSONText) throws(JSONError) in
        let text = reader.string(name)
        guard names.insert(Array(text.utf8)).inserted else {
          throw JSONError(byte: name.range.upperBound + 1, reason: "the key '\(text)' occurs twice")
        }
        fields.append(JSON.Field(name: text, value: try reader.value()))
      }
      return .object(fields)
    case UInt8(ascii: "["):
      var values: [JSON] = []
      try elements { (reader: inout Self) throws(JSONError) in values.append(try reader.value()) }
      return .array(values)
    default: return scalar(try skip())
    }
  }

  /// Checks a value and steps over it; a name that occurs twice is not reported.
  package mutating func skip() throws(JSONError) -> JSONToken {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"):
      try members { (reader: inout Self, _: JSONText) throws(JSONError) in _ = try reader.skip() }
      return .object
    case UInt8(ascii: "["):
      var count = 0
      try elements { (reader: inout Self) throws(JSONError) in
        _ = try reader.skip()
        count += 1
      }
      return .array(count)
    case UInt8(ascii: "\""): return .string(try text())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .numeral(try numeral())
    }
  }

  /// Whether an object comes next.
  package var isAtObject: Bool {
    mutating get {
      skipBlanks()
      return next == UInt8(ascii: "{")
    }
  }

  /// Whether a list comes next.
  package var isAtList: Bool {
    mutating get {
      skipBlanks()
      return next == UInt8(ascii: "[")
    }
  }

  /// Reads an object; `body` gets each name and must read the value.
  package mutating func members(
    _ body: (inout Self, JSONText) throws(JSONError) -> Void
  ) throws(JSONError) {
    try enter()
    defer { depth -= 1 }
    if take(UInt8(ascii: "}")) { return }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
      let name = try text()
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw error("':' is expected") }
      try body(&self, name)
      skipBlanks()
      if take(UInt8(ascii: "}")) { return }
      guard take(UInt8(ascii: ",")) else { throw error("',' or '}' is expected") }
    }
  }

  /// Reads a list; `body` must read each value.
  package mutating func elements(_ body: (inout Self) throws(JSONError) -> Void) throws(JSONError) {
    try enter()
    defer { depth -= 1 }
    if take(UInt8(ascii: "]")) { return }
    while true {
      try body(&self)
      skipBlanks()
      if take(UInt8(ascii: "]")) { return }
      guard take(UInt8(ascii: ",")) else { throw error("',' or ']' is expected") }
    }
  }

  /// To be called when all should be read.
  package mutating func finish() throws(JSONError) {
    skipBlanks()
    guard position == end else { throw error("text after the end") }
  }
}

extension JSONReader {
  /// The bytes of a string, its escapes resolved.
  package func bytes(of text: JSONText) -> [UInt8] {
    guard text.hasEscapes else { return Array(bytes[text.range]) }
    var reader = self
    var result: [UInt8] = []
    reader.position = text.range.lowerBound
    while reader.position < text.range.upperBound {
      let byte = reader.next
      reader.position += 1
      // The escapes have been checked.
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      let scalar = (try? reader.escape()) ?? nil
      result.append(contentsOf: scalar.flatMap(UTF8.encode).map { Array($0) } ?? [0xFF])
    }
    return result
  }

  /// Whether a string has these bytes.
  func isEqual(_ text: JSONText, _ other: [UInt8]) -> Bool {
    text.hasEscapes ? bytes(of: text) == other : bytes[text.range].elementsEqual(other)
  }

  package func string(_ text: JSONText) -> String { String(decoding: bytes(of: text), as: UTF8.self) }

  package func digits(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func scalar(_ token: JSONToken) -> JSON {
    switch token {
    case .null: .null
    case .bool(let value): .bool(value)
    case .numeral(let range): .numeral(digits(range))
    case .string(let text): .string(string(text))
    case .array: .array([])
    case .object: .object([])
    }
  }

  /// What an error message says was found.
  package func summary(_ token: JSONToken) -> String {
    if case .array(let count) = token { "a list of \(count)" } else { scalar(token).summary }
  }

  private func error(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

  /// The next byte; 0, which no JSON holds outside of escapes, at the end.
  private var next: UInt8 { position < end ? bytes[position] : 0 }

  private mutating func skipBlanks() {
    while next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func enter() throws(JSONError) {
    position += 1
    depth += 1
    guard depth <= depthLimit else { throw error("nested deeper than \(depthLimit) levels") }
    skipBlanks()
  }

  private mutating func word(_ word: StaticString, _ token: JSONToken) throws(JSONError) -> JSONToken {
    guard end - position >= word.utf8CodeUnitCount,
      bytes[position..<position + word.utf8CodeUnitCount].elementsEqual(word.description.utf8)
    else { throw error("a value is expected") }
    position += word.utf8CodeUnitCount
    return token
  }

  private mutating func numeral() throws(JSONError) -> Range<Int> {
    let start = position
    _ = take(UInt8(ascii: "-"))
    // No leading zeros: "01" ends after its 0, and what follows is refused.
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return start..<position
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9") { position += 1 }
    guard position > start else { throw error("a value is expected") }
  }

  private mutating func text() throws(JSONError) -> JSONText {
    position += 1
    let start = position
    var hasEscapes = false
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return JSONText(range: start..<position - 1, hasEscapes: hasEscapes)
      }
      guard byte >= 0x20 else { throw error("a control character in a text") }
      position += 1
      guard byte == UInt8(ascii: "\\") else { continue }
      hasEscapes = true
      _ = try escape()
    }
    throw error("the text does not end")
  }

  /// What follows a backslash; `nil` for half a surrogate pair.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar? {
    let byte = next
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("an unknown escape")
    }
  }

  /// What follows `\u`: four digits, or two times four for what lies beyond the basic plane.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar? {
    let first = try hexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let afterFirst = position
    if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let second = try hexDigits()
      if (0xDC00..<0xE000).contains(second) {
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      }
    }
    // What follows the first half stands for itself.
    position = afterFirst
    guard takesHalfPairs else { throw error("half a surrogate pair") }
    return nil
  }

  private mutating func hexDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(next)).hexDigitValue else { throw error("a bad \\u escape") }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

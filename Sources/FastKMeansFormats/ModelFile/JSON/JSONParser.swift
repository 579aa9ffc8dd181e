import FastKMeansCore

/// Why a text is no JSON, and the byte where that shows.
package struct JSONError: Error, Equatable, Sendable {
  package let byte: Int
  package let reason: String
}

/// Reads JSON after RFC 8259, and refuses what that leaves open: deep nesting and, where that is not trusted, a key that
/// occurs twice.
package struct JSONParser {
  /// No header needs more than 4; every level takes stack.
  package static let maxDepth = 16

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private let depthLimit: Int
  private let canRepeatKeys: Bool

  /// - Parameters:
  ///   - bytes: the text.
  ///   - depthLimit: how many levels of lists and objects are read.
  ///   - canRepeatKeys: whether the last member of a name counts where it occurs twice, as other readers have it.
  /// - Throws: ``JSONError``.
  package static func parse(
    _ bytes: [UInt8], depthLimit: Int = maxDepth, canRepeatKeys: Bool = false
  ) throws(JSONError) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw JSONError(byte: 0, reason: "the text is not UTF-8")
    }
    var parser = JSONParser(bytes: bytes, depthLimit: depthLimit, canRepeatKeys: canRepeatKeys)
    let value = try parser.value()
    parser.skipBlanks()
    guard parser.position == bytes.count else { throw parser.error("text after the end") }
    return value
  }

  private init(bytes: [UInt8], depthLimit: Int, canRepeatKeys: Bool) {
    self.bytes = bytes
    self.depthLimit = depthLimit
    self.canRepeatKeys = canRepeatKeys
  }

  private func error(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

  /// The next byte; 0, which no JSON holds outside of escapes, at the end.
  private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skipBlanks() {
    while next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let text = Array(word.description.utf8)
    guard bytes[position...].starts(with: text) else { throw error("a value is expected") }
    position += text.count
    return value
  }

  private mutating func enter() throws(JSONError) {
    position += 1
    depth += 1
    guard depth <= depthLimit else { throw error("nested deeper than \(depthLimit) levels") }
    skipBlanks()
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    defer { depth -= 1 }
    var object = JSONObject()
    // By bytes: keys that only look alike are different keys.
    var keys = Set<[UInt8]>()
    if take(UInt8(ascii: "}")) { return object }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
      let key = try string()
      guard canRepeatKeys || keys.insert(Array(key.utf8)).inserted else {
        throw error("the key '\(key)' occurs twice")
      }
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw error("':' is expected") }
      object.append(key, try value())
      skipBlanks()
      if take(UInt8(ascii: "}")) { return object }
      guard take(UInt8(ascii: ",")) else { throw error("',' or '}' is expected") }
    }
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    try enter()
    defer { depth -= 1 }
    var values: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return values }
    while true {
      values.append(try value())
      skipBlanks()
      if take(UInt8(ascii: "]")) { return values }
      guard take(UInt8(ascii: ",")) else { throw error("',' or ']' is expected") }
    }
  }
}

extension JSONParser {
  private mutating func number() throws(JSONError) -> String {
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
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9") { position += 1 }
    guard position > start else { throw error("a value is expected") }
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var start = position
    var text = ""
    while true {
      switch next {
      case UInt8(ascii: "\""):
        text += String(decoding: bytes[start..<position], as: UTF8.self)
        position += 1
        return text
      case UInt8(ascii: "\\"):
        text += String(decoding: bytes[start..<position], as: UTF8.self)
        position += 1
        text.unicodeScalars.append(try escape())
        start = position
      case 0..<0x20:
        throw error(position < bytes.count ? "a control character in a text" : "the text does not end")
      default: position += 1
      }
    }
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
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
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try hexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw error("half a surrogate pair")
    }
    let second = try hexDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error("half a surrogate pair") }
    return scalar
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

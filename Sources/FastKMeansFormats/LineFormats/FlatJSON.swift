/// Reads a flat JSON object of the usual shape without building anything: two fields are looked for, and strings
/// must hold no escapes. Whatever is not that simple is left to the full parser.
struct FlatJSON {
  enum Value {
    case string(Range<Int>)
    /// A number, as it is written.
    case number(Range<Int>)
    case null
    /// `true` or `false`.
    case truth(Range<Int>)
  }

  private(set) var text: Value?
  private(set) var label: Value?
  private let line: UnsafeRawBufferPointer
  private var position = 0

  /// - Returns: `nil` if the line needs the full parser, or is no JSON object at all.
  init?(_ line: UnsafeRawBufferPointer, textField: [UInt8], labelField: [UInt8]) {
    self.line = line
    guard take(0x7B) else { return nil }
    repeat {
      guard let key = string(), take(0x3A), let value = value() else { return nil }
      let name = line[key]
      if name.elementsEqual(textField) { text = value }
      if name.elementsEqual(labelField) { label = value }
    } while take(0x2C)
    guard take(0x7D), isAtEnd else { return nil }
  }

  private var isAtEnd: Bool {
    mutating get {
      skipBlanks()
      return position == line.count
    }
  }

  private mutating func skipBlanks() {
    while position < line.count, [0x20, 0x09, 0x0D].contains(line[position]) { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard position < line.count, line[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func string() -> Range<Int>? {
    guard take(0x22) else { return nil }
    let start = position
    while position < line.count {
      let byte = line[position]
      if byte == 0x22 {
        position += 1
        return start..<position - 1
      }
      if byte == 0x5C || byte < 0x20 { return nil }
      position += 1
    }
    return nil
  }

  private mutating func value() -> Value? {
    skipBlanks()
    guard position < line.count else { return nil }
    if line[position] == 0x22 { return string().map(Value.string) }
    let start = position
    while position < line.count, !Self.isDelimiter(line[position]) { position += 1 }
    let word = UnsafeRawBufferPointer(rebasing: line[start..<position])
    if word.elementsEqual("null".utf8) { return .null }
    if word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) { return .truth(start..<position) }
    return Self.isInteger(word) ? .number(start..<position) : nil
  }

  private static func isDelimiter(_ byte: UInt8) -> Bool {
    byte == 0x2C || byte == 0x7D || byte <= 0x20 || byte == 0x5B || byte == 0x7B
  }

  private static func isInteger(_ word: UnsafeRawBufferPointer) -> Bool {
    let digits = word.first == 0x2D ? word.dropFirst() : word[...]
    guard let first = digits.first, digits.count == 1 || first != 0x30 else { return false }
    return digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }
}

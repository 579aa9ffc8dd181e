/// Parses one line `label index:value ... # comment`; the hot loop of the SVMlight reader.
struct SVMLightRow {
  enum Result {
    /// An empty line or a comment.
    case none
    /// The label's bytes, `nil` if the line begins with a feature, and how many non-zeros were written.
    case row(label: UnsafeRawBufferPointer?, length: Int)
    case bad(FormatError.Problem)
  }

  let scanner: DecimalScanner
  let smallest: UInt64
  let largest: UInt64

  /// Parses a line without its `\n`; writes at most a quarter of its bytes plus one columns and values.
  func parse(
    _ line: UnsafeRawBufferPointer, _ columns: UnsafeMutablePointer<UInt32>,
    _ values: UnsafeMutablePointer<Float>
  ) -> Result {
    let bytes = line.bindMemory(to: UInt8.self)
    guard var position = bytes.baseAddress else { return .none }
    let end = position + bytes.count
    Self.skipBlanks(&position, end)
    guard position < end, position.pointee != 0x23 else { return .none }
    let label = Self.takeLabel(&position, end)
    var length = 0
    var previous = -1
    while true {
      Self.skipBlanks(&position, end)
      guard position < end, position.pointee != 0x23 else { return .row(label: label, length: length) }
      let token = position
      guard
        let index = DecimalScanner.integer(&position, end, limit: 1 << 40), position < end,
        position.pointee == 0x3A
      else {
        if Self.skipQueryID(token, &position, end) { continue }
        return .bad(.badFeature(found: Self.token(token, end)))
      }
      position += 1
      guard let value = scanner.number(&position, end), Self.isTokenEnd(position, end) else {
        return .bad(.badFeature(found: Self.token(token, end)))
      }
      if Int(index) <= previous || index < smallest || index > largest || !value.isFinite {
        return .bad(problem(index, value, after: previous))
      }
      columns[length] = UInt32(truncatingIfNeeded: index)
      values[length] = value
      previous = Int(index)
      length += 1
    }
  }

  private func problem(_ index: UInt64, _ value: Float, after previous: Int) -> FormatError.Problem {
    if index < smallest { return .zeroIndex }
    if index > largest { return .columnOutOfRange(column: Int(index), limit: Int(largest)) }
    if index == previous { return .duplicateColumn(Int(index)) }
    if index < previous { return .unsortedColumn(Int(index)) }
    return value.isNaN ? .notFinite(column: Int(index)) : .tooLarge(column: Int(index))
  }

  @inline(__always)
  private static func skipBlanks(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    while position < end, isBlank(position.pointee) { position += 1 }
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  @inline(__always)
  private static func isTokenEnd(_ position: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    position == end || isBlank(position.pointee) || position.pointee == 0x23
  }

  /// The first word, unless it is a feature already.
  private static func takeLabel(
    _ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafeRawBufferPointer? {
    let start = position
    while !isTokenEnd(position, end) { position += 1 }
    let label = UnsafeRawBufferPointer(start: start, count: position - start)
    var probe = start
    if integer(&probe, position), probe < position, probe.pointee == 0x3A {
      position = start
      return nil
    }
    if label.starts(with: "qid:".utf8) {
      position = start
      return nil
    }
    return label
  }

  private static func integer(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    DecimalScanner.integer(&position, end, limit: 1 << 40) != nil
  }

  /// `qid:7` groups rows for ranking; it means nothing here.
  private static func skipQueryID(
    _ token: UnsafePointer<UInt8>, _ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Bool {
    guard UnsafeBufferPointer(start: token, count: end - token).starts(with: "qid:".utf8) else {
      return false
    }
    position = token
    while !isTokenEnd(position, end) { position += 1 }
    return true
  }

  private static func token(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> String {
    var position = start
    while position < end, !isBlank(position.pointee) { position += 1 }
    return excerpt(UnsafeBufferPointer(start: start, count: position - start))
  }
}

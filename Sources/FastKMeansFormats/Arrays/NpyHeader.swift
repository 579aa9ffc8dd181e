/// What stands before the data of an `.npy` array.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3.
struct NpyHeader {
  var type: NpyType
  var isFortranOrder: Bool
  var shape: [Int]
  /// The number of elements.
  var count: Int

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// NumPy's own header of the widest array is a hundred bytes long.
  static let longestText = 1 << 16

  /// Reads the Python dictionary that stands after the length; throws a ``FormatError/Problem``.
  ///
  /// - Parameter advice: says of a type that is not read what it cannot serve as, and what to do.
  init(text: UnsafeRawBufferPointer, advice: String) throws {
    var literal = PythonLiteral(text)
    guard let fields = literal.dictionary() else {
      throw FormatError.Problem.corrupt("the header is no description of an array")
    }
    guard case .string(let descriptor) = fields["descr"] else {
      throw FormatError.Problem.unsupported("a structured array; pass a plain matrix of numbers")
    }
    guard let type = NpyType(descriptor: descriptor) else {
      throw FormatError.Problem.unsupported(
        "\(Self.name(ofType: descriptor)) are not read \(advice)")
    }
    guard case .truth(let isFortranOrder) = fields["fortran_order"], case .tuple(let shape) = fields["shape"]
    else { throw FormatError.Problem.corrupt("the header lacks 'fortran_order' or 'shape'") }
    self.type = type
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    count = try Self.product(of: shape, elementSize: type.size)
  }

  private static func name(ofType descriptor: String) -> String {
    switch descriptor.first(where: \.isLetter) {
    case "O": "Python objects"
    case "M", "m": "dates and times ('\(descriptor)')"
    default: "elements of type '\(descriptor)'"
    }
  }

  private static func product(of shape: [Int], elementSize: Int) throws -> Int {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { throw tooLarge(shape) }
      count = product
    }
    guard !count.multipliedReportingOverflow(by: elementSize).overflow else { throw tooLarge(shape) }
    return count
  }

  private static func tooLarge(_ shape: [Int]) -> FormatError.Problem {
    .badShape(shape.map(String.init).joined(separator: " x ") + " cannot be addressed")
  }
}

/// The few kinds of Python values that stand in the header of an array.
struct PythonLiteral {
  enum Value: Equatable {
    case string(String)
    case truth(Bool)
    case tuple([Int])
    case other
  }

  private let text: UnsafeRawBufferPointer
  private var position = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  /// `{'key': value, ...}`; `nil` if it is not that.
  mutating func dictionary() -> [String: Value]? {
    guard take(0x7B) else { return nil }
    var fields: [String: Value] = [:]
    while !take(0x7D) {
      guard let key = string(), take(0x3A), let value = value() else { return nil }
      fields[key] = value
      if !take(0x2C) { return take(0x7D) ? fields : nil }
    }
    return fields
  }

  private mutating func value() -> Value? {
    if let string = string() { return .string(string) }
    if take(word: "True") { return .truth(true) }
    if take(word: "False") { return .truth(false) }
    if take(0x28) { return tuple() }
    // A list describes a structured type, which is refused whatever it says.
    guard take(0x5B) else { return nil }
    while position < text.count, text[position] != 0x5D { position += 1 }
    return take(0x5D) ? .other : nil
  }

  private mutating func tuple() -> Value? {
    var numbers: [Int] = []
    while !take(0x29) {
      guard numbers.count < 32, let number = integer() else { return nil }
      numbers.append(number)
      if !take(0x2C) { return take(0x29) ? .tuple(numbers) : nil }
    }
    return .tuple(numbers)
  }

  private mutating func integer() -> Int? {
    skipBlanks()
    let start = position
    while position < text.count, text[position] == 0x2D || (text[position] >= 0x30 && text[position] <= 0x39)
    {
      position += 1
    }
    // Python 2 wrote `3L`.
    defer { if position < text.count, text[position] == 0x4C { position += 1 } }
    return Int(String(decoding: text[start..<position], as: UTF8.self))
  }

  private mutating func string() -> String? {
    skipBlanks()
    guard position < text.count, text[position] == 0x27 || text[position] == 0x22,
      let end = firstByte(text[position], from: position + 1, in: text)
    else { return nil }
    defer { position = end + 1 }
    return String(decoding: text[position + 1..<end], as: UTF8.self)
  }

  private mutating func take(word: String) -> Bool {
    skipBlanks()
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipBlanks() {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0A { position += 1 }
  }
}

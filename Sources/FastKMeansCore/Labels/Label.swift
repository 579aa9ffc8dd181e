/// A class label whose type is known only at run time: an integer or a text.
///
/// Texts are compared by their UTF-8 bytes, not by canonical equivalence: two spellings that a file keeps
/// apart stay apart, and the order is that of Unicode scalars, as in Python.
public enum Label: Sendable {
  case integer(Int64)
  case text(String)

  /// The two types of label a data set can have; one data set has one.
  package enum Kind: String, Sendable, Equatable {
    case integer
    case text
  }

  package var kind: Kind {
    switch self {
    case .integer: .integer
    case .text: .text
    }
  }
}

extension Label: Hashable {
  /// Integers by value, texts by bytes; an integer is no text.
  public static func == (left: Label, right: Label) -> Bool {
    switch (left, right) {
    case (.integer(let a), .integer(let b)): a == b
    case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
    default: false
    }
  }

  /// Agrees with the comparison: texts by their bytes.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .integer(let value):
      hasher.combine(value)
    case .text(var value):
      value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }
}

extension Label: Comparable {
  /// Integers by value, before texts by bytes.
  public static func < (left: Label, right: Label) -> Bool {
    switch (left, right) {
    case (.integer(let a), .integer(let b)): a < b
    case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.integer, .text): true
    case (.text, .integer): false
    }
  }
}

extension Label: CustomStringConvertible, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  /// The digits, or the text.
  public var description: String {
    switch self {
    case .integer(let value): String(value)
    case .text(let value): value
    }
  }

  /// Makes an integer label, so that a number in code can stand for one.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// Makes a text label, so that a text in code can stand for one.
  public init(stringLiteral value: String) { self = .text(value) }
}

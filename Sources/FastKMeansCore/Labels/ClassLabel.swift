/// A type that can label documents: `String`, the integer types, or ``Label`` where the type is known only at
/// run time.
public protocol ClassLabel: Hashable, Sendable {
  /// The label as it is stored.
  var label: Label { get }

  /// The value of a stored label; `nil` if it is of another type or does not fit.
  init?(label: Label)
}

extension Label: ClassLabel {
  /// Itself.
  public var label: Label { self }
  /// Takes any label.
  public init?(label: Label) { self = label }
}

extension String: ClassLabel {
  /// The text as a label.
  public var label: Label { .text(self) }

  /// The text of a label; nil for an integer.
  public init?(label: Label) {
    guard case .text(let value) = label else { return nil }
    self = value
  }
}

extension ClassLabel where Self: FixedWidthInteger {
  /// The integer as a label.
  public var label: Label { .integer(Int64(self)) }

  /// The integer of a label; nil for a text, and for one that the type cannot hold.
  public init?(label: Label) {
    guard case .integer(let value) = label, let exact = Self(exactly: value) else { return nil }
    self = exact
  }
}

extension Int: ClassLabel {}
extension Int8: ClassLabel {}
extension Int16: ClassLabel {}
extension Int32: ClassLabel {}
extension Int64: ClassLabel {}
extension UInt8: ClassLabel {}
extension UInt16: ClassLabel {}
extension UInt32: ClassLabel {}

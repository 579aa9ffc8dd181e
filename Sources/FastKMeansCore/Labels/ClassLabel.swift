/// A type that can label documents: `String`, the integer types, or ``Label`` where the type is known only at
/// run time.
public protocol ClassLabel: Hashable, Sendable {
  /// The label as it is stored.
  var label: Label { get }

  /// The value of a stored label; `nil` if it is of another type or does not fit.
  init?(label: Label)
}

extension Label: ClassLabel {
  public var label: Label { self }
  public init?(label: Label) { self = label }
}

extension String: ClassLabel {
  public var label: Label { .text(self) }

  public init?(label: Label) {
    guard case .text(let value) = label else { return nil }
    self = value
  }
}

extension ClassLabel where Self: FixedWidthInteger {
  public var label: Label { .integer(Int64(self)) }

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

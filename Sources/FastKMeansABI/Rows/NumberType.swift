import CFastKMeans
import FastKMeansCore

/// The types of numbers that arrays may have.
enum NumberType {
  case int32, int64, float32, float64, float16

  init(_ constant: Int32, _ name: String, among allowed: [NumberType]) throws {
    let found: NumberType? =
      switch Int(constant) {
      case FKM_INT32: .int32
      case FKM_INT64: .int64
      case FKM_FLOAT32: .float32
      case FKM_FLOAT64: .float64
      case FKM_FLOAT16: .float16
      default: nil
      }
    guard let found, allowed.contains(found) else {
      throw ArgumentError.constant(
        name, constant, allowed: allowed.map(\.constantName).joined(separator: ", "))
    }
    self = found
  }

  static let integers: [NumberType] = [.int32, .int64]
  static let floats: [NumberType] = [.float32, .float64, .float16]
  static let outputs: [NumberType] = [.float32, .float64]

  var byteCount: Int {
    switch self {
    case .float16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  private var constantName: String {
    switch self {
    case .int32: "FKM_INT32"
    case .int64: "FKM_INT64"
    case .float32: "FKM_FLOAT32"
    case .float64: "FKM_FLOAT64"
    case .float16: "FKM_FLOAT16"
    }
  }
}

/// Offsets of any type as the core takes them; int64 where they lie.
func offsets(
  _ pointer: UnsafeRawPointer?, count: Int, _ type: NumberType, _ name: String
) throws -> BorrowedArray<Int> {
  if type == .int32 {
    return try BorrowedArray(array(pointer, count: count, of: Int32.self, name), for: name) { Int($0) }
  }
  #if _pointerBitWidth(_64)
    return BorrowedArray(try array(pointer, count: count, of: Int.self, name))
  #else
    return try BorrowedArray(array(pointer, count: count, of: Int64.self, name), for: name) {
      Int(clamping: $0)
    }
  #endif
}

/// Values of any type, where they lie. What does not fit single precision reads as infinite, and is refused as such
/// afterwards.
func values(
  _ pointer: UnsafeRawPointer?, count: Int, _ type: NumberType, _ name: String
) throws -> RowValues {
  switch type {
  case .float64: RowValues(try array(pointer, count: count, of: Double.self, name))
  case .float16: RowValues(float16: try array(pointer, count: count, of: UInt16.self, name))
  default: RowValues(try array(pointer, count: count, of: Float.self, name))
  }
}

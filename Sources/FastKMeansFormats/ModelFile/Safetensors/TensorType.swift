/// The number formats of the safetensors format, by the names it gives them.
package enum TensorType: String, Sendable, Equatable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case uint32 = "U32"
  case int32 = "I32"
  case float32 = "F32"
  case uint64 = "U64"
  case int64 = "I64"
  case float64 = "F64"

  /// Bytes an element.
  package var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}

/// A Swift type whose arrays can be read from and written to files as they lie in memory.
///
/// Our files are little-endian, and so is every platform of this package.
package protocol TensorElement: BitwiseCopyable {
  static var tensorType: TensorType { get }
}

extension Int8: TensorElement { package static var tensorType: TensorType { .int8 } }
extension UInt8: TensorElement { package static var tensorType: TensorType { .uint8 } }
extension UInt16: TensorElement { package static var tensorType: TensorType { .uint16 } }
extension Int32: TensorElement { package static var tensorType: TensorType { .int32 } }
extension UInt32: TensorElement { package static var tensorType: TensorType { .uint32 } }
extension Int: TensorElement { package static var tensorType: TensorType { .int64 } }
extension Int64: TensorElement { package static var tensorType: TensorType { .int64 } }
extension Float: TensorElement { package static var tensorType: TensorType { .float32 } }
extension Double: TensorElement { package static var tensorType: TensorType { .float64 } }

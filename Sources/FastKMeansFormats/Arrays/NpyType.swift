/// The element type of a NumPy array, such as `<f4`.
struct NpyType: Equatable {
  enum Kind: UInt8 {
    case bool = 0x62
    case signed = 0x69
    case unsigned = 0x75
    case float = 0x66
    /// UCS-4 code points.
    case unicode = 0x55
    case bytes = 0x53
  }

  var kind: Kind
  /// Bytes of one element.
  var size: Int
  var isBigEndian: Bool

  init(_ kind: Kind, size: Int, isBigEndian: Bool = false) {
    self.kind = kind
    self.size = size
    self.isBigEndian = isBigEndian
  }

  /// - Returns: `nil` for a type that is not read here.
  init?(descriptor: String) {
    let bytes = Array(descriptor.utf8)
    guard bytes.count >= 3, bytes.count <= 12, let kind = Kind(rawValue: bytes[1]),
      let number = Int(String(decoding: bytes[2...], as: UTF8.self)), number >= 0, number <= 1 << 20
    else { return nil }
    switch bytes[0] {
    case 0x3C, 0x7C: isBigEndian = false
    case 0x3E: isBigEndian = true
    case 0x3D: isBigEndian = 1.bigEndian == 1
    default: return nil
    }
    self.kind = kind
    size = kind == .unicode ? number * 4 : number
    let allowed: [Int] =
      switch kind {
      case .bool: [1]
      case .signed, .unsigned: [1, 2, 4, 8]
      case .float: [2, 4, 8]
      case .unicode, .bytes: [size]
      }
    guard allowed.contains(size) else { return nil }
  }

  var isNumber: Bool { kind != .unicode && kind != .bytes }
  var isInteger: Bool { kind == .signed || kind == .unsigned || kind == .bool }

  /// As NumPy writes it.
  var descriptor: String {
    let order = size == 1 ? "|" : isBigEndian ? ">" : "<"
    return order + String(UnicodeScalar(kind.rawValue)) + String(kind == .unicode ? size / 4 : size)
  }
}

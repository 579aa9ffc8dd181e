#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Bytes as text, for keys in a position.
enum Base64 {
  static func encoded(_ bytes: some Collection<UInt8>) -> String { Data(bytes).base64EncodedString() }

  /// - Returns: `nil` if it is no base 64.
  static func decoded(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }
}

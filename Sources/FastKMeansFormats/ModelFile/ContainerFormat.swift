import FastKMeansCore

/// What a container holds, by its name and version: safetensors files of two kinds share sections, digests and checks.
package struct ContainerFormat: Sendable {
  /// The text `format` of the header.
  package let name: String
  package let majorVersion: Int
  let minorVersion: Int
  package var version: String { "\(majorVersion).\(minorVersion)" }

  package static let model = ContainerFormat(name: "fastkmeans", majorVersion: 1, minorVersion: 3)
  /// Version 1 was no safetensors file.
  package static let checkpoint = ContainerFormat(
    name: "fastkmeans-checkpoint", majorVersion: 2, minorVersion: 0)

  /// Keys of `__metadata__`.
  enum Key {
    static let format = "format"
    static let version = "format_version"
    static let dataDigest = "data_sha256"
    static let headerDigest = "header_sha256"
  }

  /// What stands in place of the header's digest while it is computed.
  static let emptyDigest = String(repeating: "0", count: 64)

  /// Accepts every version with our major number: what a newer minor one adds can be left out.
  func checkVersion(_ metadata: [String: String]) throws(ModelFileError.Problem) {
    guard metadata[Key.format] == name else { throw .notAModel }
    let found = metadata[Key.version] ?? ""
    let parts = found.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Int(parts[0]), Int(parts[1]) != nil, major >= 1 else {
      throw .badMetadata(key: Key.version, expected: "two numbers such as \(version)", found: "'\(found)'")
    }
    guard major == majorVersion else { throw .newerVersion(found: found, supported: version) }
  }
}

extension ContainerFormat {
  /// The digest of a header in which its own digest is replaced by zeros.
  static func headerDigest(of header: [UInt8], digestRange: Range<Int>) -> String {
    var header = header
    header.replaceSubrange(digestRange, with: repeatElement(UInt8(ascii: "0"), count: digestRange.count))
    return header.withUnsafeBytes { SHA256.hexDigest(of: $0) }
  }

  /// Where the digest stands in the header, found by its key: in JSON a quote inside of a text has a
  /// backslash before it, so these bytes can be nothing but that key.
  static func headerDigestRange(in header: [UInt8]) -> Range<Int>? {
    let key = Array("\"\(Key.headerDigest)\":\"".utf8)
    guard let start = firstIndex(of: key, in: header) else { return nil }
    let range = start + key.count..<start + key.count + emptyDigest.utf8.count
    return range.upperBound <= header.count ? range : nil
  }

  private static func firstIndex(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= pattern.count else { return nil }
    return (0...bytes.count - pattern.count).first { start in
      bytes[start] == pattern[0] && bytes[start..<start + pattern.count].elementsEqual(pattern)
    }
  }

  static func checkHeaderDigest(
    of header: [UInt8], _ metadata: [String: String]
  ) throws(ModelFileError.Problem) {
    guard let expected = metadata[Key.headerDigest], let range = headerDigestRange(in: header) else {
      throw .missingMetadata(key: Key.headerDigest)
    }
    guard headerDigest(of: header, digestRange: range) == expected else { throw .damaged(part: "header") }
  }

  static func checkDataDigest(_ found: String, _ metadata: [String: String]) throws(ModelFileError.Problem) {
    guard let expected = metadata[Key.dataDigest] else { throw .missingMetadata(key: Key.dataDigest) }
    guard found == expected else { throw .damaged(part: "data") }
  }
}

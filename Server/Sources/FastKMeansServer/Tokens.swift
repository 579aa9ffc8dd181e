import FastKMeansServing
import Foundation

/// Who may call a server: bearer tokens that read, and tokens that write too.
public struct Tokens: Sendable {
  private let entries: [(token: [UInt8], mayWrite: Bool)]

  /// Reads a file with a token a line: `read TOKEN` or `write TOKEN`; empty lines and those that begin with `#` are left
  /// out.
  ///
  /// - Throws: ``ServingError`` for a file that cannot be read, has another line, or no token; a token has 16 characters
  ///   at least.
  public init(contentsOf path: String) throws {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ServingError(500, "bad_tokens", "\(path): the file of tokens cannot be read")
    }
    entries = try text.split(whereSeparator: \.isNewline).enumerated().compactMap { number, line in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, !first.hasPrefix("#") else { return nil }
      guard words.count == 2, ["read", "write"].contains(first), words[1].utf8.count >= 16 else {
        throw ServingError(
          500, "bad_tokens",
          "\(path), line \(number + 1): 'read' or 'write' and a token of 16 characters or more are expected")
      }
      return (Array(words[1].utf8), first == "write")
    }
    guard !entries.isEmpty else { throw ServingError(500, "bad_tokens", "\(path): the file has no token") }
  }

  /// - Parameter header: `Bearer TOKEN`, as `Authorization` has it, or `Basic` with the token as password, which is all that
  ///   some clients can send.
  /// - Throws: ``ServingError``: 401 without a known token, 403 for a token that may only read.
  public func check(_ header: String?, for access: ServingRoute.Access) throws {
    guard access != .open else { return }
    var (isKnown, mayWrite) = (false, false)
    if let given = header.flatMap(Self.token) {
      // All are compared, each to its end, so that the time says nothing about which is nearly right.
      for entry in entries where Self.isEqual(entry.token, given) {
        isKnown = true
        mayWrite = mayWrite || entry.mayWrite
      }
    }
    guard isKnown else {
      throw ServingError(401, "no_token", "the route needs 'Authorization: Bearer TOKEN'")
    }
    guard access == .read || mayWrite else {
      throw ServingError(403, "read_only_token", "this token may read; the route needs one that may write")
    }
  }

  private static func token(in header: String) -> [UInt8]? {
    let (scheme, rest) = (header.prefix { $0 != " " }.lowercased(), header.drop { $0 != " " }.dropFirst())
    switch scheme {
    case "bearer": return Array(rest.utf8)
    case "basic":
      let pair = Data(base64Encoded: String(rest)) ?? Data()
      return pair.firstIndex(of: 0x3A).map { Array(pair[($0 + 1)...]) }
    default: return nil
    }
  }

  /// Takes as long for one pair of texts of some lengths as for any other.
  private static func isEqual(_ token: [UInt8], _ given: [UInt8]) -> Bool {
    var difference = token.count ^ given.count
    for (index, byte) in given.enumerated() { difference |= Int(byte ^ token[index % token.count]) }
    return difference == 0
  }
}

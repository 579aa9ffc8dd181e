/// A topic and the brokers to ask for it: `kafka://host:port/topic`, or several brokers separated by commas.
package struct KafkaAddress: Sendable, Hashable {
  /// `host:port`, separated by commas, as librdkafka wants it.
  package let brokers: String
  package let topic: String

  /// Reads an address.
  ///
  /// - Parameter text: `kafka://host:port[,host:port]/topic`. Without a port 9092 is meant; a numeric IPv6
  ///   address stands in brackets. A topic is 1 to 249 of the characters `a-z A-Z 0-9 . _ -`, as Kafka has it.
  /// - Throws: ``KafkaError/badAddress(_:reason:)``.
  package init(_ text: String) throws {
    func refused(_ reason: String) -> KafkaError { .badAddress(text, reason: reason) }
    guard Self.isAddress(text) else { throw refused("it does not begin with kafka://") }
    let rest = text.dropFirst(Self.scheme.count)
    guard let slash = rest.firstIndex(of: "/") else { throw refused("there is no topic") }
    let topic = rest[rest.index(after: slash)...]
    guard Self.isTopic(topic) else {
      throw refused("'\(topic)' is no topic; allowed are 1 to 249 of a-z A-Z 0-9 . _ -")
    }
    let hosts = rest[..<slash].split(separator: ",", omittingEmptySubsequences: false)
    brokers = try hosts.map { host in
      guard let broker = Self.broker(host) else { throw refused("'\(host)' is no host:port") }
      return broker
    }.joined(separator: ",")
    self.topic = String(topic)
  }

  /// Whether the text means Kafka at all.
  package static func isAddress(_ text: String) -> Bool { text.hasPrefix(scheme) }

  private static let scheme = "kafka://"
  private static let defaultPort = 9092

  private static func broker(_ text: Substring) -> String? {
    let (host, rest) = splitHost(text)
    guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { return nil }
    if rest.isEmpty { return "\(host):\(defaultPort)" }
    let digits = rest.dropFirst()
    guard rest.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = Int(digits), (1...65_535).contains(port)
    else { return nil }
    return "\(host):\(port)"
  }

  /// The host, with its brackets if it has some, and what follows.
  private static func splitHost(_ text: Substring) -> (host: Substring, rest: Substring) {
    if text.first == "[", let end = text.firstIndex(of: "]") {
      let after = text.index(after: end)
      return (text[..<after], text[after...])
    }
    let colon = text.firstIndex(of: ":") ?? text.endIndex
    return (text[..<colon], text[colon...])
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    isNameByte(byte) || byte == 0x5B || byte == 0x5D || byte == 0x3A || byte == 0x25
  }

  private static func isTopic(_ text: Substring) -> Bool {
    (1...249).contains(text.utf8.count) && text != "." && text != ".." && text.utf8.allSatisfy(isNameByte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}

extension KafkaAddress: CustomStringConvertible {
  package var description: String { "kafka://\(brokers)/\(topic)" }
}

/// An error as librdkafka reports it: its number, its name and its text.
public struct KafkaFault: Error, Equatable, Sendable {
  /// librdkafka's number: negative for faults of the client itself, positive for answers of a broker.
  public let code: Int32
  /// librdkafka's name of the number, such as `_ALL_BROKERS_DOWN`.
  public let name: String
  /// What librdkafka says, on one line.
  public let text: String

  init(code: Int32, name: String, text: String) {
    self.code = code
    self.name = name
    self.text = text.onOneLine
  }
}

extension KafkaFault: CustomStringConvertible {
  /// One line: the text, the name and the number.
  public var description: String { "\(text) (librdkafka \(name), \(code))" }
}

extension String {
  /// The text without line breaks and other control characters: a message is one line, whatever a broker or a
  /// record brought into it.
  var onOneLine: String {
    guard unicodeScalars.contains(where: Self.isControl) else { return self }
    var scalars = UnicodeScalarView()
    scalars.append(contentsOf: unicodeScalars.map { Self.isControl($0) ? " " : $0 })
    return String(scalars)
  }

  private static func isControl(_ scalar: UnicodeScalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}"
      || scalar == "\u{2029}"
  }
}

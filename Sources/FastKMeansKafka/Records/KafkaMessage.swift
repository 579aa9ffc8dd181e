/// A message to be written to a topic.
public struct KafkaMessage: Equatable, Sendable {
  public struct Header: Equatable, Sendable {
    public var name: String
    public var value: [UInt8]

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = Array(value.utf8)
    }
  }

  /// Messages with the same key go to the same partition; `nil`: to any.
  public var key: [UInt8]?
  /// `nil` writes a tombstone.
  public var value: [UInt8]?
  public var headers: [Header]

  public init(key: [UInt8]? = nil, value: [UInt8]?, headers: [Header] = []) {
    self.key = key
    self.value = value
    self.headers = headers
  }
}

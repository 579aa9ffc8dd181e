/// One record of a topic.
public struct KafkaRecord: Equatable, Sendable {
  public var place: TopicPartition
  /// Counts from 0 in each partition.
  public var offset: Int64
  /// Milliseconds since 1970, as the producer or the broker set it; `nil` if neither did.
  public var timestamp: Int64?
  /// `nil` if it has none.
  public var key: [UInt8]?
  /// `nil` for a tombstone.
  public var value: [UInt8]?

  public init(
    place: TopicPartition, offset: Int64, timestamp: Int64? = nil, key: [UInt8]? = nil, value: [UInt8]?
  ) {
    self.place = place
    self.offset = offset
    self.timestamp = timestamp
    self.key = key
    self.value = value
  }
}

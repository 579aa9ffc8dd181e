/// One partition of a topic.
public struct TopicPartition: Hashable, Sendable, Codable {
  public var topic: String
  /// From 0 on.
  public var partition: Int32

  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }
}

extension TopicPartition: Comparable {
  public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
    (left.topic, left.partition) < (right.topic, right.partition)
  }
}

extension TopicPartition: CustomStringConvertible {
  public var description: String { "topic '\(topic)', partition \(partition)" }
}

/// What a consumer has to say.
enum ConsumerEvent: Equatable, Sendable {
  /// Nothing came in the time given.
  case nothing
  /// A record was added to the batch.
  case record
  /// The group gives these partitions to this consumer, which must answer with `assign`.
  case assigned([TopicPartition])
  /// The group takes all partitions back; the consumer must answer with `letGo`. `isLost`: somebody else may read
  /// them already.
  case revoked(isLost: Bool)
  /// Everything was read that the partition holds.
  case end(TopicPartition)
  /// The offset to go on from is not there.
  case outOfRange(TopicPartition)
  /// Something that may pass by itself, such as a broker that is gone.
  case trouble(KafkaFault)
  /// A commit that was asked for has failed.
  case commitFailed(KafkaFault)
  /// A line of librdkafka's log; lower levels are graver, as in syslog.
  case log(level: Int, text: String)
}

import FastKMeansFormats

/// What a stream from Kafka has to say while it runs; none of it ends the stream.
package enum KafkaNotice: Equatable, Sendable {
  /// Why a partition is read from where it is.
  package enum Start: Equatable, Sendable {
    /// The checkpoint says so.
    case checkpoint
    /// Nothing was known about it: at its first record.
    case beginning
    /// Nothing was known about it, and `--offset-reset latest` was passed: at its end.
    case latest
    /// Where the group is, by what this or another member has committed.
    case committed(by: String?)
  }

  /// A partition is read from an offset on.
  case started(TopicPartition, offset: Int64, Start)
  /// The group takes the partitions back; all that was read of them is saved first, unless it is `isLost`, when
  /// somebody else may read them already and what was not yet learned is left to him.
  case revoked(partitionCount: Int, isLost: Bool)
  /// Records are skipped, or were deleted before they were read.
  case skipped(TopicPartition, from: Int64, to: Int64)
  /// Brokers cannot be reached, or refuse for the moment.
  case outage(KafkaError.Fault)
  case stillWaiting(seconds: Int, KafkaError.Fault)
  case recovered(seconds: Int)
  /// The broker does not know yet how far the stream is. The checkpoint does.
  case commitFailed(KafkaError.Fault)
  /// The topic has more partitions than before.
  case partitionsAdded(count: Int)
  /// A line of librdkafka's own log; a lower level is graver, as in syslog.
  case log(level: Int, text: String)
}

extension KafkaNotice: CustomStringConvertible {
  /// One line.
  package var description: String { text.onOneLine }

  /// Worth a line when only what matters is shown.
  package var isImportant: Bool {
    if case .log(let level, _) = self { return level <= 3 }
    return true
  }

  private var text: String {
    switch self {
    case .started(let place, let offset, let start): "\(place): reading from offset \(offset), \(start)"
    case .revoked(let count, true):
      """
      the group has given \(count) partitions to others without waiting for this reader; what was read of them and \
      not yet learned is left to them
      """
    case .revoked(let count, false): "the group takes \(count) partitions back; saving first"
    case .skipped(let place, let first, let next):
      next > first
        ? "\(place): SKIPPED: \(next - first) records, offsets \(first) to \(next - 1), are not learned"
        : "\(place): WENT BACK from offset \(first) to \(next): the topic was emptied or made anew"
    case .outage(let fault): "Kafka cannot be reached: \(fault); waiting, nothing is lost"
    case .stillWaiting(let seconds, let fault): "Kafka: waiting for \(seconds) s now: \(fault)"
    case .recovered(let seconds): "Kafka is back after \(seconds) s"
    case .commitFailed(let fault):
      "the group's offsets could not be committed: \(fault); the checkpoint has them, nothing is lost"
    case .partitionsAdded(let count): "the topic has \(count) more partitions; reading these too"
    case .log(_, let text): "librdkafka: \(text)"
    }
  }
}

extension KafkaNotice.Start: CustomStringConvertible {
  package var description: String {
    switch self {
    case .checkpoint: "where the checkpoint ends"
    case .beginning: "the first record"
    case .latest: "the topic's end"
    case .committed(nil): "where the group has committed"
    case .committed(.some(let member)): "where '\(member)' has committed for the group"
    }
  }
}

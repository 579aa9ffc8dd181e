import FastKMeansFormats

/// What can go wrong between a stream and Kafka: what, where, and how to fix it.
package enum KafkaError: Error, Equatable, Sendable {
  /// What was being asked of Kafka.
  package enum Operation: String, Sendable, Equatable {
    case start, describe, subscribe, assign, consume, position, commit, produce
  }

  /// What librdkafka reports: its number, its name and its text.
  package struct Fault: Equatable, Sendable {
    /// librdkafka's number: negative for faults of the client itself, positive for answers of a broker.
    package let code: Int32
    /// librdkafka's name of the number, such as `_ALL_BROKERS_DOWN`.
    package let name: String
    /// What librdkafka says, on one line.
    package let text: String

    init(code: Int32, name: String, text: String) {
      self.code = code
      self.name = name
      self.text = text.onOneLine
    }
  }

  /// The program was built without Kafka.
  case notBuilt
  case badAddress(String, reason: String)
  /// A property that librdkafka does not know, or a value that it does not take.
  case badProperty(name: String, reason: String)
  /// A property that the stream's guarantees rest on.
  case reservedProperty(name: String, reason: String)
  case badOption(name: String, value: String, allowed: String)
  /// No broker answered in time.
  case unreachable(brokers: String, seconds: Double, reason: Fault?)
  case noTopic(String, brokers: String)
  /// The record to go on from is no longer there, or not yet: `earliest` is the first that the topic holds,
  /// `latest` the next that it will get.
  case offsetOutOfRange(TopicPartition, offset: Int64, earliest: Int64, latest: Int64)
  /// A partition of the checkpoint that the topic does not have.
  case missingPartition(TopicPartition, partitionCount: Int)
  /// The checkpoint is about another topic.
  case otherTopic(expected: String, found: String)
  /// The checkpoint's part about Kafka cannot be read.
  case badPositions(reason: String)
  /// Messages that no broker has confirmed.
  case undelivered(count: Int, topic: String, reason: Fault?)
  /// The client cannot go on; a new one has to be made.
  case fatal(Fault)
  case failed(Operation, Fault)
  /// It was closed before.
  case closed
}

extension KafkaError {
  /// Whether the package was built with the trait `Kafka`.
  package static var isBuilt: Bool {
    #if Kafka
      true
    #else
      false
    #endif
  }
}

extension KafkaError.Fault: CustomStringConvertible {
  /// One line: the text, the name and the number.
  package var description: String { "\(text) (librdkafka \(name), \(code))" }
}

extension KafkaError: CustomStringConvertible {
  /// One line: what failed, where, and how to fix it.
  package var description: String { (callText ?? positionText ?? brokerText).onOneLine }

  private var callText: String? {
    switch self {
    case .notBuilt:
      """
      this fastkmeans was built without Kafka; build it with: swift build -c release --product fastkmeans \
      --traits Kafka
      """
    case .badAddress(let address, let reason):
      "'\(address)' is no Kafka address: \(reason); write kafka://host:port/topic"
    case .badProperty(let name, let reason):
      "Kafka property '\(name)': \(reason)"
    case .reservedProperty(let name, let reason):
      "Kafka property '\(name)' cannot be set: \(reason)"
    case .badOption(let name, let value, let allowed):
      "\(name) is \(value); allowed: \(allowed)"
    default: nil
    }
  }

  private var positionText: String? {
    switch self {
    case .offsetOutOfRange(let place, let offset, let earliest, let latest) where offset < earliest:
      """
      \(place): the stream goes on at offset \(offset), but the topic begins at \(earliest) (next: \(latest)): \
      \(earliest - offset) records were deleted before they were read; pass --offset-reset earliest to go on \
      without them, or latest to skip to the end
      """
    case .offsetOutOfRange(let place, let offset, let earliest, let latest):
      """
      \(place): the stream goes on at offset \(offset), but the topic holds only \(earliest) to \(latest): it was \
      emptied or made anew; pass --offset-reset earliest to read what it holds now, or latest to skip to the end
      """
    case .missingPartition(let place, let count):
      """
      \(place): the checkpoint names this partition, but the topic has \(count); it was made anew: go on with a \
      new model, or under the topic's old name
      """
    case .otherTopic(let expected, let found):
      """
      the checkpoint is about the topic '\(found)', not '\(expected)'; name that topic, or begin a new model \
      for this one
      """
    case .badPositions(let reason):
      "the checkpoint's positions in Kafka are damaged: \(reason)"
    default: nil
    }
  }

  private var brokerText: String {
    switch self {
    case .unreachable(let brokers, let seconds, let reason):
      """
      no Kafka broker at \(brokers) answered in \(seconds.shortText) s\(reason.map { ": \($0)" } ?? ""); check the \
      address and that the broker runs
      """
    case .noTopic(let topic, let brokers):
      "there is no topic '\(topic)' at \(brokers); create it first, or check its name"
    case .undelivered(let count, let topic, let reason):
      """
      \(count) \(count == 1 ? "message" : "messages") to the topic '\(topic)' \
      \(count == 1 ? "was" : "were") not confirmed by a broker\(reason.map { ": \($0)" } ?? ""); they are sent \
      again when the stream is started again
      """
    case .fatal(let fault):
      "the Kafka client cannot go on: \(fault); start the stream again"
    case .failed(let operation, let fault):
      "Kafka, \(operation.rawValue): \(fault)"
    default:
      "the connection to Kafka is closed"
    }
  }
}

extension Double {
  /// Without needless digits, for messages.
  var shortText: String {
    let tenths = (self * 10).rounded()
    guard tenths.magnitude < 1e15 else { return "\(self)" }
    let whole = Int64(tenths)
    return whole % 10 == 0 ? "\(whole / 10)" : "\(whole / 10).\(abs(whole % 10))"
  }
}

/// How a stream reads from Kafka.
package struct KafkaOptions: Sendable, Equatable {
  /// What to do where the record to go on from is gone.
  package enum OffsetReset: String, Sendable, CaseIterable {
    /// End with ``KafkaError/offsetOutOfRange(_:offset:earliest:latest:)``.
    case error
    /// Go on at the oldest record there is, and say how many were lost.
    case earliest
    /// Go on with what comes next, and say so.
    case latest
  }

  /// The consumer group, whose members share the topic's partitions among them. `nil`: this stream reads all
  /// partitions by itself, and tells the broker nothing.
  package var group: String?
  /// How this reader calls itself in what it commits, so that it knows its own commits again; the same after a
  /// restart, another one for every other member of the group.
  package var member = "fastkmeans"
  package var offsetReset = OffsetReset.error
  /// End when everything was read that the partitions held, instead of waiting for more.
  package var stopsAtEnd = false
  /// Seconds to wait for the first answer of a broker. Once there was one, outages are waited out.
  package var firstContact = 30.0
  /// A record with a longer value is rejected.
  package var maxRecordBytes = 64 << 20
  /// Whether positions name the records of their batch and these records' keys, as ``KafkaAnswers`` needs it.
  package var namesRecords = false
  /// Further properties of librdkafka, such as `security.protocol`.
  package var properties: [String: String] = [:]

  package init() {}

  /// Checks what librdkafka does not.
  ///
  /// - Throws: ``KafkaError/badOption(name:value:allowed:)``, ``KafkaError/reservedProperty(name:reason:)``.
  package func validate() throws {
    if let group, group.isEmpty || group.utf8.count > 255 {
      throw KafkaError.badOption(name: "the consumer group", value: "'\(group)'", allowed: "1 to 255 bytes")
    }
    guard firstContact > 0, firstContact <= 86_400 else {
      throw KafkaError.badOption(
        name: "the time for the first contact", value: "\(firstContact)", allowed: "above 0, at most 86400 s")
    }
    guard (1...Self.largestRecord).contains(maxRecordBytes) else {
      throw KafkaError.badOption(
        name: "the largest record", value: "\(maxRecordBytes)", allowed: "1 to \(Self.largestRecord) bytes")
    }
    try Self.checkProperties(properties)
  }

  /// What librdkafka can take in one answer, less room for what is around a record.
  static let largestRecord = 1_000_000_000
}

extension KafkaOptions {
  /// Refuses properties that the stream's guarantees rest on.
  static func checkProperties(_ properties: [String: String]) throws {
    for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
      if let reason = reserved[name] { throw KafkaError.reservedProperty(name: name, reason: reason) }
      let isCooperative = name == "partition.assignment.strategy" && value.contains("cooperative")
      guard !isCooperative else {
        throw KafkaError.reservedProperty(
          name: name,
          reason: "a rebalance ends with a checkpoint, so all partitions change hands at once; leave it out")
      }
    }
  }

  private static let reserved: [String: String] = {
    let address = "the address says it"
    let positions = "positions are kept in the checkpoint, and the broker is told after it"
    return [
      "bootstrap.servers": address, "metadata.broker.list": address, "group.id": "pass --group",
      "enable.auto.commit": positions, "auto.commit.enable": positions, "enable.auto.offset.store": positions,
      "auto.offset.reset": "pass --offset-reset", "enable.partition.eof": "the stream needs it",
      "enable.idempotence": "order and at-least-once delivery need it",
      "message.timeout.ms": "an answer is sent until a broker has it",
      "log.queue": "the stream shows the log",
    ]
  }()

  /// What librdkafka is told for a consumer.
  func consumerProperties(brokers: String) -> [String: String] {
    var all = [
      "bootstrap.servers": brokers,
      // Without a group nothing is joined and nothing committed; librdkafka wants a name anyway.
      "group.id": group ?? "fastkmeans",
      "enable.auto.commit": "false",
      "enable.auto.offset.store": "false",
      "auto.offset.reset": "error",
      "enable.partition.eof": "true",
      "allow.auto.create.topics": "false",
      "partition.assignment.strategy": "range,roundrobin",
      // librdkafka's question for a partition's ends lasts as long as this, whatever time it is given; a stop that
      // comes while brokers are gone waits for it.
      "socket.timeout.ms": "10000",
      // What is read ahead: enough for a second of learning; the default is 64 MB a partition.
      "queued.max.messages.kbytes": "32768",
      "receive.message.max.bytes": "\(min(2_000_000_000, max(100_000_000, maxRecordBytes + (1 << 24))))",
    ]
    all.merge(properties) { $1 }
    return all
  }

  /// What librdkafka is told for a producer.
  func producerProperties(brokers: String) -> [String: String] {
    var all = [
      "bootstrap.servers": brokers,
      "enable.idempotence": "true",
      // An outage is waited out, not turned into a loss.
      "message.timeout.ms": "0",
      "message.max.bytes": "\(Self.largestRecord)",
      "linger.ms": "5",
    ]
    all.merge(properties) { $1 }
    return all
  }
}

#if Kafka
  import FastKMeansFormats

  /// Where records go that could not be read: key and value as they came, with headers that say why.
  final class DeadLetterTopic {
    private let producer: KafkaProducer

    init(_ address: KafkaAddress, options: KafkaOptions, notice: @escaping (KafkaNotice) -> Void) throws {
      producer = try KafkaProducer(address, options: options, notice: notice)
    }

    /// Sends rejected records, and waits until they are confirmed.
    ///
    /// A record that is too large for the topic is sent without its value.
    ///
    /// - Throws: ``KafkaError/undelivered(count:topic:reason:)``.
    func send(_ rejected: [RejectedRecord], unless shouldStop: () -> Bool) throws {
      let letters = rejected.map(Self.letter)
      for (number, letter) in letters.enumerated() {
        try producer.send(letter, number: number, unless: shouldStop)
      }
      try producer.flush(unless: shouldStop)
      let oversized = producer.takeOversized()
      for number in oversized {
        try producer.send(Self.withoutValue(letters[number]), number: number, unless: shouldStop)
      }
      try producer.flush(unless: shouldStop)
      let refused = producer.takeOversized()
      guard refused.isEmpty else {
        throw KafkaError.undelivered(count: refused.count, topic: producer.address.topic, reason: nil)
      }
    }

    func close() { producer.close() }

    static func letter(_ rejected: RejectedRecord) -> KafkaMessage {
      let record = rejected.record
      var headers = [
        KafkaMessage.Header("fastkmeans.reason", rejected.reason.description.onOneLine),
        KafkaMessage.Header("fastkmeans.source.topic", record.place.topic),
        KafkaMessage.Header("fastkmeans.source.partition", "\(record.place.partition)"),
        KafkaMessage.Header("fastkmeans.source.offset", "\(record.offset)"),
      ]
      if let timestamp = record.timestamp {
        headers.append(KafkaMessage.Header("fastkmeans.source.timestamp", "\(timestamp)"))
      }
      return KafkaMessage(key: record.key, value: record.value ?? [], headers: headers)
    }

    private static func withoutValue(_ letter: KafkaMessage) -> KafkaMessage {
      var small = letter
      small.headers.append(KafkaMessage.Header("fastkmeans.omitted.bytes", "\(letter.value?.count ?? 0)"))
      // An empty value, for a missing one would be a tombstone.
      small.value = []
      return small
    }
  }
#endif

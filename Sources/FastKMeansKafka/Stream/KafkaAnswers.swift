#if Kafka
  import FastKMeansCore
  import FastKMeansStreams

  /// Writes what the model says about each record, before it learns from it, to another topic.
  ///
  /// Each answer has its record's key, so that answers about one thing stay in order and in one partition, and says
  /// which record it is about. Answers are written when their batch is in the log and confirmed before the next
  /// checkpoint: after a crash some come twice, none is missing. A reader that must not see one twice can tell by
  /// partition and offset.
  package final class KafkaAnswers: AnswerSink {
    private let producer: KafkaProducer
    private let sourceTopic: String?
    private let stop: StopSignal
    private let encode: (Answer<Label>) -> String

    /// - Parameters:
    ///   - address: of the topic to write to.
    ///   - source: where the rows come from, if that is Kafka too; then with ``KafkaOptions/namesRecords``.
    ///   - options: properties of the client.
    ///   - stop: ends the waiting for brokers that are gone.
    ///   - notice: is told what happens.
    ///   - encode: an answer as the value of a message.
    /// - Throws: ``KafkaError``; ``KafkaError/unreachable(brokers:seconds:reason:)`` after
    ///   ``KafkaOptions/firstContact`` seconds.
    package init(
      _ address: KafkaAddress, source: KafkaAddress?, options: KafkaOptions, stop: StopSignal,
      notice: @escaping (KafkaNotice) -> Void = { _ in }, encode: @escaping (Answer<Label>) -> String
    ) throws {
      try options.validate()
      sourceTopic = source?.topic
      self.stop = stop
      self.encode = encode
      producer = try KafkaProducer(address, options: options, notice: notice)
    }

    deinit { close() }

    package func send(_ answers: [Answer<Label>], upTo position: SourcePosition) throws {
      // Before its first batch a model has nothing to say.
      guard !answers.isEmpty else { return }
      let records = try sourceTopic.map { try KafkaPosition(position, topic: $0).rows.records }
      guard records == nil || records?.count == answers.count else {
        throw KafkaError.badPositions(
          reason: "\(answers.count) answers for \(records?.count ?? 0) records")
      }
      for (index, answer) in answers.enumerated() {
        var message = KafkaMessage(value: Array(encode(answer).utf8))
        if let record = records?[index] {
          message.key = record.key
          message.headers = [
            KafkaMessage.Header("fastkmeans.source.partition", "\(record.partition)"),
            KafkaMessage.Header("fastkmeans.source.offset", "\(record.offset)"),
          ]
        }
        try producer.send(message, unless: { stop.isRequested })
      }
    }

    /// Waits until all answers are confirmed, through outages too, unless a stop is asked for.
    ///
    /// - Throws: ``KafkaError/undelivered(count:topic:reason:)``.
    package func flush() throws {
      try producer.flush(unless: { stop.isRequested })
    }

    package func close() { producer.close() }
  }
#endif

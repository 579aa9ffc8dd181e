import FastKMeansCore

#if Kafka
  import FastKMeansFormats
  import FastKMeansStreams

  /// Reads the rows of a stream from a Kafka topic.
  ///
  /// A record is a row: JSON with a text and a label, `label<TAB>text`, or a line of SVMlight. Tombstones (records
  /// without a value) are passed over and counted; records that cannot be read are rejected.
  ///
  /// What was learned and where to go on from are saved together, so each record is learned from exactly once by
  /// this model, whatever the broker believes; the broker is told afterwards, for others to see how far the stream
  /// is. With a group, partitions are shared among its members, each of which learns its own model: when the
  /// group takes partitions back, what was read of them is learned and saved before they are let go.
  ///
  /// Records of one partition come in order. Between partitions the order is as delivered, and so are the batches;
  /// the stream's log holds the rows themselves, so that a restart repeats them exactly.
  package final class KafkaSource {
    package let address: KafkaAddress
    let options: KafkaOptions
    let format: RowFormat
    let readerOptions: ReaderOptions
    let notice: (KafkaNotice) -> Void
    let consumer: KafkaConsumer
    let deadLetters: DeadLetterTopic?
    /// What the cluster calls itself, or the brokers' addresses if it has no name.
    let cluster: String

    var phase = Phase.notStarted
    /// The next offset of each partition after the rows that were handed out.
    var handedOut = KafkaPosition(topic: "")
    var encodedPosition = SourcePosition.beginning
    /// The next offset of each partition that is read; records before it are not wanted.
    var reading: [Int32: Int64] = [:]
    /// Where each of them began to be read, in this assignment.
    var begun: [Int32: Int64] = [:]
    var pending: PendingBatch
    /// A batch that is complete, and whose dead letters are not yet confirmed.
    var waiting: PendingBatch.Finished?
    var partitionCount: Int
    /// Partitions that were read to their end.
    var ended: Set<Int32> = []
    var outage = OutageWatch()
    var expectation = RowExpectation()
    /// The last stop signal, for calls that do not bring one.
    var stop: StopSignal?
    /// When partitions were last looked for.
    var lastLook = ContinuousClock.now
    /// Counts since the source was made.
    package internal(set) var counts = KafkaCounts()

    enum Phase: Equatable {
      case notStarted
      case reading
      /// The group wants the partitions back, and what was read of them is not yet saved.
      case revoked
      case closed
    }

    /// Connects, and asks whether the topic is there.
    ///
    /// - Parameters:
    ///   - address: of the topic.
    ///   - format: `tsv`, `jsonl` or `svmlight`.
    ///   - reader: how to understand the rows.
    ///   - options: how to read the topic.
    ///   - deadLetter: the topic for records that cannot be read; `nil`: they are only reported.
    ///   - notice: is told what happens, on the thread that reads.
    /// - Throws: ``KafkaError``; ``KafkaError/unreachable(brokers:seconds:reason:)`` after
    ///   ``KafkaOptions/firstContact`` seconds. `FormatError` for a format that records cannot have.
    package init(
      _ address: KafkaAddress, format: RowFormat, reader: ReaderOptions,
      options: KafkaOptions = KafkaOptions(),
      deadLetter: KafkaAddress? = nil, notice: @escaping (KafkaNotice) -> Void = { _ in }
    ) throws {
      try options.validate()
      // Refuses formats that records cannot have, before anything is connected.
      pending = try PendingBatch(address, format: format, options: reader, namesRecords: options.namesRecords)
      self.address = address
      self.options = options
      self.format = format
      self.notice = notice
      readerOptions = reader
      consumer = try KafkaConsumer(
        address, options: options, keepsKeys: options.namesRecords || deadLetter != nil)
      partitionCount = try Self.firstContact(consumer, address, limit: options.firstContact)
      cluster = try consumer.client.clusterIdentifier(timeout: 1) ?? address.brokers
      deadLetters = try deadLetter.map {
        try DeadLetterTopic($0, options: options, notice: notice)
      }
      handedOut = KafkaPosition(topic: address.topic)
    }

    deinit { close() }

    /// Waits for the first answer about the topic.
    static func firstContact(
      _ consumer: KafkaConsumer, _ address: KafkaAddress, limit: Double
    ) throws -> Int {
      let start = ContinuousClock.now
      var last: KafkaError.Fault?
      while true {
        let passed = start.secondsUntilNow
        guard passed < limit else {
          throw KafkaError.unreachable(brokers: address.brokers, seconds: limit, reason: last)
        }
        do {
          let timeout = min(5, limit - passed)
          return try consumer.client.partitionCount(
            of: address.topic, brokers: address.brokers, timeout: timeout)
        } catch KafkaError.failed(_, let fault) where fault.isOutage {
          last = consumer.connectionFault() ?? fault
          System.pause(min(0.1, limit - start.secondsUntilNow))
        }
      }
    }
  }
#endif

/// What a stream from Kafka has met so far.
package struct KafkaCounts: Equatable, Sendable {
  /// Records that were taken, tombstones and unreadable ones included.
  package var records = 0
  /// Records without a value.
  package var tombstones = 0
  package var rejected = 0
  /// Bytes of the values.
  package var bytes = 0
}

extension ContinuousClock.Instant {
  /// Seconds that have passed since.
  var secondsUntilNow: Double { duration(to: .now) / .seconds(1) }
}

#if Kafka
  import CRdkafka

  /// Reads records of one topic, either all partitions by itself or as a member of a group.
  ///
  /// It decides nothing: ``KafkaSource`` decides where to begin and what a rebalance means.
  final class KafkaConsumer {
    /// What a consumer has to say.
    enum Event: Equatable, Sendable {
      /// Nothing came in the time given.
      case nothing
      /// A record was added to the batch.
      case record
      /// The group gives these partitions to this consumer, which must answer with `assign`.
      case assigned([TopicPartition])
      /// The group takes all partitions back; the consumer must answer with `letGo`. `isLost`: somebody else may
      /// read them already.
      case revoked(isLost: Bool)
      /// Everything was read that the partition holds.
      case end(TopicPartition)
      /// The offset to go on from is not there.
      case outOfRange(TopicPartition)
      /// Something that may pass by itself, such as a broker that is gone.
      case trouble(KafkaError.Fault)
      /// A commit that was asked for has failed.
      case commitFailed(KafkaError.Fault)
      /// A line of librdkafka's log; lower levels are graver, as in syslog.
      case log(level: Int, text: String)
    }

    let client: KafkaClient
    private let topic: String
    private let keepsKeys: Bool

    /// - Parameter keepsKeys: records come with their keys.
    /// - Throws: ``KafkaError/badProperty(name:reason:)``, ``KafkaError/failed(_:_:)``.
    init(_ address: KafkaAddress, options: KafkaOptions, keepsKeys: Bool) throws {
      topic = address.topic
      self.keepsKeys = keepsKeys
      client = try KafkaClient(.consumer, properties: options.consumerProperties(brokers: address.brokers))
    }

    func place(_ partition: Int32) -> TopicPartition { TopicPartition(topic: topic, partition: partition) }
  }

  extension KafkaConsumer {
    /// Joins the group; assignments come as events.
    func subscribe() throws {
      let handle = try client.pointer()
      let whole = PartitionOffset(place: place(RD_KAFKA_PARTITION_UA))
      try KafkaError.check(.subscribe) { try [whole].withPartitionList { rd_kafka_subscribe(handle, $0) } }
    }

    /// Reads these partitions, and no others, from these offsets on; what was fetched before is dropped.
    ///
    /// - Parameter offsets: for each partition the next offset.
    func assign(_ offsets: [Int32: Int64]) throws {
      let handle = try client.pointer()
      try KafkaError.check(.assign) { try list(offsets).withPartitionList { rd_kafka_assign(handle, $0) } }
    }

    /// Answers a revocation: the group may hand the partitions on.
    func letGo() throws {
      let handle = try client.pointer()
      try KafkaError.check(.assign) { rd_kafka_assign(handle, nil) }
    }

    /// Tells the broker how far the group is.
    ///
    /// - Parameters:
    ///   - offsets: the next offset of each partition.
    ///   - note: kept with them by the broker.
    ///   - timeout: how many seconds to wait for the broker's answer; `nil`: a bad answer comes as an event.
    /// - Throws: ``KafkaError/failed(_:_:)`` if it refuses, or does not answer in time.
    func commit(_ offsets: [Int32: Int64], note: String, timeout: Double?) throws {
      guard !offsets.isEmpty else { return }
      let handle = try client.pointer()
      guard let timeout else { return try commit(offsets, note: note, to: client.queue()) }
      guard let answers = rd_kafka_queue_new(handle) else {
        throw KafkaError.failed(.commit, KafkaError.Fault(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE))
      }
      defer { rd_kafka_queue_destroy(answers) }
      try commit(offsets, note: note, to: answers)
      guard let event = rd_kafka_queue_poll(answers, milliseconds(timeout)) else {
        throw KafkaError.failed(.commit, KafkaError.Fault(RD_KAFKA_RESP_ERR__TIMED_OUT))
      }
      defer { rd_kafka_event_destroy(event) }
      try KafkaError.check(.commit) { rd_kafka_event_error(event) }
    }

    private func commit(_ offsets: [Int32: Int64], note: String, to queue: OpaquePointer) throws {
      let handle = try client.pointer()
      try KafkaError.check(.commit) {
        try list(offsets, note: note).withPartitionList { rd_kafka_commit_queue(handle, $0, queue, nil, nil) }
      }
    }

    private func list(_ offsets: [Int32: Int64], note: String? = nil) -> [PartitionOffset] {
      offsets.sorted { $0.key < $1.key }
        .map { PartitionOffset(place: place($0.key), offset: $0.value, note: note) }
    }
  }

  extension KafkaConsumer {
    /// Waits for the next event.
    ///
    /// - Parameters:
    ///   - batch: gets the record, if it is one.
    ///   - timeout: seconds.
    /// - Throws: ``KafkaError/fatal(_:)``, ``KafkaError/closed``.
    func poll(into batch: inout RecordBatch, timeout: Double) throws -> Event {
      guard let event = rd_kafka_queue_poll(try client.queue(), milliseconds(timeout)) else {
        return .nothing
      }
      defer { rd_kafka_event_destroy(event) }
      switch rd_kafka_event_type(event) {
      case RD_KAFKA_EVENT_FETCH: return fetched(event, into: &batch)
      case RD_KAFKA_EVENT_REBALANCE: return try rebalanced(event)
      case RD_KAFKA_EVENT_ERROR: return try failed(event)
      case RD_KAFKA_EVENT_OFFSET_COMMIT:
        let code = rd_kafka_event_error(event)
        // No offset: everything was committed before.
        let isFine = code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET
        return isFine ? .nothing : .commitFailed(KafkaError.Fault(code))
      case RD_KAFKA_EVENT_LOG:
        return logLine(event).map { .log(level: $0.level, text: $0.text) } ?? .nothing
      default: return .nothing
      }
    }

    private func fetched(_ event: OpaquePointer, into batch: inout RecordBatch) -> Event {
      guard let message = rd_kafka_event_message_next(event) else { return .nothing }
      guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
        return .trouble(KafkaError.Fault(message.pointee.err))
      }
      var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
      let time = rd_kafka_message_timestamp(message, &kind)
      let record = message.pointee
      let key = keepsKeys ? batch.append(record.key, record.key_len) : nil
      batch.entries.append(
        RecordBatch.Entry(
          partition: record.partition, offset: record.offset,
          timestamp: kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time, key: key,
          value: batch.append(record.payload, record.len)))
      return .record
    }

    private func rebalanced(_ event: OpaquePointer) throws -> Event {
      guard let list = rd_kafka_event_topic_partition_list(event),
        rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
      else { return .revoked(isLost: rd_kafka_assignment_lost(try client.pointer()) != 0) }
      return .assigned([PartitionOffset](copying: list).map(\.place))
    }

    private func failed(_ event: OpaquePointer) throws -> Event {
      let fault = try KafkaError.passingFault(of: event)
      switch rd_kafka_event_error(event) {
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        return Self.place(of: event).map(Event.end) ?? .nothing
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return Self.place(of: event).map(Event.outOfRange) ?? .trouble(fault)
      default:
        return .trouble(fault)
      }
    }

    private static func place(of event: OpaquePointer) -> TopicPartition? {
      guard let entry = rd_kafka_event_topic_partition(event) else { return nil }
      defer { rd_kafka_topic_partition_destroy(entry) }
      return PartitionOffset(copying: entry.pointee).place
    }

    /// What the brokers' connections have met so far; the last word that says more than "all are down".
    func connectionFault() -> KafkaError.Fault? {
      var found: KafkaError.Fault?
      var unused = RecordBatch()
      for _ in 0..<100 {
        guard let event = try? poll(into: &unused, timeout: 0), event != .nothing else { break }
        if case .trouble(let fault) = event, found == nil || fault.name != "_ALL_BROKERS_DOWN" {
          found = fault
        }
      }
      return found
    }
  }

  extension RecordBatch {
    /// Copies bytes in; `nil` for none at all, which is something else than an empty value.
    fileprivate mutating func append(_ start: UnsafeMutableRawPointer?, _ count: Int) -> Range<Int>? {
      guard let start else { return nil }
      let first = bytes.count
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
      return first..<bytes.count
    }
  }
#endif

#if Kafka
  import CRdkafka

  extension KafkaConsumer {
    /// Waits for the next event.
    ///
    /// - Parameters:
    ///   - batch: gets the record, if it is one.
    ///   - timeout: seconds.
    /// - Throws: ``KafkaError/fatal(_:)``, ``KafkaError/closed``.
    func poll(into batch: inout RecordBatch, timeout: Double) throws -> ConsumerEvent {
      guard let event = rd_kafka_queue_poll(try client.queue(), milliseconds(timeout)) else {
        return .nothing
      }
      defer { rd_kafka_event_destroy(event) }
      switch rd_kafka_event_type(event) {
      case RD_KAFKA_EVENT_FETCH: return fetched(event, into: &batch)
      case RD_KAFKA_EVENT_REBALANCE: return try rebalanced(event)
      case RD_KAFKA_EVENT_ERROR: return try failed(event)
      case RD_KAFKA_EVENT_OFFSET_COMMIT: return committed(event)
      case RD_KAFKA_EVENT_LOG: return logged(event)
      default: return .nothing
      }
    }

    private func fetched(_ event: OpaquePointer, into batch: inout RecordBatch) -> ConsumerEvent {
      guard let message = rd_kafka_event_message_next(event) else { return .nothing }
      guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
        return .trouble(KafkaFault(message.pointee.err))
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

    private func rebalanced(_ event: OpaquePointer) throws -> ConsumerEvent {
      guard let list = rd_kafka_event_topic_partition_list(event),
        rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
      else { return .revoked(isLost: rd_kafka_assignment_lost(try client.pointer()) != 0) }
      return .assigned([PartitionOffset](copying: list).map(\.place))
    }

    private func failed(_ event: OpaquePointer) throws -> ConsumerEvent {
      let code = rd_kafka_event_error(event)
      let text = rd_kafka_event_error_string(event).map { String(cString: $0) }
      let fault = KafkaFault(code, text: text)
      if rd_kafka_event_error_is_fatal(event) != 0 { throw KafkaError.fatal(fault) }
      switch code {
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        return Self.place(of: event).map(ConsumerEvent.end) ?? .nothing
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return Self.place(of: event).map(ConsumerEvent.outOfRange) ?? .trouble(fault)
      default:
        return .trouble(fault)
      }
    }

    private func committed(_ event: OpaquePointer) -> ConsumerEvent {
      let code = rd_kafka_event_error(event)
      // No offset: everything was committed before.
      guard code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET else { return .nothing }
      return .commitFailed(KafkaFault(code))
    }

    private func logged(_ event: OpaquePointer) -> ConsumerEvent {
      KafkaLogLine(event).map { ConsumerEvent.log(level: $0.level, text: $0.text) } ?? .nothing
    }

    private static func place(of event: OpaquePointer) -> TopicPartition? {
      guard let entry = rd_kafka_event_topic_partition(event) else { return nil }
      defer { rd_kafka_topic_partition_destroy(entry) }
      return PartitionOffset(copying: entry.pointee).place
    }
  }

  /// A line of librdkafka's log.
  struct KafkaLogLine {
    let level: Int
    let text: String

    init?(_ event: OpaquePointer) {
      var facility: UnsafePointer<CChar>?
      var line: UnsafePointer<CChar>?
      var level: Int32 = 0
      guard rd_kafka_event_log(event, &facility, &line, &level) == 0, let line else { return nil }
      self.level = Int(level)
      text = String(cString: line).onOneLine
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

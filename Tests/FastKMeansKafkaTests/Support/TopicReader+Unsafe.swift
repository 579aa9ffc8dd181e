#if Kafka
  import CRdkafka

  /// Reads a topic's first partition with its headers, by a separate client.
  final class TopicReader {
    struct Record {
      var key: [UInt8]?
      var value: [UInt8]?
      var headers: [String: String]
    }

    struct TooFew: Error { let found: Int }

    private let handle: OpaquePointer

    init(_ cluster: MockCluster, _ topic: String) throws {
      let configuration = rd_kafka_conf_new()
      var text = [CChar](repeating: 0, count: 512)
      for (name, value) in [
        ("bootstrap.servers", cluster.brokers), ("group.id", "reader"), ("log_level", "0"),
      ] {
        _ = rd_kafka_conf_set(configuration, name, value, &text, text.count)
      }
      guard let handle = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, &text, text.count) else {
        throw TooFew(found: 0)
      }
      self.handle = handle
      rd_kafka_poll_set_consumer(handle)
      let list = rd_kafka_topic_partition_list_new(1)
      let entry = rd_kafka_topic_partition_list_add(list, topic, 0)
      entry?.pointee.offset = 0
      rd_kafka_assign(handle, list)
      rd_kafka_topic_partition_list_destroy(list)
    }

    deinit {
      rd_kafka_consumer_close(handle)
      rd_kafka_destroy(handle)
    }

    /// Waits for this many records, and a little for one too many.
    func read(count: Int) throws -> [Record] {
      var records: [Record] = []
      let begin = ContinuousClock.now
      while begin.duration(to: .now) < .seconds(60) {
        let message = rd_kafka_consumer_poll(handle, records.count < count ? 1000 : 300)
        guard let message else {
          if records.count >= count { break }
          continue
        }
        defer { rd_kafka_message_destroy(message) }
        if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { records.append(Self.record(message)) }
      }
      guard records.count >= count else { throw TooFew(found: records.count) }
      return records
    }

    private static func record(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Record {
      func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
        start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
      }
      var record = Record(
        key: bytes(message.pointee.key, message.pointee.key_len),
        value: bytes(message.pointee.payload, message.pointee.len), headers: [:])
      var headers: OpaquePointer?
      guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return record }
      var index = 0
      var name: UnsafePointer<CChar>?
      var value: UnsafeRawPointer?
      var size = 0
      while rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
        let name
      {
        record.headers[String(cString: name)] = String(
          decoding: UnsafeRawBufferPointer(start: value, count: size), as: UTF8.self)
        index += 1
      }
      return record
    }
  }
#endif

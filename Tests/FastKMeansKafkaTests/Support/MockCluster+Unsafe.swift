#if Kafka
  import CRdkafka
  import FastKMeansKafka

  /// Brokers inside of this process, which speak Kafka's own protocol over loopback sockets: librdkafka's mock
  /// cluster, with a producer to fill its topics.
  final class MockCluster {
    private let owner: OpaquePointer
    private let cluster: OpaquePointer
    let brokers: String

    struct Failure: Error { let text: String }

    /// - Parameter brokerCount: how many.
    init(brokers brokerCount: Int = 1) throws {
      let configuration = rd_kafka_conf_new()
      var text = [CChar](repeating: 0, count: 512)
      for (name, value) in [
        ("test.mock.num.brokers", "\(brokerCount)"), ("linger.ms", "1"), ("log_level", "0"),
        ("message.max.bytes", "200000000"), ("queue.buffering.max.kbytes", "1000000"),
        ("queue.buffering.max.messages", "2000000"),
      ] {
        _ = rd_kafka_conf_set(configuration, name, value, &text, text.count)
      }
      guard let owner = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count),
        let cluster = rd_kafka_handle_mock_cluster(owner)
      else { throw Failure(text: "the mock cluster did not start") }
      self.owner = owner
      self.cluster = cluster
      brokers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit { rd_kafka_destroy(owner) }

    func address(_ topic: String) throws -> KafkaAddress { try KafkaAddress("kafka://\(brokers)/\(topic)") }

    func create(_ topic: String, partitions: Int = 1) throws {
      try check(rd_kafka_mock_topic_create(cluster, topic, Int32(partitions), 1))
    }

    /// Lets the topic be answered with an error; 0 for none.
    func setError(_ code: rd_kafka_resp_err_t, of topic: String) {
      rd_kafka_mock_topic_set_error(cluster, topic, code)
    }

    /// All brokers go; their memory stays.
    func setDown() throws { try check(rd_kafka_mock_broker_set_down(cluster, -1)) }

    func setUp() throws { try check(rd_kafka_mock_broker_set_up(cluster, -1)) }

    /// The next requests of a kind fail.
    func fail(_ request: Int16, with codes: [rd_kafka_resp_err_t]) {
      rd_kafka_mock_push_request_errors_array(cluster, request, codes.count, codes)
    }

    /// Writes records, and waits until they are there.
    func produce(_ values: [String?], to topic: String, partition: Int32 = 0, keys: [String?] = []) throws {
      try produce(values.map { $0.map { Array($0.utf8) } }, to: topic, partition: partition, keys: keys)
    }

    func produce(_ values: [[UInt8]?], to topic: String, partition: Int32 = 0, keys: [String?] = []) throws {
      guard let named = rd_kafka_topic_new(owner, topic, nil) else { throw Failure(text: topic) }
      defer { rd_kafka_topic_destroy(named) }
      for (index, value) in values.enumerated() {
        let key = index < keys.count ? keys[index].map { Array($0.utf8) } : nil
        try send(value, key: key, to: named, partition)
      }
      try check(rd_kafka_flush(owner, 30_000))
    }

    private func send(_ value: [UInt8]?, key: [UInt8]?, to topic: OpaquePointer, _ partition: Int32) throws {
      // A tombstone has no address, which is something else than no bytes.
      let isTombstone = value == nil
      var (value, key) = (value ?? [], key ?? [])
      value.reserveCapacity(1)
      let (size, keySize) = (value.count, key.count)
      let status = value.withUnsafeMutableBytes { value in
        key.withUnsafeMutableBytes { key in
          rd_kafka_produce(
            topic, partition, RD_KAFKA_MSG_F_COPY, isTombstone ? nil : value.baseAddress, size,
            keySize == 0 ? nil : key.baseAddress, keySize, nil)
        }
      }
      if status != 0 { try check(rd_kafka_last_error()) }
      rd_kafka_poll(owner, 0)
    }

    private func check(_ code: rd_kafka_resp_err_t) throws {
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
        throw Failure(text: String(cString: rd_kafka_err2str(code)))
      }
    }
  }
#endif

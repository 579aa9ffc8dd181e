#if Kafka
  import CRdkafka

  extension KafkaClient {
    /// How many partitions a topic has.
    ///
    /// - Throws: ``KafkaError/noTopic(_:brokers:)``, or ``KafkaError/failed(_:_:)`` with the fault that
    ///   ``Fault/isOutage`` tells from one that lasts.
    func partitionCount(of topic: String, brokers: String, timeout: Double) throws -> Int {
      let handle = try pointer()
      guard let named = rd_kafka_topic_new(handle, topic, nil) else {
        throw KafkaError.failed(.describe, KafkaError.Fault(rd_kafka_last_error()))
      }
      defer { rd_kafka_topic_destroy(named) }
      var found: UnsafePointer<rd_kafka_metadata>?
      let code = rd_kafka_metadata(handle, 0, named, &found, milliseconds(timeout))
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let found else {
        throw Self.topicError(code, topic: topic, brokers: brokers)
      }
      defer { rd_kafka_metadata_destroy(found) }
      guard found.pointee.topic_cnt == 1, let entry = found.pointee.topics?.pointee else {
        throw KafkaError.noTopic(topic, brokers: brokers)
      }
      guard entry.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
        throw Self.topicError(entry.err, topic: topic, brokers: brokers)
      }
      guard entry.partition_cnt > 0 else { throw KafkaError.noTopic(topic, brokers: brokers) }
      return Int(entry.partition_cnt)
    }

    private static func topicError(_ code: rd_kafka_resp_err_t, topic: String, brokers: String) -> KafkaError
    {
      switch code {
      case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
        RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        .noTopic(topic, brokers: brokers)
      default: .failed(.describe, KafkaError.Fault(code))
      }
    }

    /// The identifier that the cluster gave itself; `nil` if it has none or none came in time.
    func clusterIdentifier(timeout: Double) throws -> String? {
      let handle = try pointer()
      guard let text = rd_kafka_clusterid(handle, milliseconds(timeout)) else { return nil }
      defer { rd_kafka_mem_free(handle, text) }
      return String(cString: text)
    }

    /// The first offset that a partition holds, and the next that it will give away.
    ///
    /// Asked for as the offsets of the times "beginning" and "end": librdkafka's own question for both keeps to its time
    /// only until it knows the leader, and then waits for that broker, however long.
    func bounds(of place: TopicPartition, timeout: Double) throws -> (earliest: Int64, latest: Int64) {
      let earliest = try offset(of: place, atTime: Int64(RD_KAFKA_OFFSET_BEGINNING), timeout: timeout)
      return (earliest, try offset(of: place, atTime: Int64(RD_KAFKA_OFFSET_END), timeout: timeout))
    }

    private func offset(of place: TopicPartition, atTime time: Int64, timeout: Double) throws -> Int64 {
      let handle = try pointer()
      return try [PartitionOffset(place: place)].withPartitionList { list in
        list.pointee.elems?.pointee.offset = time
        try KafkaError.check(.position) {
          rd_kafka_offsets_for_times(handle, list, milliseconds(timeout))
        }
        let entry = list.pointee.elems?.pointee
        try KafkaError.check(.position) { entry?.err ?? RD_KAFKA_RESP_ERR__FAIL }
        // No answer came in time: what was asked still stands there.
        guard let entry, entry.offset >= 0 else {
          throw KafkaError.failed(.position, KafkaError.Fault(RD_KAFKA_RESP_ERR__TIMED_OUT))
        }
        return entry.offset
      }
    }

    /// What the group last committed.
    func committed(_ places: [TopicPartition], timeout: Double) throws -> [PartitionOffset] {
      let handle = try pointer()
      return try places.map { PartitionOffset(place: $0) }.withPartitionList { list in
        try KafkaError.check(.position) { rd_kafka_committed(handle, list, milliseconds(timeout)) }
        return [PartitionOffset](copying: list)
      }
    }
  }

  extension KafkaError.Fault {
    /// Brokers cannot be reached, or cannot answer for the moment: it may pass by itself.
    var isOutage: Bool {
      switch rd_kafka_resp_err_t(rawValue: code) {
      case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
        RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__NODE_UPDATE,
        RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__IN_PROGRESS,
        RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
        true
      default: false
      }
    }
  }
#endif

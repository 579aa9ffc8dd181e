#if Kafka
  import CRdkafka

  extension KafkaConsumer {
    /// Joins the group; assignments come as events.
    func subscribe() throws {
      let handle = try client.pointer()
      let whole = PartitionOffset(place: place(RD_KAFKA_PARTITION_UA))
      try check(.subscribe) { try [whole].withPartitionList { rd_kafka_subscribe(handle, $0) } }
    }

    /// Reads these partitions, and no others, from these offsets on; what was fetched before is dropped.
    ///
    /// - Parameter offsets: for each partition the next offset.
    func assign(_ offsets: [Int32: Int64]) throws {
      let handle = try client.pointer()
      let list = offsets.sorted { $0.key < $1.key }
        .map { PartitionOffset(place: place($0.key), offset: $0.value) }
      try check(.assign) { try list.withPartitionList { rd_kafka_assign(handle, $0) } }
    }

    /// Answers a revocation: the group may hand the partitions on.
    func letGo() throws {
      let handle = try client.pointer()
      try check(.assign) { rd_kafka_assign(handle, nil) }
    }

    /// Tells the broker how far the group is; the answer comes as an event, if it is a bad one.
    ///
    /// - Parameters:
    ///   - offsets: the next offset of each partition.
    ///   - note: kept with them by the broker.
    func commit(_ offsets: [Int32: Int64], note: String) throws {
      try commit(offsets, note: note, to: client.queue())
    }

    /// Tells the broker, and waits for its answer.
    ///
    /// - Throws: ``KafkaError/failed(_:_:)`` if it refuses, or does not answer in time.
    func commit(_ offsets: [Int32: Int64], note: String, timeout: Double) throws {
      guard !offsets.isEmpty else { return }
      guard let answers = rd_kafka_queue_new(try client.pointer()) else {
        throw KafkaError.failed(.commit, KafkaFault(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE))
      }
      defer { rd_kafka_queue_destroy(answers) }
      try commit(offsets, note: note, to: answers)
      guard let event = rd_kafka_queue_poll(answers, milliseconds(timeout)) else {
        throw KafkaError.failed(.commit, KafkaFault(RD_KAFKA_RESP_ERR__TIMED_OUT))
      }
      defer { rd_kafka_event_destroy(event) }
      try check(.commit) { rd_kafka_event_error(event) }
    }

    private func commit(_ offsets: [Int32: Int64], note: String, to queue: OpaquePointer) throws {
      guard !offsets.isEmpty else { return }
      let handle = try client.pointer()
      let list = offsets.sorted { $0.key < $1.key }
        .map { PartitionOffset(place: place($0.key), offset: $0.value, note: note) }
      try check(.commit) {
        try list.withPartitionList { rd_kafka_commit_queue(handle, $0, queue, nil, nil) }
      }
    }

    private func check(_ operation: KafkaError.Operation, _ call: () throws -> rd_kafka_resp_err_t) throws {
      let code = try call()
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError.failed(operation, KafkaFault(code)) }
    }
  }
#endif

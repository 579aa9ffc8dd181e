#if Kafka
  import CRdkafka

  #if canImport(Darwin)
    import Darwin
  #elseif canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  typealias PartitionList = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  extension [PartitionOffset] {
    /// Calls `body` with the same as librdkafka's list, which is freed afterwards.
    func withPartitionList<Result>(_ body: (PartitionList) throws -> Result) throws -> Result {
      guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: count)) else {
        throw KafkaError.failed(.position, KafkaFault(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE))
      }
      defer { rd_kafka_topic_partition_list_destroy(list) }
      for item in self {
        guard let entry = rd_kafka_topic_partition_list_add(list, item.place.topic, item.place.partition)
        else { continue }
        entry.pointee.offset = item.offset ?? Int64(RD_KAFKA_OFFSET_INVALID)
        guard let note = item.note, let copy = strdup(note) else { continue }
        // The list frees it.
        entry.pointee.metadata = UnsafeMutableRawPointer(copy)
        entry.pointee.metadata_size = note.utf8.count
      }
      return try body(list)
    }

    /// A copy of librdkafka's list.
    init(copying list: UnsafePointer<rd_kafka_topic_partition_list_t>) {
      self = (0..<Int(list.pointee.cnt)).compactMap { index in
        list.pointee.elems.map { PartitionOffset(copying: $0[index]) }
      }
    }
  }

  extension PartitionOffset {
    init(copying entry: rd_kafka_topic_partition_t) {
      let topic = entry.topic.map { String(cString: $0) } ?? ""
      place = TopicPartition(topic: topic, partition: entry.partition)
      // Negative numbers are librdkafka's names for "beginning", "end" and "unknown".
      offset = entry.offset < 0 ? nil : entry.offset
      note = entry.metadata.map {
        String(decoding: UnsafeRawBufferPointer(start: $0, count: entry.metadata_size), as: UTF8.self)
      }
    }
  }
#endif

/// A partition with an offset and, where it comes from a commit, what was noted with it.
struct PartitionOffset: Equatable, Sendable {
  var place: TopicPartition
  /// `nil`: none is known.
  var offset: Int64?
  var note: String?
}

#if Kafka
  import CRdkafka

  typealias PartitionList = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  extension [PartitionOffset] {
    /// Calls `body` with the same as librdkafka's list, which is freed afterwards.
    func withPartitionList<Result>(_ body: (PartitionList) throws -> Result) throws -> Result {
      guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: count)) else {
        throw KafkaError.failed(.position, KafkaError.Fault(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE))
      }
      defer { rd_kafka_topic_partition_list_destroy(list) }
      for item in self {
        guard let entry = rd_kafka_topic_partition_list_add(list, item.place.topic, item.place.partition)
        else { continue }
        entry.pointee.offset = item.offset ?? Int64(RD_KAFKA_OFFSET_INVALID)
        let note = [UInt8]((item.note ?? "").utf8)
        guard !note.isEmpty, let copy = rd_kafka_mem_malloc(nil, note.count) else { continue }
        // The list frees it.
        copy.copyMemory(from: note, byteCount: note.count)
        entry.pointee.metadata = copy
        entry.pointee.metadata_size = note.count
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

/// Records on their way into a batch, in the order in which they came; their bytes lie one after the other.
struct RecordBatch: Sendable {
  struct Entry: Sendable {
    var partition: Int32
    var offset: Int64
    /// Milliseconds since 1970, or `nil`.
    var timestamp: Int64?
    /// `nil`: no key, or keys are not kept.
    var key: Range<Int>?
    /// `nil`: a tombstone.
    var value: Range<Int>?
  }

  var bytes: [UInt8] = []
  var entries: [Entry] = []

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }

  func value(of entry: Entry) -> ArraySlice<UInt8>? { entry.value.map { bytes[$0] } }
  func key(of entry: Entry) -> ArraySlice<UInt8>? { entry.key.map { bytes[$0] } }

  /// Forgets the last record.
  mutating func removeLast() {
    guard let entry = entries.popLast() else { return }
    let start = [entry.key?.lowerBound, entry.value?.lowerBound].compactMap { $0 }.min()
    if let start { bytes.removeSubrange(start...) }
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
  }

  /// The record at a place, with its bytes copied.
  func record(_ index: Int, topic: String) -> KafkaRecord {
    let entry = entries[index]
    return KafkaRecord(
      place: TopicPartition(topic: topic, partition: entry.partition), offset: entry.offset,
      timestamp: entry.timestamp, key: key(of: entry).map(Array.init), value: value(of: entry).map(Array.init)
    )
  }
}

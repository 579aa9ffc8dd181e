import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams

/// A batch that is being gathered: records as they came, and the rows that were read from them.
struct PendingBatch {
  /// What was handed out, with the records that it was made of.
  struct Finished {
    var batch: RowBatch
    var rows: RecordList
    var rejected: [RejectedRecord]
  }

  /// A key that is longer is no key that answers could carry on: positions are kept in memory and in each log entry.
  static let maxKeyBytes = 1 << 16
  /// Room for the records' names in a position, well below what one may have.
  private static let maxNameBytes = SourcePosition.maxByteCount / 2

  let address: KafkaAddress
  /// Whether to say which records the rows were made of.
  let namesRecords: Bool
  var records = RecordBatch()
  private var rows: RecordRows
  /// Records before this place are parsed.
  private var parsedCount = 0
  /// Records that are not even looked at, by place.
  private var refused: [Int: String] = [:]
  /// Bytes as a file would have them, with a line break a record.
  private(set) var byteCount = 0
  /// About what the names of the records take in a position.
  private var nameBytes = 0
  /// When the first record came.
  private(set) var begin: ContinuousClock.Instant?

  init(_ address: KafkaAddress, format: RowFormat, options: ReaderOptions, namesRecords: Bool) throws {
    self.address = address
    self.namesRecords = namesRecords
    rows = try RecordRows(name: address.description, format: format, options: options)
  }

  var isEmpty: Bool { records.isEmpty }
  var zeroBased: Bool? { rows.zeroBased }

  /// Looks at the record that was added last.
  mutating func didAppend(maxRecordBytes: Int) {
    guard let entry = records.entries.last else { return }
    if begin == nil { begin = .now }
    let size = entry.value?.count ?? 0
    byteCount += size + 1
    if namesRecords { nameBytes += nameSize(entry, after: records.entries.dropLast().last) }
    if size > maxRecordBytes {
      refuse("the value has \(size) bytes; allowed: \(maxRecordBytes)", keepingBytes: 1024)
    } else if let key = entry.key, key.count > Self.maxKeyBytes {
      nameBytes -= namesRecords ? key.count * 4 / 3 : 0
      refuse("the key has \(key.count) bytes; allowed: \(Self.maxKeyBytes)", keepingBytes: maxRecordBytes)
      records.entries[records.count - 1].key = nil
    }
  }

  /// About the bytes of a record's name in a position: a separate run takes three numbers.
  private func nameSize(_ entry: RecordBatch.Entry, after previous: RecordBatch.Entry?) -> Int {
    let follows = previous.map { $0.partition == entry.partition && $0.offset + 1 == entry.offset } ?? false
    return (follows ? 0 : 48) + (entry.key.map { $0.count * 4 / 3 } ?? 0) + 8
  }

  /// Whether nothing more fits; parses what could make it so.
  mutating func isFull(_ limits: BatchLimits) throws -> Bool {
    guard !isEmpty else { return false }
    // The batch cannot be full before this many more have come, so that records are parsed many at a time.
    if records.count - parsedCount >= max(1, limits.maxRows) - rows.rowCount { try parse() }
    return rows.rowCount >= max(1, limits.maxRows) || byteCount >= max(1, limits.maxBytes)
      || nameBytes >= Self.maxNameBytes
  }

  /// Ends the batch.
  mutating func finish() throws -> Finished {
    try parse()
    var (batch, numbers) = try rows.takeBatch()
    var reasons = refused.mapValues { FormatError.Problem.unsupported($0) }
    for (number, row) in zip(numbers, batch.rejected) { reasons[number] = row.reason.problem }
    let rejected = reasons.sorted { $0.key < $1.key }.map { number, reason in
      RejectedRecord(record: records.record(number, topic: address.topic), reason: reason)
    }
    batch.rejected = rejected.map { $0.row(of: address.description) }
    return Finished(batch: batch, rows: names(without: reasons), rejected: rejected)
  }

  /// The records that became rows.
  private func names(without rejected: [Int: FormatError.Problem]) -> RecordList {
    var list = RecordList()
    guard namesRecords else { return list }
    for (number, entry) in records.entries.enumerated() where rejected[number] == nil {
      list.append(partition: entry.partition, offset: entry.offset, key: records.key(of: entry))
    }
    return list
  }

  private mutating func refuse(_ reason: String, keepingBytes kept: Int) {
    let last = records.count - 1
    refused[last] = reason
    guard let value = records.entries[last].value, value.count > kept else { return }
    records.entries[last].value = value.prefix(kept)
    if value.upperBound == records.bytes.count { records.bytes.removeSubrange(value.dropFirst(kept)) }
  }

  private mutating func parse() throws {
    var first = parsedCount
    let records = self.records
    // Refused records are left out, in blocks between them.
    for number in parsedCount...records.count where number == records.count || refused[number] != nil {
      if first < number {
        let block = records.entries[first..<number].lazy.map { records.value(of: $0) ?? [] }
        try rows.append(block, first: first)
      }
      first = number + 1
    }
    parsedCount = records.count
  }
}

import FastKMeansStreams

/// Where a stream from Kafka stands: the next offset of each partition, and what the batch before it was made of.
///
/// It goes into the checkpoint and into the log. The batch's records are kept so that answers that have to be sent
/// again after a crash carry the same keys and offsets as before; the rows themselves are in the log.
struct KafkaPosition: Equatable, Sendable {
  var topic: String
  /// The next record to be learned from, for every partition that was ever read.
  var next: [Int32: Int64] = [:]
  /// The records of the last batch's rows, in the batch's order; empty if answers are not wanted.
  var rows = RecordList()
}

/// Which records a batch's rows were made of: offsets in runs, and keys.
struct RecordList: Equatable, Sendable, Codable {
  /// Records of one partition that follow each other.
  struct Run: Equatable, Sendable, Codable {
    var partition: Int32
    var first: Int64
    var count: Int

    init(partition: Int32, first: Int64, count: Int) {
      self.partition = partition
      self.first = first
      self.count = count
    }

    /// Three numbers, to be short.
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      partition = try list.decode(Int32.self)
      first = try list.decode(Int64.self)
      count = try list.decode(Int.self)
    }

    func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      try list.encode(partition)
      try list.encode(first)
      try list.encode(count)
    }
  }

  private(set) var runs: [Run] = []
  /// One a record; base 64, for a key is any bytes.
  private(set) var keys: [String?] = []

  var count: Int { runs.reduce(0) { $0 + $1.count } }

  /// - Parameter key: its base 64 coding; `nil` if it has none.
  mutating func append(partition: Int32, offset: Int64, key: String?) {
    if let last = runs.indices.last, runs[last].partition == partition,
      runs[last].first + Int64(runs[last].count) == offset
    {
      runs[last].count += 1
    } else {
      runs.append(Run(partition: partition, first: offset, count: 1))
    }
    keys.append(key)
  }

  /// Partition, offset and key of every record.
  var records: [(partition: Int32, offset: Int64, key: String?)] {
    var all: [(partition: Int32, offset: Int64, key: String?)] = []
    all.reserveCapacity(count)
    for run in runs {
      for step in 0..<run.count {
        all.append((run.partition, run.first + Int64(step), keys[all.count]))
      }
    }
    return all
  }
}

import FastKMeansCore
import FastKMeansStreams

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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

  /// - Parameter key: `nil` if it has none.
  mutating func append(partition: Int32, offset: Int64, key: (some Collection<UInt8>)?) {
    if let last = runs.indices.last, runs[last].partition == partition,
      runs[last].first + Int64(runs[last].count) == offset
    {
      runs[last].count += 1
    } else {
      runs.append(Run(partition: partition, first: offset, count: 1))
    }
    keys.append(key.map { Data($0).base64EncodedString() })
  }

  /// Partition, offset and key of every record.
  var records: [(partition: Int32, offset: Int64, key: [UInt8]?)] {
    zip(runs.flatMap { run in (0..<Int64(run.count)).map { (run.partition, run.first + $0) } }, keys).map {
      ($0.0, $0.1, $1.flatMap { Data(base64Encoded: $0) }.map(Array.init))
    }
  }
}

extension KafkaPosition {
  /// A JSON object with sorted names: the same position is the same bytes.
  private struct Coded: Codable {
    var version: Int
    var topic: String
    /// Partition and offset, by partition.
    var next: [[Int64]]
    var rows: RecordList
  }

  private static let version = 1

  /// The position's bytes for the checkpoint.
  ///
  /// - Throws: ``KafkaError/badPositions(reason:)`` if it cannot be written.
  func encoded() throws -> SourcePosition {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let pairs = next.sorted { $0.key < $1.key }.map { [Int64($0.key), $0.value] }
    do {
      let data = try encoder.encode(
        Coded(version: Self.version, topic: topic, next: pairs, rows: rows))
      return SourcePosition(bytes: Array(data))
    } catch {
      throw KafkaError.badPositions(reason: "they cannot be written: \(error)")
    }
  }

  /// Reads a position back. It comes from a file, so nothing in it is taken on trust.
  ///
  /// - Parameter position: as ``encoded()`` gave it; empty for the beginning.
  /// - Throws: ``KafkaError/badPositions(reason:)``, ``KafkaError/otherTopic(expected:found:)``.
  init(_ position: SourcePosition, topic: String) throws {
    self.init(topic: topic)
    guard position != .beginning else { return }
    let coded: Coded
    do {
      coded = try JSONDecoder().decode(Coded.self, from: Data(position.bytes))
    } catch {
      throw KafkaError.badPositions(reason: "they are not what was written")
    }
    guard coded.version == Self.version else {
      throw KafkaError.badPositions(
        reason: "version \(coded.version), but this program knows \(Self.version); use the newer program")
    }
    guard coded.topic == topic else {
      throw KafkaError.otherTopic(expected: topic, found: coded.topic)
    }
    for pair in coded.next {
      guard pair.count == 2, let partition = Int32(exactly: pair[0]), partition >= 0, pair[1] >= 0,
        next.updateValue(pair[1], forKey: partition) == nil
      else { throw KafkaError.badPositions(reason: "a partition's entry is no pair of partition and offset") }
    }
    rows = try coded.rows.checked()
  }
}

extension RecordList {
  /// Refuses lists that claim more records than a batch can have, before memory is taken for them.
  fileprivate func checked() throws -> RecordList {
    var total = 0
    for run in runs {
      let (sum, overflows) = total.addingReportingOverflow(run.count)
      guard run.partition >= 0, run.first >= 0, run.count >= 1, !overflows, sum <= 1 << 32,
        run.first <= Int64.max - Int64(run.count)
      else { throw KafkaError.badPositions(reason: "a run of records is out of range") }
      total = sum
    }
    guard keys.count == total else {
      throw KafkaError.badPositions(reason: "\(keys.count) keys for \(total) records")
    }
    return self
  }
}

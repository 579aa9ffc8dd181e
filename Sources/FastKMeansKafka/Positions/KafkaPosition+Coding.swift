import FastKMeansStreams

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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

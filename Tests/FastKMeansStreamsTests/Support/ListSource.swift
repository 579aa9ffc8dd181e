import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

@testable import FastKMeansStreams

/// A source whose batches are known beforehand.
final class ListSource: RowSource {
  let name = "list"
  var identity = "list"
  let isRereadable: Bool
  private let batches: [RowBatch]
  private(set) var index = 0
  var saved: [SourcePosition] = []
  var setAside: [RejectedRow] = []
  /// Asked for before the batch of this number.
  var savesBefore: Int?

  init(_ batches: [RowBatch], isRereadable: Bool) {
    self.batches = batches
    self.isRereadable = isRereadable
  }

  static func position(_ index: Int) -> SourcePosition { SourcePosition(bytes: Array("\(index)".utf8)) }

  var position: SourcePosition { Self.position(index) }

  func seek(to position: SourcePosition) throws {
    index = Int(String(decoding: position.bytes, as: UTF8.self)) ?? 0
  }

  func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent {
    if stop.isRequested { return .nothing }
    if savesBefore == index {
      savesBefore = nil
      return .saveFirst
    }
    guard index < batches.count else { return .end }
    index += 1
    return .rows(batches[index - 1])
  }

  func reread(to end: SourcePosition) throws -> RowBatch {
    index = Int(String(decoding: end.bytes, as: UTF8.self)) ?? 0
    return batches[index - 1]
  }

  func didSave(upTo position: SourcePosition) throws { saved.append(position) }
  func setAside(_ rejected: [RejectedRow]) throws { setAside += rejected }
}

/// Batches of rows that can be learned from.
enum SampleBatches {
  static let words = ["red green blue", "cat dog cow", "iron gold tin", "rain snow hail"].map {
    $0.split(separator: " ")
  }

  static func text(_ count: Int, rows: Int, seed: UInt64) -> [RowBatch] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { batch in
      var documents = UTF8Documents()
      var labels: [String] = []
      for row in 0..<rows {
        // The last class comes later than the others.
        let kind = row < 3 ? row : random.below(batch < count / 2 ? 3 : 4)
        labels.append("class \(kind)")
        documents.append(
          (0..<5).map { _ in String(words[random.below(5) == 0 ? random.below(4) : kind][random.below(3)]) }
            .joined(separator: " "))
      }
      return RowBatch(
        data: .text(documents, labels: LabelColumn(labels)), rejected: rejected(batch), unlabelledCount: 0)
    }
  }

  /// - Parameter turn: from this batch on, what had one label has the next one.
  static func vectors(_ count: Int, rows: Int, seed: UInt64, turn: Int = .max) throws -> [RowBatch] {
    var random = SplitMix(seed: seed)
    return try (0..<count).map { batch in
      var labels: [Int] = []
      var values: [Float] = []
      for row in 0..<rows {
        let kind = row < 2 ? row : random.below(3)
        labels.append(batch < turn ? kind : (kind + 1) % 3)
        values += (0..<6).map { Float(random.below(100)) / 100 + ($0 % 3 == kind ? 2 : 0) }
      }
      let matrix = try DenseMatrix(rowCount: rows, columnCount: 6, values: values)
      return RowBatch(
        data: .features(.dense(matrix), labels: LabelColumn(labels)), rejected: rejected(batch),
        unlabelledCount: 0)
    }
  }

  private static func rejected(_ batch: Int) -> [RejectedRow] {
    guard batch % 3 == 1 else { return [] }
    let reason = FormatError(path: "list", place: .line(batch), problem: .missingLabel)
    return [RejectedRow(bytes: Array("bad row \(batch)".utf8), reason: reason)]
  }
}

import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// The search for similar rows against every product.
@Suite struct SimilarRowsTests {
  private static let thresholds = [0.3, 0.8, 0.95, 1]

  /// Rows of which many are alike: copies, copies with a change, rows without any feature.
  private func rows(_ count: Int, seed: UInt64, isSparse: Bool) throws -> (rows: [[Float]], labels: [Int]) {
    var random = CounterRandom(seed: seed)
    var rows: [[Float]] = []
    for row in 0..<count {
      switch random.nextIndex(below: 4) {
      case 0 where row > 0: rows.append(rows[random.nextIndex(below: row)])
      case 1 where row > 0:
        var copy = rows[random.nextIndex(below: row)]
        copy[random.nextIndex(below: 30)] += Float(random.nextUnit()) * 0.3
        rows.append(copy)
      case 2 where random.nextIndex(below: 10) == 0: rows.append([Float](repeating: 0, count: 30))
      default:
        let density = isSparse ? 0.2 : 1
        rows.append((0..<30).map { _ in random.nextUnit() < density ? Float(random.nextUnit()) - 0.2 : 0 })
      }
    }
    return (rows, (0..<count).map { _ in random.nextIndex(below: 3) })
  }

  private func cosine(_ one: [Float], _ other: [Float]) -> Double {
    func product(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let length = (product(one, one) * product(other, other)).squareRoot()
    return length > 0 ? (one == other ? 1 : product(one, other) / length) : 0
  }

  @Test(arguments: [true, false], thresholds)
  func everyPairIsFound(isSparse: Bool, threshold: Double) throws {
    for seed in 1...8 as ClosedRange<UInt64> {
      let (rows, labels) = try rows(60, seed: seed, isSparse: isSparse)
      let found = try TestRows.features(rows, isSparse: isSparse).withRows {
        try SimilarRows(of: $0, labels: LabelColumn(labels), threshold: threshold, workers: 2)
      }
      let matches = Dictionary(uniqueKeysWithValues: found.duplicates.map { ($0.row, $0) })
      #expect(matches.count == found.duplicates.count)
      for row in rows.indices {
        let best = (0..<row).map { cosine(rows[row], rows[$0]) }.max() ?? 0
        // Equal rows are told of the first of them, others of the most similar.
        let match = matches[row]
        if best >= threshold + 1e-5 { #expect(match != nil, "row \(row): \(best)") }
        if best < threshold - 1e-5 { #expect(match == nil, "row \(row): \(best)") }
        guard let match else { continue }
        #expect(match.other < row && abs(Double(match.similarity) - best) < 1e-5)
        #expect(abs(cosine(rows[row], rows[match.other]) - best) < 1e-5)
      }
      for (one, next) in zip(found.duplicates, found.duplicates.dropFirst()) {
        #expect(one.similarity >= next.similarity)
      }
      for conflict in found.conflicts {
        #expect(labels[conflict.row] != labels[conflict.other] && conflict.other < conflict.row)
        #expect(cosine(rows[conflict.row], rows[conflict.other]) >= threshold - 1e-5)
      }
      // Two equal rows with two labels never go unseen.
      let conflicting = Set(found.conflicts.map(\.row))
      for row in rows.indices where rows[row].contains(where: { $0 != 0 }) {
        if (0..<row).contains(where: { rows[$0] == rows[row] && labels[$0] != labels[row] }) {
          #expect(conflicting.contains(row))
        }
      }
    }
  }

  @Test(arguments: [true, false], thresholds)
  func everyLeakIsFound(isSparse: Bool, threshold: Double) throws {
    let (all, _) = try rows(90, seed: 3, isSparse: isSparse)
    let (rows, others) = (Array(all[..<50]), Array(all[50...]))
    let leaks = try TestRows.features(rows, isSparse: isSparse).withRows { view in
      try TestRows.features(others, isSparse: isSparse).withRows {
        try SimilarRows.leaks(of: view, in: $0, threshold: threshold, workers: 2)
      }
    }
    let matches = Dictionary(uniqueKeysWithValues: leaks.map { ($0.row, $0) })
    for row in rows.indices {
      let best = others.map { cosine(rows[row], $0) }.max() ?? 0
      if best >= threshold + 1e-5 { #expect(matches[row] != nil) }
      if best < threshold - 1e-5 { #expect(matches[row] == nil) }
      guard let match = matches[row] else { continue }
      #expect(abs(cosine(rows[row], others[match.other]) - best) < 1e-5)
    }
  }

  @Test func badCallsAreNamed() throws {
    let features = try TestRows.features([[1, 0], [0, 1]], isSparse: true)
    for threshold in [0, -1, 1.5, .nan] {
      #expect(throws: OptionsError.self) {
        _ = try features.withRows { try SimilarRows(of: $0, labels: nil, threshold: threshold, workers: 1) }
      }
    }
    let wider = try TestRows.features([[1, 0, 2]], isSparse: true)
    #expect(throws: InputError.featureCountMismatch(expected: 2, found: 3)) {
      _ = try features.withRows { view in
        try wider.withRows { try SimilarRows.leaks(of: view, in: $0, threshold: 0.9, workers: 1) }
      }
    }
    #expect(throws: InputError.lengthMismatch(what: "labels", expected: 2, found: 1)) {
      _ = try features.withRows {
        try SimilarRows(of: $0, labels: LabelColumn([1]), threshold: 0.9, workers: 1)
      }
    }
  }
}

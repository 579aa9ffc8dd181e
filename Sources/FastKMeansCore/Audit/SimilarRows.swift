/// Finds rows that repeat others, exactly or nearly: every pair whose cosine reaches a threshold is seen, none is guessed.
///
/// Equal rows are put together first. Of sparse ones, each is known by its rarest features up to the point where the rest of
/// the row is too short to reach the threshold alone: two rows that reach it share one of these (prefix filtering: Chaudhuri,
/// Ganti and Kaushik 2006, doi:10.1109/ICDE.2006.9; on lengths as Anastasiu and Karypis 2014,
/// doi:10.1109/ICDE.2014.6816700). Of dense rows every product is computed.
///
/// A row is told its most similar earlier row, not all of them, so that a list never grows beyond the rows. The plain twin is
/// in the tests.
package struct SimilarRows: Sendable {
  /// A row and the most similar one before it, or in the other rows.
  package struct Match: Sendable, Equatable {
    package let row: Int
    package let other: Int
    /// 1 for rows with the same features.
    package let similarity: Float
  }

  /// Each row that has an earlier one like it.
  package private(set) var duplicates: [Match] = []
  /// Each row that has an earlier one like it with another label.
  package private(set) var conflicts: [Match] = []

  /// Compares the rows with each other.
  ///
  /// - Parameters:
  ///   - labels: one for each row; nil: there are no conflicts.
  ///   - threshold: the least cosine, above 0, at most 1.
  /// - Throws: ``OptionsError`` for a threshold out of range; ``InputError``.
  /// - Complexity: sparse: O(non-zeros + pairs that share a rare feature); dense: O(rows squared x columns).
  package init(of rows: FeatureRows, labels: LabelColumn?, threshold: Double, workers: Int) throws {
    try Self.check(threshold)
    if let labels, labels.count != rows.rowCount {
      throw InputError.lengthMismatch(what: "labels", expected: rows.rowCount, found: labels.count)
    }
    let groups = try EqualRows(rows, labels: labels?.indices, workers: workers)
    for (group, members) in groups.members.enumerated() {
      for row in members.dropFirst() {
        duplicates.append(Match(row: Int(row), other: Int(members[0]), similarity: 1))
        if let other = groups.firstOther(than: row, in: group), other < row {
          conflicts.append(Match(row: Int(row), other: Int(other), similarity: 1))
        }
      }
    }
    let firsts = groups.members.map { $0[0] }
    let found = try Self.search(
      rows, firsts, in: rows, firsts, threshold: Float(threshold), workers: workers, isEarlier: true
    ) { group, other in groups.firstOther(than: firsts[group], in: other) != nil }
    for (group, match) in found.enumerated() {
      if let (other, similarity) = match.best {
        duplicates.append(
          Match(row: Int(firsts[group]), other: Int(firsts[other]), similarity: similarity))
      }
      // Equal rows come first: they are as alike as any.
      if let (other, similarity) = match.special, let row = groups.firstOther(than: firsts[group], in: other)
      {
        conflicts.append(
          Match(
            row: max(Int(firsts[group]), Int(row)), other: min(Int(firsts[group]), Int(row)),
            similarity: similarity))
      }
    }
    sort()
  }

  /// Each row that stands in other rows too, with the most similar of these.
  ///
  /// - Parameters:
  ///   - others: on the same columns.
  ///   - threshold: the least cosine, above 0, at most 1.
  /// - Throws: as ``init(of:labels:threshold:workers:)``; ``InputError/featureCountMismatch(expected:found:)``.
  package static func leaks(
    of rows: FeatureRows, in others: FeatureRows, threshold: Double, workers: Int
  ) throws -> [Match] {
    try check(threshold)
    guard rows.columnCount == others.columnCount, rows.isSparse == others.isSparse else {
      throw InputError.featureCountMismatch(expected: rows.columnCount, found: others.columnCount)
    }
    let groups = try EqualRows(rows, labels: nil, workers: workers)
    let otherGroups = try EqualRows(others, labels: nil, workers: workers)
    let firsts = groups.members.map { $0[0] }
    let otherFirsts = otherGroups.members.map { $0[0] }
    let found = try search(
      rows, firsts, in: others, otherFirsts, threshold: Float(threshold), workers: workers, isEarlier: false
    ) { _, _ in false }
    return zip(groups.members, found).flatMap { members, match in
      match.best.map { other, similarity in
        members.map { Match(row: Int($0), other: Int(otherFirsts[other]), similarity: similarity) }
      } ?? []
    }.sorted { ($1.similarity, $0.row) < ($0.similarity, $1.row) }
  }

  private static func check(_ threshold: Double) throws(OptionsError) {
    guard threshold > 0, threshold <= 1 else {
      throw OptionsError(
        parameter: "similarity", value: "\(threshold)", allowed: "a number above 0, at most 1")
    }
  }

  private mutating func sort() {
    let precedes = { (one: Match, other: Match) in
      (other.similarity, one.row, one.other) < (one.similarity, other.row, other.other)
    }
    duplicates.sort(by: precedes)
    // A row may conflict with equal rows and with similar ones; the more similar stays.
    var seen = Set<Int>()
    conflicts = conflicts.sorted(by: precedes).filter { seen.insert($0.row).inserted }
  }
}

extension SimilarRows {
  /// The most similar candidate, and the most similar one of a special kind.
  private struct Found: Sendable {
    var best: (Int, Float)?
    var special: (Int, Float)?
  }

  /// - Parameters:
  ///   - chosen, candidates: which rows are compared; no two of either are equal.
  ///   - isEarlier: whether a row's candidates are those before it in the list alone.
  private static func search(
    _ rows: FeatureRows, _ chosen: [Int32], in others: FeatureRows, _ candidates: [Int32], threshold: Float,
    workers: Int, isEarlier: Bool, isSpecial: @escaping @Sendable (Int, Int) -> Bool
  ) throws -> [Found] {
    let slots = WorkerScratch<Found>(workers: max(1, chosen.count)) { Found() }
    @Sendable func take(_ query: Int, _ candidate: Int, _ similarity: Float) {
      guard similarity >= threshold else { return }
      slots.with(query) { found in
        func isBetter(_ old: (Int, Float)?) -> Bool {
          old.map { similarity > $0.1 || (similarity == $0.1 && candidate < $0.0) } ?? true
        }
        let similarity = min(1, similarity)
        if isBetter(found.best) { found.best = (candidate, similarity) }
        if isBetter(found.special), isSpecial(query, candidate) { found.special = (candidate, similarity) }
      }
    }
    switch (rows, others) {
    case (.sparse(let rows), .sparse(let others)):
      let index = try RarestFeatures(others, candidates, threshold: threshold, workers: workers)
      try index.forEachPair(of: rows, chosen, isEarlier: isEarlier, workers: workers, take)
    case (.dense, .dense):
      try forEachDensePair(rows, chosen, others, candidates, isEarlier: isEarlier, workers: workers, take)
    default: break
    }
    return (0..<chosen.count).map { query in slots.with(query) { $0 } }
  }

  private static func forEachDensePair(
    _ rows: FeatureRows, _ chosen: [Int32], _ others: FeatureRows, _ candidates: [Int32], isEarlier: Bool,
    workers: Int, _ take: @escaping @Sendable (Int, Int, Float) -> Void
  ) throws {
    let columnCount = rows.columnCount
    let norms = try RowNorms(of: others, distance: .cosine, workers: workers)
    // Some thousands at a time: the index is a copy of its rows.
    for first in stride(from: 0, to: candidates.count, by: 1 << 14) {
      let part = candidates[first..<min(candidates.count, first + (1 << 14))]
      var values: [Float] = []
      values.reserveCapacity(part.count * columnCount)
      for row in part {
        let scale = norms.scales[Int(row)]
        others.withValues(of: Int(row)) { values.append(contentsOf: $0.lazy.map { $0 * scale }) }
      }
      let set = PrototypeSet(
        featureCount: columnCount, rows: .dense(values: .float32(values)),
        classIndices: Array(0..<Int32(part.count)), masses: [Double](repeating: 1, count: part.count))
      let index = try ScoringIndex(
        prototypes: set, classCount: part.count, method: .denseProduct, workers: workers)
      let queries = isEarlier ? Array(chosen[first...]) : chosen
      let offset = isEarlier ? first : 0
      try rows.selecting(queries.map(Int.init)).withRows { queryRows in
        let scales = try RowNorms(of: queryRows, distance: .cosine, workers: workers).scales
        try scales.withUnsafeBufferPointer { scales in
          try index.forEachScoreBlock(of: queryRows, scales: scales, workers: workers) { _, range, scores in
            for row in range {
              let start = (row - range.lowerBound) * part.count
              let end = isEarlier ? min(part.count, row + offset - first) : part.count
              for candidate in 0..<max(0, end) {
                take(row + offset, first + candidate, scores[start + candidate])
              }
            }
          }
        }
      }
    }
  }
}

/// Rows with equal features, as vectors of length 1, put together; rows without any feature are left out.
private struct EqualRows {
  /// The rows of each group, ascending; the groups by their first rows.
  private(set) var members: [[Int32]] = []
  /// Of each group, the first row whose label differs from that of the group's first row.
  private var otherRow: [Int32?] = []
  private let labels: [Int32]?

  init(_ rows: FeatureRows, labels: [Int32]?, workers: Int) throws {
    self.labels = labels
    let norms = try RowNorms(of: rows, distance: .cosine, workers: workers)
    var groups: [UInt64: [Int]] = [:]
    let digests = Parallel.map(count: (rows.rowCount + 1023) / 1024, workers: workers) { _, block in
      (block * 1024..<min(rows.rowCount, (block + 1) * 1024)).map { rows.digest(of: $0) }
    }
    for (row, digest) in digests.joined().enumerated() where norms.squaredNorms[row] > 0 {
      let group = groups[digest]?.first { rows.isEqual(row, Int(members[$0][0])) }
      if let group {
        members[group].append(Int32(row))
        if let labels, otherRow[group] == nil, labels[row] != labels[Int(members[group][0])] {
          otherRow[group] = Int32(row)
        }
      } else {
        groups[digest, default: []].append(members.count)
        members.append([Int32(row)])
        otherRow.append(nil)
      }
    }
  }

  /// The first row of a group that has another label than a row.
  func firstOther(than row: Int32, in group: Int) -> Int32? {
    guard let labels else { return nil }
    let first = members[group][0]
    return labels[Int(first)] != labels[Int(row)] ? first : otherRow[group]
  }
}

extension FeatureRows {
  /// A number that equal rows share; a stored 0 counts for nothing.
  fileprivate func digest(of row: Int) -> UInt64 {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ word: UInt64) {
      state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
      state ^= state >> 29
    }
    for term in terms(of: row, scale: 1) where term.value != 0 {
      add(UInt64(term.column))
      add(UInt64(term.value.bitPattern))
    }
    return state
  }

  fileprivate func isEqual(_ row: Int, _ other: Int) -> Bool {
    let (one, two) = (terms(of: row, scale: 1), terms(of: other, scale: 1))
    return one.lazy.filter { $0.value != 0 }.elementsEqual(two.lazy.filter { $0.value != 0 }, by: ==)
  }
}

/// Sparse rows by their rarest features.
private struct RarestFeatures: Sendable {
  private let rows: SparseRows
  private let chosen: [Int32]
  private let scales: [Float]
  private let threshold: Float
  /// Of each feature, its place when the rarest come first.
  private let ranks: [UInt32: UInt32]
  private let starts: [Int]
  /// Positions in `chosen`, feature after feature.
  private let lists: [Int32]

  init(_ rows: SparseRows, _ chosen: [Int32], threshold: Float, workers: Int) throws {
    self.rows = rows
    self.chosen = chosen
    self.threshold = threshold
    scales = try RowNorms(of: .sparse(rows), distance: .cosine, workers: workers).scales
    var counts: [UInt32: Int32] = [:]
    for row in chosen {
      rows.withColumns(of: Int(row)) { for column in $0 { counts[column, default: 0] += 1 } }
    }
    let order = counts.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let ranks = Dictionary(
      uniqueKeysWithValues: order.enumerated().map { ($1.key, UInt32($0)) })
    self.ranks = ranks
    var prefixes: [[UInt32]] = []
    prefixes.reserveCapacity(chosen.count)
    var starts = [Int](repeating: 0, count: order.count + 1)
    for row in chosen {
      let prefix = Self.prefix(of: Int(row), rows, scales[Int(row)], ranks, threshold: threshold)
      for rank in prefix { starts[Int(rank) + 1] += 1 }
      prefixes.append(prefix)
    }
    for rank in order.indices { starts[rank + 1] += starts[rank] }
    var next = starts
    var lists = [Int32](repeating: 0, count: starts[order.count])
    for (position, prefix) in prefixes.enumerated() {
      for rank in prefix {
        lists[next[Int(rank)]] = Int32(position)
        next[Int(rank)] += 1
      }
    }
    (self.starts, self.lists) = (starts, lists)
  }

  /// The ranks of a row's rarest features, such that the rest of the row is shorter than the threshold. A feature that no
  /// indexed row has counts for nothing: it adds to no product.
  private static func prefix(
    of row: Int, _ rows: SparseRows, _ scale: Float, _ ranks: [UInt32: UInt32], threshold: Float
  ) -> [UInt32] {
    let terms = rows.withRow(row) { columns, values in
      zip(columns, values).compactMap { column, value -> (rank: UInt32, square: Double)? in
        guard value != 0, let rank = ranks[column] else { return nil }
        return (rank, Double(value * scale) * Double(value * scale))
      }.sorted { $0.rank < $1.rank }
    }
    var rest = terms.reduce(0) { $0 + $1.square }
    // Roundings must not lose a pair that lies at the threshold.
    let least = Double(threshold) * Double(threshold) * (1 - 1e-5)
    return terms.prefix { term in
      guard rest >= least else { return false }
      rest -= term.square
      return true
    }.map(\.rank)
  }

  /// Calls `body` with every pair that may reach the threshold and its cosine, in no fixed order.
  func forEachPair(
    of queries: SparseRows, _ asked: [Int32], isEarlier: Bool, workers: Int,
    _ body: @escaping @Sendable (_ query: Int, _ candidate: Int, _ similarity: Float) -> Void
  ) throws {
    let queryScales =
      isEarlier ? scales : try RowNorms(of: .sparse(queries), distance: .cosine, workers: workers).scales
    let seen = WorkerScratch<[Int32]>(workers: workers) { [Int32](repeating: -1, count: chosen.count) }
    Parallel.forEachChunk(count: asked.count, chunk: 256, workers: workers) { worker, range in
      seen.with(worker) { seen in
        for query in range {
          let row = Int(asked[query])
          for rank in Self.prefix(of: row, queries, queryScales[row], ranks, threshold: threshold) {
            for candidate in lists[starts[Int(rank)]..<starts[Int(rank) + 1]] {
              if isEarlier, candidate >= query { break }
              guard seen[Int(candidate)] != query else { continue }
              seen[Int(candidate)] = Int32(query)
              let other = Int(chosen[Int(candidate)])
              body(query, Int(candidate), product(queries, row, other) * queryScales[row] * scales[other])
            }
          }
        }
      }
    }
  }

  private func product(_ queries: SparseRows, _ row: Int, _ other: Int) -> Float {
    queries.withRow(row) { columns, values in
      rows.withRow(other) { otherColumns, otherValues in
        var (one, two, sum) = (0, 0, Float(0))
        while one < columns.count, two < otherColumns.count {
          let (left, right) = (columns[one], otherColumns[two])
          if left == right { sum += values[one] * otherValues[two] }
          if left <= right { one += 1 }
          if right <= left { two += 1 }
        }
        return sum
      }
    }
  }
}

/// How many prototypes a class deserves, judged by its size and how alike its documents are.
///
/// Several prototypes help large, mixed classes and hurt small ones. With s the mean cosine of two different
/// documents of the class, m = min(100, 20 + 6 (1 / s - 1)) documents pay for one prototype: the more mixed the
/// class, the more documents a prototype needs before it is more than chance.
package enum PrototypeCountRule {
  /// The most prototypes that a class gets when the number is left to us: more never won on held-out rows.
  package static let automaticLimit = 5

  /// - Parameters:
  ///   - limit: the most that any class gets.
  /// - Returns: for each class a number in `1 ... limit`.
  /// - Complexity: O(non-zeros).
  package static func counts(
    _ documents: TrainingSet, limit: Int, workers: Int
  ) throws -> [Int] {
    let sums = WorkerScratch<[Double]>(workers: workers) {
      [Double](repeating: 0, count: documents.featureCount)
    }
    return Parallel.map(count: documents.classCount, workers: workers) { worker, classIndex in
      sums.with(worker) { sum in
        documents.partition.withRows(of: classIndex) {
          Self.count($0, documents.rows, sum: &sum, limit: limit)
        }
      }
    }
  }

  /// Takes prototypes off until all fit into a limit; those that stand for the fewest documents go first.
  ///
  /// Each prototype is counted as if it had something at every feature, twice where it is refined: what a model takes
  /// is less.
  ///
  /// - Parameters:
  ///   - counts: for each class, what it deserves.
  ///   - isFixed: classes whose number was asked for; they count, and are left alone.
  /// - Complexity: O(n log n) for n prototypes.
  package static func limited(
    _ counts: [Int], isFixed: [Bool], documents: TrainingSet, options: TrainingOptions
  ) -> [Int] {
    guard options.isPrototypeCountAutomatic, let limit = options.automaticByteLimit else { return counts }
    let copies = options.refinement == .count(0) ? 1 : 2
    let bytes = max(
      1, documents.featureCount * copies * (options.precision.byteCount + (documents.isSparse ? 4 : 0)))
    var kept = counts.indices.map { isFixed[$0] ? counts[$0] : min(1, counts[$0]) }
    var room = limit / bytes - kept.reduce(0, +)
    let wishes = counts.indices.filter { !isFixed[$0] && counts[$0] > 1 }.flatMap { index in
      (2...counts[index]).map { (index: index, documents: documents.partition.count(of: index) / $0) }
    }
    for wish in wishes.sorted(by: { (-$0.documents, $0.index) < (-$1.documents, $1.index) }) where room > 0 {
      kept[wish.index] += 1
      room -= 1
    }
    return kept
  }

  private static func count(
    _ members: UnsafeBufferPointer<Int32>, _ rows: FeatureRows, sum: inout [Double], limit: Int
  ) -> Int {
    let count = Double(members.count)
    guard members.count > 20, limit > 1 else { return 1 }
    let similarity = max(
      1e-3, (squaredSum(members, rows, sum: &sum) - count) / (count * (count - 1)))
    let needed = min(100, 20 + 6 * (1 / min(1, similarity) - 1))
    return max(1, min(limit, Int(count / needed)))
  }

  /// The squared length of the sum of unit rows: the sum of all their cosines.
  private static func squaredSum(
    _ members: UnsafeBufferPointer<Int32>, _ rows: FeatureRows, sum: inout [Double]
  ) -> Double {
    sum.withUnsafeMutableBufferPointer { sum in
      var squared = 0.0
      for member in members {
        let row = Int(member)
        let length = rows.squaredNorm(of: row).squareRoot()
        squared = add(row, of: rows, times: length > 0 ? 1 / length : 0, to: sum, squared: squared)
      }
      for member in members { clear(Int(member), of: rows, in: sum) }
      return squared
    }
  }

  /// Adds a row to the sum; returns what the sum's squared length becomes.
  private static func add(
    _ row: Int, of rows: FeatureRows, times scale: Double, to sum: UnsafeMutableBufferPointer<Double>,
    squared: Double
  ) -> Double {
    // (a + x)^2 - a^2, so that clearing afterwards is all the second pass has to do.
    func added(_ value: Float, to cell: inout Double) -> Double {
      let added = Double(value) * scale
      defer { cell += added }
      return added * (2 * cell + added)
    }
    switch rows {
    case .sparse(let rows):
      return rows.withRow(row) { columns, values in
        columns.indices.reduce(squared) { $0 + added(values[$1], to: &sum[Int(columns[$1])]) }
      }
    case .dense(let rows):
      return rows.withValues(of: row) { values in
        values.indices.reduce(squared) { $0 + added(values[$1], to: &sum[$1]) }
      }
    }
  }

  private static func clear(_ row: Int, of rows: FeatureRows, in sum: UnsafeMutableBufferPointer<Double>) {
    switch rows {
    case .sparse(let rows): rows.withColumns(of: row) { for column in $0 { sum[Int(column)] = 0 } }
    case .dense: sum.update(repeating: 0)
    }
  }
}

import FastKMeansCore

/// Rows for tests: written out, or drawn at random from a seed.
package enum TestRows {
  /// Rows that are written out, dense or sparse.
  package static func features(_ rows: [[Float]], isSparse: Bool) throws -> Features {
    let width = rows.first?.count ?? 0
    guard isSparse else {
      return .dense(
        try DenseMatrix(rowCount: rows.count, columnCount: width, values: rows.flatMap { $0 }))
    }
    var offsets = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    for row in rows {
      for (column, value) in row.enumerated() where value != 0 {
        columns.append(UInt32(column))
        values.append(value)
      }
      offsets.append(columns.count)
    }
    return .sparse(try CSRMatrix(columnCount: width, rowOffsets: offsets, columns: columns, values: values))
  }

  /// Rows in clusters: each class has `subtopics` directions, a row lies near one of its class's.
  ///
  /// - Returns: the rows written out, and the class of each.
  package static func clustered(
    rows: Int, width: Int, classes: Int, subtopics: Int = 2, density: Double = 1, seed: UInt64
  ) -> (rows: [[Float]], classes: [Int]) {
    var random = CounterRandom(seed: seed)
    let centers = (0..<classes * subtopics).map { _ in
      (0..<width).map { _ in random.nextUnit() < density ? Float(random.nextUnit()) : 0 }
    }
    var result: [[Float]] = []
    var labels: [Int] = []
    for _ in 0..<rows {
      let label = random.nextIndex(below: classes)
      let center = centers[label * subtopics + random.nextIndex(below: subtopics)]
      labels.append(label)
      result.append(
        center.map { value in
          let isPresent = value != 0 ? random.nextUnit() < 0.9 : random.nextUnit() < 0.05 * density
          return isPresent ? value + Float(random.nextUnit()) * 0.5 : 0
        })
    }
    return (result, labels)
  }
}

extension Learner {
  /// The most rows that ``predictedClasses(_:)`` answers: for more, a model is worth its making.
  private static let fewRows = 64

  /// The class index of each of a few rows, read off the weights that a stream moves: what the model of this moment
  /// answers, to the bit, without making it.
  ///
  /// - Returns: nil where only a model tells: without such weights, for many rows, rows that say nothing, 16-bit weights,
  ///   and on devices.
  /// - Throws: ``InputError`` about the rows.
  /// - Complexity: O(non-zeros x prototypes).
  package func predictedClasses(_ rows: FeatureRows) throws -> [Int32]? {
    guard let streamWeights, let shape, rows.rowCount <= Self.fewRows,
      rows.isSparse == shape.isSparse, [.cpu, .automatic].contains(settings.device),
      [.float32, .float64].contains(settings.precision)
    else { return nil }
    try shape.check(rows)
    let rows = rows.relative(to: frame)
    let norms = try RowNorms(of: rows, distance: settings.distance, workers: 1)
    let truncation = shape.isSparse ? Float(settings.truncationThreshold) : 0
    var scores = [Float](repeating: 0, count: streamWeights.stride)
    var answers: [Int32] = []
    for row in 0..<rows.rowCount {
      guard
        let best = streamWeights.bestClass(
          of: row, rows, scale: norms.scales[row], truncation: truncation, &scores)
      else { return nil }
      answers.append(best)
    }
    return answers
  }
}

extension StreamWeights {
  /// The class of the lane with the largest score; equal scores go to the first lane.
  ///
  /// - Parameters:
  ///   - truncation: weights up to it in magnitude count as 0.
  ///   - scores: memory for a score of each lane.
  /// - Returns: nil for a row without a value that meets a weight, and where no score is a number.
  func bestClass(
    of row: Int, _ rows: FeatureRows, scale: Float, truncation: Float, _ scores: inout [Float]
  ) -> Int32? {
    for lane in scores.indices { scores[lane] = biases?[lane] ?? 0 }
    var isKnown = false
    func add(_ value: Float, _ weightRow: Int) {
      let scaled = value * scale
      for lane in classOfLane.indices where ids[lane] != 0 {
        let weight = weights[weightRow * stride + lane]
        guard weight.magnitude > truncation else { continue }
        isKnown = isKnown || value != 0
        scores[lane].addProduct(scaled, weight)
      }
    }
    switch rows {
    case .sparse(let rows):
      rows.withRow(row) { columns, values in
        for position in columns.indices {
          let weightRow = vocabulary.slot(of: UInt32(columns[position]))
          if weightRow != SlotTable.missing { add(values[position], Int(weightRow)) }
        }
      }
    case .dense(let rows):
      rows.withValues(of: row) { values in for column in values.indices { add(values[column], column) } }
    }
    var best: Int?
    for lane in classOfLane.indices where ids[lane] != 0 {
      if scores[lane] > best.map({ scores[$0] }) ?? -.infinity { best = lane }
    }
    return isKnown ? best.map { classOfLane[$0] } : nil
  }
}

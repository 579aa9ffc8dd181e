extension StreamRefiner {
  /// A batch's documents with their columns turned into rows of the table.
  struct Batch: Sendable {
    let set: TrainingSet
    /// Rows that teach: of a class, with a weight and some length.
    let documents: [Int32]
    /// Weights whose mean is at most 1: a step is to be no longer than the rate says.
    let relativeWeights: [Float]?
    /// Table rows, at the places of the columns; dense rows: 0, 1, 2, ...
    private let tableRows: [UInt32]
    /// The distinct ones.
    let touched: [UInt32]

    init(_ set: TrainingSet, rowsOf weights: inout StreamWeights) {
      self.set = set
      let documents = set.documents
      self.documents = documents
      relativeWeights = set.weights.map { weights in
        let total = documents.reduce(0.0) { $0 + Double(weights[Int($1)]) }
        let mean = total / Double(max(1, documents.count))
        return mean > 1 ? weights.map { Float(Double($0) / mean) } : weights
      }
      switch set.rows {
      case .sparse(let rows):
        tableRows = (0..<rows.nonZeroCount).map { weights.insert(rows.columns[$0]) }
        var isTouched = [Bool](repeating: false, count: weights.rowCount)
        var touched: [UInt32] = []
        for row in tableRows where !isTouched[Int(row)] {
          isTouched[Int(row)] = true
          touched.append(row)
        }
        self.touched = touched
      case .dense(let rows):
        tableRows = (0..<UInt32(rows.columnCount)).map { $0 }
        touched = tableRows
      }
    }

    @inline(__always)
    func withRow<Result>(
      _ row: Int, _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>) -> Result
    ) -> Result {
      tableRows.withUnsafeBufferPointer { tableRows in
        switch set.rows {
        case .sparse(let rows):
          rows.withValues(of: row) { body(UnsafeBufferPointer(rebasing: tableRows[rows.range(of: row)]), $0) }
        case .dense(let rows): rows.withValues(of: row) { body(tableRows, $0) }
        }
      }
    }
  }

  /// The weights that a batch may move, as they were.
  struct Undo {
    private let rows: [Float]
    private let biases: [Float]?

    /// - Complexity: O(distinct features of the batch x lanes).
    init(_ weights: StreamWeights, _ batch: Batch) {
      var rows: [Float] = []
      rows.reserveCapacity(batch.touched.count * weights.stride)
      for row in batch.touched {
        let start = Int(row) * weights.stride
        rows.append(contentsOf: weights.weights[start..<start + weights.stride])
      }
      self.rows = rows
      biases = weights.biases
    }

    func restore(_ weights: inout StreamWeights, _ batch: Batch) {
      for (position, row) in batch.touched.enumerated() {
        for lane in 0..<weights.stride {
          weights.weights[Int(row) * weights.stride + lane] = rows[position * weights.stride + lane]
        }
      }
      weights.biases = biases
    }

    func isFinite(_ weights: StreamWeights, _ batch: Batch) -> Bool {
      guard weights.biases?.allSatisfy(\.isFinite) ?? true else { return false }
      return weights.weights.withUnsafeBufferPointer { table in
        // 0 times a number is 0, and anything else stays in the sum.
        var sum: Float = 0
        for row in batch.touched {
          for cell in Int(row) * weights.stride..<(Int(row) + 1) * weights.stride { sum += 0 * table[cell] }
        }
        return sum == 0
      }
    }

    /// Drops what a model would leave out, so that one that goes on from a model has the same weights.
    func truncate(_ weights: inout StreamWeights, _ batch: Batch, below limit: Float) {
      guard weights.width == nil else { return }
      let stride = weights.stride
      weights.weights.withUnsafeMutableBufferPointer { table in
        for row in batch.touched {
          for cell in Int(row) * stride..<(Int(row) + 1) * stride where table[cell].magnitude <= limit {
            table[cell] = 0
          }
        }
      }
    }
  }
}

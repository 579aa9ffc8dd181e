import CFastKMeansKernels

/// Dense prototypes row by row, for the exact scores of a few of them. Dense rows are shared with the set, not copied.
struct ExactDenseRows: Sendable {
  let featureCount: Int
  private let values: StoredValues
  private let truncation: Float

  init(_ set: PrototypeSet, truncation: Float) throws {
    featureCount = set.featureCount
    self.truncation = truncation
    if case .dense(let values) = set.rows {
      self.values = values
      return
    }
    let cells = try checkedProduct(set.count, set.featureCount, for: "the rows of the scoring index")
    var dense = [Float](repeating: 0, count: cells)
    PrototypeRows(set, truncation: truncation).forEach { prototype, column, value in
      dense[prototype * set.featureCount + column] = value
    }
    values = .float32(dense)
  }

  /// All values as they are multiplied.
  func singles() -> [Float] {
    let singles = values.singles()
    return truncation > 0 ? singles.map { $0.magnitude >= truncation ? $0 : 0 } : singles
  }

  /// The scores of some prototypes, by their definition.
  ///
  /// - Parameters:
  ///   - numbers: which prototypes, `count` of them.
  ///   - document: its values times its scale, one for each feature.
  ///   - biases: one for each prototype.
  ///   - scores: room for `count`.
  @inline(__always)
  func score(
    _ numbers: UnsafePointer<UInt32>, count: Int, _ document: UnsafePointer<Float>,
    biases: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>
  ) {
    switch values {
    case .float32(let values):
      fk_score_dense_f32(values, featureCount, numbers, count, document, truncation, biases, scores)
    case .float64(let values):
      fk_score_dense_f64(values, featureCount, numbers, count, document, truncation, biases, scores)
    case .float16(let values):
      fk_score_dense_f16(values, featureCount, numbers, count, document, truncation, biases, scores)
    case .bfloat16(let values):
      fk_score_dense_bf16(values, featureCount, numbers, count, document, truncation, biases, scores)
    }
  }
}

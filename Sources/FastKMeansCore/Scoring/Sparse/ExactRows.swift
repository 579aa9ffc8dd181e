import CFastKMeansKernels

/// The prototypes themselves, for the exact score of a few of them. Sparse rows are shared with the set, not copied.
struct ExactRows: Sendable {
  private let offsets: [Int]
  private let columns: [UInt32]
  private let values: StoredValues
  private let truncation: Float
  private let featureCount: Int

  init(_ set: PrototypeSet, truncation: Float) {
    self.truncation = truncation
    featureCount = set.featureCount
    if case .sparse(let offsets, let columns, let values) = set.rows {
      (self.offsets, self.columns, self.values) = (offsets, columns, values)
      return
    }
    var (offsets, columns, kept): ([Int], [UInt32], [Float]) = ([0], [], [])
    let rows = PrototypeRows(set, truncation: truncation)
    for prototype in 0..<set.count {
      rows.forEach(of: prototype) { column, value in
        columns.append(UInt32(truncatingIfNeeded: column))
        kept.append(value)
      }
      offsets.append(columns.count)
    }
    (self.offsets, self.columns, values) = (offsets, columns, .float32(kept))
  }

  /// Whether a document can be spread out over all features; else rows are merged with its terms.
  var spreads: Bool { featureCount <= 1 << 24 }

  /// The length of the array that a document is spread over.
  var spreadCount: Int { spreads ? featureCount : 0 }

  /// The exact score of one prototype.
  ///
  /// - Parameters:
  ///   - prototype: which one.
  ///   - bias: its bias.
  ///   - terms: the document.
  ///   - directory: the numbering of its terms.
  ///   - document: the same by column, if ``spreads``.
  /// - Returns: the score, by its definition.
  func score(
    _ prototype: Int, bias: Float, _ terms: Terms, _ directory: FeatureDirectory,
    _ document: DocumentByColumn
  ) -> Float {
    guard spreads else { return merged(prototype, bias, terms, directory) }
    let start = offsets[prototype]
    let count = offsets[prototype + 1] - start
    return columns.withUnsafeBufferPointer { columns in
      guard let columns = columns.baseAddress.map({ $0 + start }) else { return bias }
      switch values {
      case .float32(let values):
        return values.withUnsafeBufferPointer {
          fk_score_spread_f32(
            columns, $0.baseAddress.map { $0 + start }, count, document.values, document.marks, truncation,
            bias)
        }
      case .float64(let values):
        return values.withUnsafeBufferPointer {
          fk_score_spread_f64(
            columns, $0.baseAddress.map { $0 + start }, count, document.values, document.marks, truncation,
            bias)
        }
      case .float16(let values):
        return values.withUnsafeBufferPointer {
          fk_score_spread_f16(
            columns, $0.baseAddress.map { $0 + start }, count, document.values, document.marks, truncation,
            bias)
        }
      case .bfloat16(let values):
        return values.withUnsafeBufferPointer {
          fk_score_spread_bf16(
            columns, $0.baseAddress.map { $0 + start }, count, document.values, document.marks, truncation,
            bias)
        }
      }
    }
  }

  /// Asks for a prototype's row before it is needed: it usually comes from far away.
  @inline(__always)
  func fetch(_ prototype: Int) {
    let start = offsets[prototype]
    let count = offsets[prototype + 1] - start
    columns.withUnsafeBytes { fk_fetch_range($0.baseAddress.map { $0 + start * 4 }, count * 4) }
    switch values {
    case .float32(let values):
      values.withUnsafeBytes { fk_fetch_range($0.baseAddress.map { $0 + start * 4 }, count * 4) }
    case .float64(let values):
      values.withUnsafeBytes { fk_fetch_range($0.baseAddress.map { $0 + start * 8 }, count * 8) }
    case .float16(let values), .bfloat16(let values):
      values.withUnsafeBytes { fk_fetch_range($0.baseAddress.map { $0 + start * 2 }, count * 2) }
    }
  }

  private func merged(
    _ prototype: Int, _ bias: Float, _ terms: Terms, _ directory: FeatureDirectory
  ) -> Float {
    var score = bias
    var position = offsets[prototype]
    let end = offsets[prototype + 1]
    for term in 0..<terms.count {
      let column = directory.used.pointer[terms.starts[term]]
      while position < end, columns[position] < column { position += 1 }
      guard position < end else { break }
      guard columns[position] == column else { continue }
      let value = Float(values[position])
      if value.magnitude >= truncation { score.addProduct(terms.x[term], value) }
    }
    return score
  }
}

/// One document spread out by column, for exact scores of sparse prototypes: memory of one worker, zero between documents.
final class DocumentByColumn {
  /// The document's values by column.
  let values: UnsafeMutablePointer<Float>
  /// A bit for each column that the document has.
  let marks: UnsafeMutablePointer<UInt32>
  private let count: Int

  /// - Parameters:
  ///   - count: the number of columns; 0 where prototypes are merged with terms instead.
  init(count: Int) {
    self.count = count
    values = .allocate(capacity: count + 1)
    values.initialize(repeating: 0, count: count + 1)
    marks = .allocate(capacity: count / 32 + 1)
    marks.initialize(repeating: 0, count: count / 32 + 1)
  }

  deinit {
    values.deallocate()
    marks.deallocate()
  }

  func set(_ terms: Terms, _ directory: FeatureDirectory) {
    guard count > 0 else { return }
    for term in 0..<terms.count {
      let column = Int(directory.used.pointer[terms.starts[term]])
      values[column] = terms.x[term]
      marks[column / 32] |= 1 << UInt32(column % 32)
    }
  }

  func clear(_ terms: Terms, _ directory: FeatureDirectory) {
    guard count > 0 else { return }
    for term in 0..<terms.count {
      let column = Int(directory.used.pointer[terms.starts[term]])
      values[column] = 0
      marks[column / 32] = 0
    }
  }
}

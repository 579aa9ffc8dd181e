/// One document spread out by column, for exact scores of sparse prototypes: memory of one worker, zero between documents.
final class SpreadDocument {
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

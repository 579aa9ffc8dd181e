/// Documents as rows of features: sparse (text) or dense (embeddings).
public enum Features: Sendable, Equatable {
  case sparse(CSRMatrix)
  case dense(DenseMatrix)

  /// The number of documents.
  public var rowCount: Int {
    switch self {
    case .sparse(let matrix): matrix.rowCount
    case .dense(let matrix): matrix.rowCount
    }
  }

  package var columnCount: Int {
    switch self {
    case .sparse(let matrix): matrix.columnCount
    case .dense(let matrix): matrix.columnCount
    }
  }

  package var isSparse: Bool {
    if case .sparse = self { true } else { false }
  }

  /// The rows at these indices, in this order.
  ///
  /// - Precondition: each index is in `0 ..< rowCount`.
  public func selectingRows(_ indices: some Collection<Int>) -> Features {
    switch self {
    case .sparse(let matrix): .sparse(matrix.selectingRows(indices))
    case .dense(let matrix): .dense(matrix.selectingRows(indices))
    }
  }

  package func withRows<Result>(_ body: (FeatureRows) throws -> Result) rethrows -> Result {
    switch self {
    case .sparse(let matrix): try matrix.withRows { try body(.sparse($0)) }
    case .dense(let matrix): try matrix.withRows { try body(.dense($0)) }
    }
  }
}

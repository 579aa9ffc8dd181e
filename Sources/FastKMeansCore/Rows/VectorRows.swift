/// Documents as vectors, a row each: `[[Float]]`, ``CSRMatrix`` or ``DenseMatrix``.
///
/// Every call that takes vectors takes any of these. Use `[[Float]]` for a few embeddings, ``DenseMatrix`` for many,
/// ``CSRMatrix`` for rows with few values that are not zero.
public protocol VectorRows {
  /// The rows in the form that the library computes with.
  ///
  /// - Throws: ``InputError`` if the rows do not form a matrix of finite numbers.
  var features: Features { get throws }
}

extension Features: VectorRows {
  /// The rows as they are.
  public var features: Features { self }
}

extension CSRMatrix: VectorRows {
  /// The matrix as sparse rows.
  public var features: Features { .sparse(self) }
}

extension DenseMatrix: VectorRows {
  /// The matrix as dense rows.
  public var features: Features { .dense(self) }
}

extension [[Float]]: VectorRows {
  /// The vectors as dense rows.
  ///
  /// - Throws: ``InputError`` if two differ in length, or a number is not finite.
  public var features: Features {
    get throws { .dense(try DenseMatrix(self)) }
  }
}

extension DenseMatrix {
  /// Copies vectors of equal length into a matrix, a row each.
  ///
  /// - Throws: ``InputError/badShape(_:)`` if two vectors differ in length, ``InputError/notFinite(row:column:)`` for a
  ///   NaN or an infinity.
  /// - Complexity: O(values).
  package init(_ vectors: [[Float]]) throws {
    let columnCount = vectors.first?.count ?? 0
    for (row, vector) in vectors.enumerated() where vector.count != columnCount {
      throw InputError.badShape("row \(row) has \(vector.count) values, row 0 has \(columnCount)")
    }
    try self.init(rowCount: vectors.count, columnCount: columnCount, values: Array(vectors.joined()))
  }
}

extension ScoringIndex.Method {
  /// The method that was fastest for a shape.
  ///
  /// Measured on one core with AVX-512, best of several runs, docs/s: 58 prototypes x 42 terms, dense rows 2.7 M, 8-bit
  /// 4.0 M; 1,499 x 41, 8-bit 420 k, staged 470 k; 4,440 x 41, 8-bit 100 k, staged 320 k. Where prototypes share more
  /// of their features, 8-bit rows pay a little longer.
  ///
  /// - Parameters:
  ///   - prototypes: what is searched.
  ///   - nonZeros: how many features a document has; nil: a short text.
  /// - Returns: the method; the memory that it takes is bounded as well.
  static func chosen(for prototypes: PrototypeSet, nonZeros: Int?) -> Self {
    guard prototypes.isSparse else { return .denseProduct }
    // No more features are used than are declared, or than there are values.
    let used = Double(min(prototypes.featureCount, prototypes.storedValueCount))
    let cells = used * Double(prototypes.count)
    let work = Double(max(nonZeros ?? 50, 1)) * Double(prototypes.count)
    if prototypes.count <= 32, cells * 4 <= largestDenseBytes { return .denseRows }
    if work <= 50_000, cells * 5 <= largestDenseBytes { return .eightBit }
    return prototypes.featureCount <= 1 << 24 ? .staged : .lists
  }

  /// Above this, methods with a row for each feature leave the field to sparse ones.
  private static var largestDenseBytes: Double { 512 * 1024 * 1024 }
}

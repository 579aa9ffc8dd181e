extension ScoringIndex.Method {
  /// The method that was fastest for a shape.
  ///
  /// Measured on one core with AVX-512, best of several runs, docs/s: 58 prototypes x 42 terms, dense rows 2.7 M, 8-bit
  /// 4.0 M; 1,499 x 41, 8-bit 420 k, staged 580 k; 4,440 x 41, 8-bit 100 k, staged 380 k. Where prototypes share more
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
    guard prototypes.featureCount <= 1 << 24 else { return .lists }
    return paysByClass(prototypes) ? .stagedByClass : .staged
  }

  /// Whether classes have several prototypes, and short ones: each document reads those of one class and a half.
  ///
  /// Measured with AVX-512, three prototypes a class: 4,440 prototypes of 54 and 65 values, 1.07 times as fast as by
  /// prototype (1.2 with scores); 15,000 of 1,250 values, 0.91 times.
  private static func paysByClass(_ prototypes: PrototypeSet) -> Bool {
    let classIndices = prototypes.classIndices
    let classCount = 1 + zip(classIndices, classIndices.dropFirst()).count { $0 != $1 }
    return prototypes.count >= 2 * classCount
      && prototypes.storedValueCount <= valuesWorthReading * classCount
  }

  /// Of all prototypes of a class: 8 KB with their columns.
  private static var valuesWorthReading: Int { 1024 }

  /// Above this, methods with a row for each feature leave the field to sparse ones.
  private static var largestDenseBytes: Double { 512 * 1024 * 1024 }
}

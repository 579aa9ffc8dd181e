import FastKMeansCore

/// The scoring index by itself, so that benchmarks can time it without what prediction does around it.
///
/// Not part of the API: the product's name begins with an underscore, and this may change with any commit.
public struct MeasuredIndex: Sendable {
  private let index: ScoringIndex
  /// Whether the prototypes are refined weights.
  public let isRefined: Bool
  /// The stored values of the prototypes.
  public let storedValueCount: Int

  /// The index that the model answers with, or a separate one by another method.
  ///
  /// - Parameters:
  ///   - method: the name of a scoring method; nil: the model's choice.
  /// - Throws: what building it throws.
  /// - Complexity: O(stored values), once for a model.
  public init(of model: ClassifierModel<Label>, method: String? = nil) throws {
    let storage = model.storage
    index = try method.map { try storage.makeIndex(method: Self.named($0)) } ?? storage.index()
    try index.prepare()
    isRefined = storage.refined != nil
    storedValueCount = (storage.refined?.weights ?? storage.prototypes).storedValueCount
  }

  private static func named(_ name: String) throws -> ScoringIndex.Method {
    guard let method = ScoringIndex.Method(rawValue: name) else {
      let all = ScoringIndex.Method.allCases.map(\.rawValue).joined(separator: ", ")
      throw OptionsError(parameter: "method", value: name, allowed: all)
    }
    return method
  }

  /// An index over dense prototypes, each in its own class.
  ///
  /// - Parameters:
  ///   - prototypes: a row each.
  ///   - precision: what they are multiplied in.
  ///   - isPartial: whether only a part of all dimensions is multiplied where bounds allow; nil: as the index decides.
  /// - Throws: `InputError` where the prototypes cannot be addressed.
  public init(prototypes: DenseMatrix, precision: Precision, isPartial: Bool? = nil) throws {
    let values = StoredValues(prototypes.values.map(Double.init), precision: precision)
    let set = PrototypeSet(
      featureCount: prototypes.columnCount, rows: .dense(values: values),
      classIndices: (0..<prototypes.rowCount).map { Int32(truncatingIfNeeded: $0) },
      masses: [Double](repeating: 1, count: prototypes.rowCount))
    index = try ScoringIndex(
      prototypes: set, classCount: prototypes.rowCount,
      method: isPartial.map { $0 ? .partialProduct : .denseProduct })
    try index.prepare()
    isRefined = false
    storedValueCount = set.storedValueCount
  }

  /// The method that was chosen from the shape.
  public var method: String { index.method.rawValue }

  public var prototypeCount: Int { index.prototypeCount }

  /// What the index takes beyond the prototypes.
  public var memoryBytes: Int { index.memoryBytes }

  /// The best prototype of each row, as rows are: no norm is taken.
  ///
  /// - Parameters:
  ///   - rows: documents with as many features as the prototypes.
  ///   - threads: at least 1; changes no bit.
  /// - Throws: `InputError` for rows of another width.
  public func best(of rows: Features, threads: Int) throws -> [Int32] {
    var best = [Int32](repeating: -1, count: rows.rowCount)
    try rows.withRows { view in
      try best.withUnsafeMutableBufferPointer {
        try index.bestPrototypes(of: view, scales: nil, workers: threads, into: $0)
      }
    }
    return best
  }

  /// The best classes of each row with their confidences, row after row, as the C interface gives them.
  ///
  /// A model that was not calibrated is taken as if it were: else it would have plain shares of all scores.
  public static func answers(
    _ count: Int, of rows: Features, by model: ClassifierModel<Label>
  ) throws -> (classes: [Int32], confidences: [Float]) {
    var classes = [Int32](repeating: -1, count: rows.rowCount * count)
    var confidences = [Float](repeating: 0, count: rows.rowCount * count)
    try classes.withUnsafeMutableBufferPointer { classes in
      try confidences.withUnsafeMutableBufferPointer { confidences in
        nonisolated(unsafe) let (classes, confidences) = (classes, confidences)
        var storage = model.storage
        if storage.calibration == nil, storage.refined == nil {
          storage.calibration = try Calibration(
            intercept: -1, slope: 10, sharpness: 10, crowding: 1, reach: 0.1)
        }
        let scoring = try ClassScoring(storage)
        try rows.withRows {
          try scoring.forEachAnswer($0, top: count, parts: []) { row, answer in
            for (place, hit) in answer.classes.enumerated() {
              classes[row * count + place] = Int32(truncatingIfNeeded: hit.classIndex)
              confidences[row * count + place] = hit.confidence
            }
          }
        }
      }
    }
    return (classes, confidences)
  }

  /// The scores of the best classes of each row, best first; even one takes an exact sum for every document.
  public func bestScores(_ count: Int = 1, of rows: Features, threads: Int) throws -> [Float] {
    var hits = [PrototypeHit](repeating: .none, count: rows.rowCount * count)
    try rows.withRows { view in
      try hits.withUnsafeMutableBufferPointer {
        try index.bestClasses(ClassQuestion(count), of: view, scales: nil, workers: threads, into: $0)
      }
    }
    return hits.map(\.score)
  }
}

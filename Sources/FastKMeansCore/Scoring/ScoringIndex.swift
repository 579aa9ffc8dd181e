import CFastKMeansKernels

/// Exact search of documents against a set of prototypes: an immutable snapshot, safe to share.
///
/// A score is defined once: start from the prototype's bias, then for the document's stored columns in ascending
/// order `score = fma(x, w, score)` in single precision, where x is the document's value times its scale, rounded to
/// single precision, and w the prototype's value in single precision, 0 where it has none. Every method gives these
/// bits, whatever the batch and the number of workers; equal scores go to the lowest prototype. (The sign of a zero
/// score is not defined.) A score that is NaN never wins.
///
/// The plain twin is `ScoringTwin` in the test support.
package final class ScoringIndex: Sendable {
  /// How the scores are found; all are exact.
  package enum Method: String, Sendable, CaseIterable {
    /// Inverted lists, a term at a time.
    case lists
    /// Dense rows by feature.
    case denseRows
    /// Rows of 8-bit codes by feature with a bound on their error; what they leave open is scored exactly.
    case eightBit
    /// Lists for rare features, 8-bit rows for common ones, added only as far as bounds need them.
    case staged
    /// The same over the largest values of each class, then the prototypes of few classes: for the best prototype where
    /// classes have several. Other questions, and documents with negative values, as `staged`.
    case stagedByClass
    /// Dense documents times dense prototypes, tile by tile. Chosen from the shape, it goes on as `partialProduct` once
    /// enough documents have come, where that is faster.
    case denseProduct
    /// Dense documents along two fifths of the dimensions, with a bound on the rest; what it leaves open is scored
    /// exactly.
    case partialProduct
  }

  package let method: Method
  package let prototypeCount: Int
  package let featureCount: Int
  package let classCount: Int
  /// The class of each prototype, ascending.
  package let classIndices: [Int32]
  /// Class `c` has the prototypes `classStarts[c] ..< classStarts[c + 1]`.
  package let classStarts: [Int]

  let storage: Storage
  /// One for each prototype, padded with zeros to whole tiles.
  let biases: AlignedMemory<Float>

  enum Storage: Sendable {
    case lists(InvertedLists)
    case denseRows(FeatureMajorRows)
    case eightBit(EightBitRows)
    case staged(StagedRows)
    case stagedByClass(StagedClasses)
    case dense(DenseStorage)
  }

  /// - Parameters:
  ///   - prototypes: any number of sparse or dense rows, of any norm and sign.
  ///   - biases: added to each prototype's score; nil for none.
  ///   - classCount: every prototype's class is below it.
  ///   - method: nil chooses from the shape.
  ///   - truncation: values below it in magnitude are left out of the index; 0 keeps all.
  ///   - typicalNonZeros: how many features a document has, for the choice of the method.
  ///   - workers: threads for building.
  /// - Throws: ``InputError`` if parts disagree in size or cannot be addressed.
  /// - Complexity: O(stored values + features); dense methods O(used features x prototypes).
  package init(
    prototypes: PrototypeSet, biases: [Float]? = nil, classCount: Int, method: Method? = nil,
    truncation: Float = 0, typicalNonZeros: Int? = nil, workers: Int = 1
  ) throws {
    try Self.check(prototypes, biases: biases, classCount: classCount)
    prototypeCount = prototypes.count
    featureCount = prototypes.featureCount
    self.classCount = classCount
    classIndices = prototypes.classIndices
    classStarts = prototypes.classStarts(classCount: classCount)
    let wanted = method ?? Method.chosen(for: prototypes, nonZeros: typicalNonZeros)
    self.method = wanted == .stagedByClass && !StagedClasses.fits(classStarts) ? .staged : wanted
    self.biases = try AlignedMemory(
      count: roundedUp(prototypes.count, to: 64), repeating: 0, for: "the prototypes' biases")
    for (prototype, bias) in (biases ?? []).enumerated() { self.biases.pointer[prototype] = bias }
    storage =
      switch self.method {
      case .lists: .lists(try InvertedLists(prototypes, truncation: truncation))
      case .denseRows:
        .denseRows(
          try FeatureMajorRows(
            InvertedLists(prototypes, truncation: truncation), prototypeCount: prototypes.count,
            precision: prototypes.precision))
      case .eightBit:
        .eightBit(
          try EightBitRows(
            prototypes, biases: self.biases.pointer, truncation: truncation, workers: workers))
      case .staged:
        .staged(
          try StagedRows(prototypes, biases: self.biases.pointer, truncation: truncation, workers: workers))
      case .stagedByClass:
        .stagedByClass(
          try StagedClasses(
            prototypes, biases: self.biases, classStarts: classStarts, truncation: truncation,
            workers: workers))
      case .denseProduct, .partialProduct:
        .dense(
          try DenseStorage(
            prototypes, biases: self.biases, truncation: truncation,
            pruning: method == nil ? .whereItPays : method == .partialProduct ? .always : .never))
      }
  }

  /// What the index takes beyond the prototypes themselves.
  package var memoryBytes: Int {
    let parts =
      switch storage {
      case .lists(let lists): lists.byteCount
      case .denseRows(let rows): rows.byteCount + rows.directory.byteCount
      case .eightBit(let rows): rows.byteCount
      case .staged(let rows): rows.byteCount + rows.allLists.byteCount
      case .stagedByClass(let classes): classes.byteCount + classes.allLists.byteCount
      case .dense(let dense): dense.byteCount
      }
    return parts + biases.byteCount + classIndices.count * 4 + classStarts.count * 8
  }

  private static func check(_ prototypes: PrototypeSet, biases: [Float]?, classCount: Int) throws {
    if let biases, biases.count != prototypes.count {
      throw InputError.lengthMismatch(what: "biases", expected: prototypes.count, found: biases.count)
    }
    guard prototypes.count < Int(Int32.max), classCount < Int(Int32.max) else {
      throw InputError.badShape("\(prototypes.count) prototypes; 2^31 - 2 are supported")
    }
    var previous: Int32 = 0
    for (prototype, index) in prototypes.classIndices.enumerated() {
      guard index >= previous, Int(index) < classCount else {
        throw InputError.badShape(
          "prototype \(prototype) has class \(index); classes ascend and are below \(classCount)")
      }
      previous = index
    }
  }
}

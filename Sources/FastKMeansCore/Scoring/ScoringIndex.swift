import CFastKMeansKernels

/// Exact search of documents against a set of prototypes: an immutable snapshot, safe to share.
///
/// A score is defined once: start from the prototype's bias, then for the document's stored columns in ascending
/// order `score = fma(x, w, score)` in single precision, where x is the document's value times its scale, rounded to
/// single precision, and w the prototype's value in single precision, 0 where it has none. Every method gives these
/// bits, whatever the batch and the number of workers; equal scores go to the lowest prototype. (The sign of a zero
/// score is not defined.) A score that is NaN never wins.
///
/// What a question reads is built when the first such question comes: labels need other tables than all scores.
///
/// The plain twin is `ScoringTwin` in the test support.
package final class ScoringIndex: Sendable {
  /// How the best prototypes are found; all are exact.
  package enum Method: String, Sendable, CaseIterable {
    /// Every score of a document is computed, and the best are kept.
    case allScores
    /// ``CodedSearch``: sums of 8-bit codes with a bound on their error; what they leave open is scored exactly.
    case eightBit
    /// ``BoundedSearch``: codes are added in the order of what they can change, only as far as bounds need them.
    case bounded
    /// ``DenseProduct``: dense documents times dense prototypes, tile by tile. Chosen from the shape, it goes on as
    /// ``partialProduct`` once enough documents have come, where that is faster.
    case denseProduct
    /// ``PartialSearch``: dense documents along two fifths of the dimensions, with a bound on the rest; what it leaves
    /// open is scored exactly.
    case partialProduct
  }

  package let method: Method
  package let classCount: Int
  let prototypes: PrototypeSet
  let truncation: Float
  /// One for each prototype, padded with zeros to whole tiles.
  let biases: AlignedMemory<Float>
  private let buildWorkers: Int
  private let prunesWhereItPays: Bool
  private let lists = OnDemand<InvertedLists>()
  private let rows = OnDemand<FeatureMajorRows>()
  private let codes = OnDemand<CodedRows>()
  private let blocks = OnDemand<BoundedStorage>()
  private let dense = OnDemand<DenseStorage>()

  package var prototypeCount: Int { prototypes.count }
  package var featureCount: Int { prototypes.featureCount }

  /// - Parameters:
  ///   - prototypes: any number of sparse or dense rows, of any norm and sign.
  ///   - biases: added to each prototype's score; nil for none.
  ///   - classCount: every prototype's class is below it.
  ///   - method: nil chooses from the shape.
  ///   - truncation: values below it in magnitude are left out of the index; 0 keeps all.
  ///   - workers: threads for building.
  /// - Throws: ``InputError`` if parts disagree in size. A question throws it if what it needs cannot be addressed.
  package init(
    prototypes: PrototypeSet, biases: [Float]? = nil, classCount: Int, method: Method? = nil,
    truncation: Float = 0, workers: Int = 1
  ) throws {
    try Self.check(prototypes, biases: biases, classCount: classCount)
    self.prototypes = prototypes
    self.classCount = classCount
    self.truncation = truncation
    self.method = method ?? Method.suiting(prototypes)
    prunesWhereItPays = method == nil
    buildWorkers = workers
    self.biases = try AlignedMemory(
      count: roundedUp(prototypes.count, to: 64), repeating: 0, for: "the prototypes' biases")
    for (prototype, bias) in (biases ?? []).enumerated() { self.biases.pointer[prototype] = bias }
  }

  /// What the index takes beyond the prototypes themselves, as far as it has been built.
  package var memoryBytes: Int {
    let sparse =
      (lists.existing?.byteCount ?? 0) + (rows.existing.map { $0.byteCount + $0.directory.byteCount } ?? 0)
    let searched = (codes.existing?.byteCount ?? 0) + (blocks.existing?.byteCount ?? 0)
    return sparse + searched + (dense.existing?.byteCount ?? 0) + biases.byteCount
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

extension ScoringIndex.Method {
  /// The method that was fastest for a shape; `docs/performance.md` has the rates.
  ///
  /// - Returns: the method; the memory that it takes is bounded as well.
  static func suiting(_ prototypes: PrototypeSet) -> Self {
    guard prototypes.isSparse else { return .denseProduct }
    // No more features are used than are declared, or than there are values.
    let used = Double(min(prototypes.featureCount, prototypes.storedValueCount))
    let cells = used * Double(prototypes.count)
    if prototypes.count <= 32, cells * 4 <= largestRowBytes { return .allScores }
    if prototypes.count <= 1000, cells * 5 <= largestRowBytes { return .eightBit }
    return .bounded
  }

  /// Methods with a row for each feature take no more than this.
  private static var largestRowBytes: Double { 512 * 1024 * 1024 }
}

/// The tables, built when the first question needs them.
extension ScoringIndex {
  /// Where every score is read from.
  func scoreTable() throws -> ScoreTable {
    switch method {
    case .allScores, .eightBit: .rows(try featureMajorRows())
    case .bounded: .lists(try invertedLists())
    case .denseProduct, .partialProduct: .dense(try denseStorage())
    }
  }

  func invertedLists() throws -> InvertedLists {
    try lists.value { try InvertedLists(prototypes, truncation: truncation) }
  }

  private func featureMajorRows(_ lists: InvertedLists? = nil) throws -> FeatureMajorRows {
    try rows.value {
      try FeatureMajorRows(
        lists ?? InvertedLists(prototypes, truncation: truncation), prototypeCount: prototypeCount,
        precision: prototypes.precision)
    }
  }

  private func codedSearch() throws -> CodedSearch {
    let coded = try codes.value {
      let lists = try InvertedLists(prototypes, truncation: truncation)
      _ = try featureMajorRows(lists)
      return try CodedRows(
        lists, prototypeCount: prototypeCount, biases: biases.pointer, workers: buildWorkers)
    }
    return CodedSearch(
      coded: coded, exact: try featureMajorRows(), biases: biases, prototypeCount: prototypeCount)
  }

  private func boundedSearch() throws -> BoundedSearch {
    let storage = try blocks.value {
      try BoundedStorage(
        prototypes, lists: lists.existing ?? InvertedLists(prototypes, truncation: truncation),
        biases: biases.pointer, truncation: truncation, workers: buildWorkers)
    }
    return BoundedSearch(storage: storage, index: self)
  }

  func denseStorage() throws -> DenseStorage {
    try dense.value {
      try DenseStorage(
        prototypes, biases: biases, truncation: truncation,
        pruning: prunesWhereItPays ? .whereItPays : method == .partialProduct ? .always : .never)
    }
  }

  /// Builds now what labels need; else the first question builds it.
  package func prepare() throws {
    guard prototypeCount > 0 else { return }
    switch method {
    case .allScores: _ = try featureMajorRows()
    case .eightBit: _ = try codedSearch()
    case .bounded: _ = try boundedSearch()
    case .denseProduct, .partialProduct: _ = try denseStorage()
    }
  }
}

/// The questions that an index answers. All are exact; see ``ScoringIndex`` for what a score is.
extension ScoringIndex: DocumentScoring {
  package func bestPrototypes(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into prototypes: UnsafeMutableBufferPointer<Int32>
  ) throws {
    try rows.checkQuestion(
      scales, room: prototypes.count, perRow: 1, featureCount: featureCount, workers: workers)
    try search(
      ScaledRows(rows, scales), workers: workers,
      for: BestPrototypeConsumer(prototypes: prototypes, workers: workers))
  }

  package func bestClasses(
    _ question: ClassQuestion, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    try rows.checkQuestion(
      scales, room: hits.count, perRow: question.most, featureCount: featureCount, workers: workers)
    guard rows.rowCount > 0 else { return }
    try search(
      ScaledRows(rows, scales), workers: workers,
      for: BestClassesConsumer(
        hits: hits, question: question, classes: prototypes.classIndices, workers: workers))
  }

  package func forEachScoreBlock(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    _ body: @escaping ScoreBlockBody
  ) throws {
    try rows.checkQuestion(
      scales, room: rows.rowCount, perRow: 1, featureCount: featureCount, workers: workers)
    let consumer = ScoreBlockConsumer(prototypeCount: prototypeCount, workers: workers, body: body)
    let largest = max(1, Self.blockValues / max(1, prototypeCount))
    try scoreAll(ScaledRows(rows, scales), workers: workers, largestChunk: largest, for: consumer)
  }

  /// About a megabyte of scores in a block.
  private static var blockValues: Int { 1 << 18 }

  /// Bounds leave too much of an answer of more prototypes.
  private static var mostLeaders: Int { 48 }

  /// Answers from what the method's bounds leave.
  private func search<Consumer: SearchConsumer>(
    _ rows: ScaledRows, workers: Int, for consumer: Consumer
  ) throws {
    guard prototypeCount > 0, consumer.leaderCounts.upperBound <= Self.mostLeaders else {
      return try scoreAll(rows, workers: workers, for: consumer)
    }
    switch method {
    case .allScores: try scoreAll(rows, workers: workers, for: consumer)
    case .eightBit:
      // Of few prototypes, an answer of several has most among its candidates.
      let limit = CodedScratch.candidateLimit(prototypeCount: prototypeCount)
      if consumer.leaderCounts.upperBound == 1 || 4 * consumer.leaderCounts.lowerBound < limit {
        try codedSearch().answer(rows, workers: workers, for: consumer)
      } else {
        try scoreAll(rows, workers: workers, for: consumer)
      }
    case .bounded: try boundedSearch().answer(rows, workers: workers, for: consumer)
    case .denseProduct, .partialProduct:
      try denseStorage().search(rows, workers: workers, for: consumer)
    }
  }
}

extension FeatureRows {
  /// Refuses a question whose parts do not fit.
  ///
  /// - Parameters:
  ///   - scales: nil, or one for each row.
  ///   - room: how many answers there is room for.
  ///   - perRow: how many answers each row has.
  ///   - featureCount: of the prototypes.
  ///   - workers: how many threads answer.
  func checkQuestion(
    _ scales: UnsafeBufferPointer<Float>?, room: Int, perRow: Int, featureCount: Int, workers: Int
  ) throws {
    guard perRow > 0 else {
      throw OptionsError(parameter: "k", value: "\(perRow)", allowed: "at least 1")
    }
    let (wanted, overflow) = rowCount.multipliedReportingOverflow(by: perRow)
    guard !overflow, room >= wanted else {
      throw InputError.lengthMismatch(what: "answers", expected: overflow ? Int.max : wanted, found: room)
    }
    if let scales, scales.count != rowCount {
      throw InputError.lengthMismatch(what: "scales", expected: rowCount, found: scales.count)
    }
    let isWrong =
      switch self {
      case .sparse(let sparse): sparse.columnCount > featureCount
      case .dense(let dense): dense.columnCount != featureCount
      }
    guard !isWrong else {
      throw InputError.featureCountMismatch(expected: featureCount, found: columnCount)
    }
    guard workers > 0 else {
      throw OptionsError(parameter: "workers", value: "\(workers)", allowed: "at least 1")
    }
  }
}

import Synchronization

/// Dense prototypes in both forms: all of them packed, and a partial product where it has been worth making.
final class DenseStorage: Sendable {
  /// When the partial product answers.
  enum Pruning {
    case always, never
    /// Where it has been found to be faster.
    case whereItPays
  }

  let panels: PackedPanels
  private let pruning: Pruning
  private let prototypes: PrototypeSet
  private let biases: AlignedMemory<Float>
  private let truncation: Float
  private let state = Mutex(State())

  private struct State {
    var product: PartialProduct?
    var rowCount = 0
  }

  /// Fewer prototypes or features are multiplied in full.
  private static let leastPrototypes = 512
  private static let leastFeatures = 64

  init(
    _ prototypes: PrototypeSet, biases: AlignedMemory<Float>, truncation: Float, pruning: Pruning
  ) throws {
    self.prototypes = prototypes
    self.biases = biases
    self.truncation = truncation
    self.pruning = pruning
    panels = try PackedPanels(prototypes, truncation: truncation)
    guard pruning == .always else { return }
    let product = try makeProduct()
    state.withLock { $0.product = product }
  }

  var byteCount: Int { panels.byteCount + (state.withLock { $0.product?.byteCount } ?? 0) }

  /// The partial product, if it is there already or `count` more rows make it worthwhile. It takes the time of some thousand
  /// rows, so it is made when more than that have come; who comes meanwhile is not kept waiting.
  func product(forRows count: Int) throws -> PartialProduct? {
    guard pruning != .never else { return nil }
    let product = try state.withLockIfAvailable { state in
      if state.product == nil, isWorthMaking(state.rowCount, count) { state.product = try makeProduct() }
      state.rowCount = min(state.rowCount, Int.max / 2) + min(count, Int.max / 2)
      return state.product
    }
    return product ?? nil
  }

  private func isWorthwhile(_ product: PartialProduct, leaders: Int) -> Bool {
    pruning == .always
      || product.record.isWorthwhile(
        leaders: leaders, prototypeCount: prototypes.count, featureCount: prototypes.featureCount,
        headCount: product.basis.count)
  }

  private func isWorthMaking(_ before: Int, _ count: Int) -> Bool {
    guard prototypes.count >= Self.leastPrototypes, prototypes.featureCount >= Self.leastFeatures else {
      return false
    }
    let features = Double(prototypes.featureCount)
    let heads = Double(PartialProduct.headCount(featureCount: prototypes.featureCount))
    let prototypeCount = Double(prototypes.count)
    // Products of all pairs of features, iterations with them, orthonormalizing at a tenth of a kernel's speed, heads.
    let work =
      features * features * (min(prototypeCount, 4096) + 3 * heads) + 60 * heads * heads * features
      + prototypeCount * features * heads
    let rows = Double(before) + Double(count)
    return rows * prototypeCount * features > 2 * work
  }

  private func makeProduct() throws -> PartialProduct {
    try PartialProduct(prototypes, biases: biases.pointer, truncation: truncation)
  }
}

/// The two ways through dense prototypes.
extension DenseStorage {
  /// Every score, in chunks of rows.
  func multiplyAll<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, workers: Int, largestChunk: Int, for consumer: Consumer
  ) throws {
    let featureCount = prototypes.featureCount
    let product = DenseProduct(panels: panels, biases: biases, prototypeCount: prototypes.count)
    let scratch = WorkerScratch(workers: workers) { DenseScratch() }
    let chunk = max(1, min(largestChunk, DenseScratch.rowLimit(featureCount: featureCount)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) {
        $0.pack(rows, range, featureCount: featureCount)
        product.answer(range, worker, $0, consumer)
      }
      try consumer.end(worker: worker, rows: range)
    }
  }

  /// Answers each row from the prototypes that a partial product leaves, as long as it leaves few.
  func search<Consumer: SearchConsumer>(_ rows: ScaledRows, workers: Int, for consumer: Consumer) throws {
    guard let product = try product(forRows: rows.count) else {
      return try multiplyAll(rows, workers: workers, largestChunk: 256, for: consumer)
    }
    let (featureCount, prototypeCount) = (prototypes.featureCount, prototypes.count)
    let partial = PartialSearch(product: product, biases: biases)
    let full = DenseProduct(panels: panels, biases: biases, prototypeCount: prototypeCount)
    // No more memory than the rows fill: most calls of a server are about one.
    let limit = PartialScratch.rowLimit(featureCount: featureCount, prototypeCount: prototypeCount)
    let chunk = min(limit, roundedUp(max(1, rows.count), to: PackedPanels.height))
    let scratch = WorkerScratch(workers: workers) { partial.makeScratch(rowCount: chunk) }
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) { scratch in
        scratch.dense.pack(rows, range, featureCount: featureCount)
        if isWorthwhile(product, leaders: consumer.leaderCounts.upperBound) {
          partial.answer(range, worker, scratch, consumer)
        } else {
          full.answer(range, worker, scratch.dense, consumer)
        }
      }
      try consumer.end(worker: worker, rows: range)
    }
  }
}

/// Whether pruning pays, from what it left of the rows so far.
///
/// It decides which of two ways to the same bits is taken, so it may differ from run to run.
final class PruningRecord: Sendable {
  private struct Counts: ~Copyable {
    let rows = Atomic(0)
    let survivors = Atomic(0)
  }
  /// For questions about one best prototype, and for others.
  private let one = Counts()
  private let several = Counts()

  /// Rows before anything is concluded.
  private static let leastRows = 96
  /// A separate exact score costs as much as this many in a packed product; 10 were measured on AVX2.
  private static let survivorCost = 10

  func add(rows: Int, survivors: Int, leaders: Int) {
    if leaders == 1 { Self.add(rows, survivors, to: one) } else { Self.add(rows, survivors, to: several) }
  }

  /// - Parameters:
  ///   - leaders: how many prototypes make up an answer.
  ///   - prototypeCount: of the index.
  ///   - featureCount: of a document.
  ///   - headCount: the dimensions of the partial product.
  func isWorthwhile(leaders: Int, prototypeCount: Int, featureCount: Int, headCount: Int) -> Bool {
    let survivors = leaders == 1 ? Self.mean(of: one) : Self.mean(of: several)
    guard let survivors else { return true }
    let full = Double(prototypeCount) * Double(featureCount)
    // Along the basis, onto the basis, and twice over all bounded scores.
    let partial =
      Double(prototypeCount + featureCount) * Double(headCount) + 16 * Double(prototypeCount)
      + survivors * Double(featureCount) * Double(Self.survivorCost)
    return partial < 0.9 * full
  }

  private static func add(_ rows: Int, _ survivors: Int, to counts: borrowing Counts) {
    counts.rows.wrappingAdd(rows, ordering: .relaxed)
    counts.survivors.wrappingAdd(survivors, ordering: .relaxed)
  }

  private static func mean(of counts: borrowing Counts) -> Double? {
    let rows = counts.rows.load(ordering: .relaxed)
    guard rows >= leastRows else { return nil }
    return Double(counts.survivors.load(ordering: .relaxed)) / Double(rows)
  }
}

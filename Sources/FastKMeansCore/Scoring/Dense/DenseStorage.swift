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

  /// The partial product, if it is there or so many more rows make it worthwhile. It takes the time of some thousand
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

  func isWorthwhile(_ product: PartialProduct, leaders: Int) -> Bool {
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

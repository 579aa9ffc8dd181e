import CFastKMeansKernels

/// Where the weights of a ``RefinementTable`` lie: those of sparse documents in lists, those of dense ones, and what a device
/// works on, in rows.
package enum RefinementCells: Sendable {
  /// Feature-major, `stride` lanes a feature.
  case rows(AlignedMemory<Float>, stride: Int)
  case lists(WeightLists)

  package enum Layout: Sendable {
    case rows
    case lists
  }

  /// Lanes of a document's scores.
  var stride: Int {
    switch self {
    case .rows(_, let stride): stride
    case .lists(let lists): lists.stride
    }
  }

  /// The threads that moves and scores of one batch pay for.
  ///
  /// Each batch moves a few lanes at every feature, which all threads read for the next one. With few lanes they wait longer
  /// for each other's moves than they win.
  func workers(_ workers: Int) -> Int {
    switch self {
    case .rows(_, let stride): Self.workers(workers, stride: stride)
    case .lists(let lists): lists.stride < 1_024 ? 1 : workers
    }
  }

  /// The same for a table of rows.
  static func workers(_ workers: Int, stride: Int) -> Int { stride < 8_192 ? 1 : workers }

  /// Lanes of a table of rows.
  static func stride(lanes: Int) -> Int { max(8, roundedUp(lanes, to: 8)) }

  /// What a table of rows takes, `Int.max` if it cannot be addressed.
  static func byteCount(lanes: Int, features: Int) -> Int {
    let row = stride(lanes: lanes).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    let bytes = row.partialValue.multipliedReportingOverflow(by: features)
    return row.overflow || bytes.overflow ? .max : bytes.partialValue
  }

  /// - Complexity: O(1) in rows, O(weights of the feature) in lists.
  package func weight(feature: Int, lane: Int) -> Float {
    switch self {
    case .rows(let memory, let stride): memory.pointer[feature * stride + lane]
    case .lists(let lists): lists.weight(feature: feature, lane: lane)
    }
  }

  /// Whether all weights are numbers.
  var isFinite: Bool {
    switch self {
    case .rows(let memory, _): memory.sumsToANumber
    case .lists(let lists): lists.isFinite
    }
  }

  /// Each lane's weights as a vector.
  ///
  /// - Parameters:
  ///   - factor: what weights are multiplied with.
  ///   - truncation: of sparse vectors, weights up to it in magnitude are left out.
  /// - Complexity: O(lanes x features) in rows, O(features + weights) in lists.
  func vectors(
    lanes: Int, features: Int, isSparse: Bool, times factor: Float, truncation: Float
  ) -> [PrototypeVector] {
    switch self {
    case .lists(let lists): return lists.vectors(times: factor, truncation: truncation)
    case .rows(let memory, let stride):
      return (0..<lanes).map { lane in
        let weights = (0..<features).lazy.map { memory.pointer[$0 * stride + lane] }
        guard isSparse else { return PrototypeVector(dense: weights.map { Double($0 * factor) }) }
        let kept = (0..<features).filter { weights[$0].magnitude > truncation }
        return PrototypeVector(
          columns: kept.map { UInt32($0) }, values: kept.map { Double(weights[$0] * factor) })
      }
    }
  }
}

extension AlignedMemory<Float> {
  /// Whether all elements are numbers: 0 times a number is 0, and anything else stays in the sum.
  var sumsToANumber: Bool {
    var sum: Float = 0
    for position in 0..<count { sum += 0 * pointer[position] }
    return sum == 0
  }
}

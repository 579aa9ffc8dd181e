extension RefinedWeights {
  /// The same weights without the smallest: refinement leaves a trace of nearly every feature in nearly every
  /// prototype, and most of it says nothing.
  ///
  /// One threshold holds for all weights. Weights as large as the smallest kept one all stay. Centres are not touched.
  ///
  /// - Parameter share: how many of the stored weights stay, above 0, at most 1.
  /// - Returns: nil for dense rows, which have a place for every weight.
  /// - Complexity: O(stored values).
  package func keepingLargest(_ share: Double) -> RefinedWeights? {
    guard case .sparse(let offsets, let columns, let values) = weights.rows else { return nil }
    let threshold = MagnitudeSelection.threshold(keeping: share) { body in
      for position in 0..<values.count { body(Float(values[position])) }
    }
    var (keptOffsets, keptColumns, kept): ([Int], [UInt32], [Double]) = ([0], [], [])
    for row in 0..<weights.count {
      for position in offsets[row]..<offsets[row + 1] {
        let value = values[position]
        guard Float(value).magnitude >= threshold, value != 0 else { continue }
        keptColumns.append(columns[position])
        kept.append(value)
      }
      keptOffsets.append(keptColumns.count)
    }
    return replacing(
      rows: .sparse(
        offsets: keptOffsets, columns: keptColumns, values: StoredValues(kept, precision: values.precision)))
  }

  /// The same weights, each rounded to a whole multiple of its row's step: at most 127 steps to either side, so that
  /// a file needs 8 bits for each. The step is a power of two, which every precision holds exactly.
  ///
  /// - Complexity: O(stored values).
  package func roundedToEightBits() -> RefinedWeights {
    var rounded: [Double] = []
    rounded.reserveCapacity(weights.values.count)
    for row in 0..<weights.count {
      let values = weights.rowRange(row).map { weights.values[$0] }
      let step = EightBitGrid.step(of: values)
      for value in values { rounded.append(EightBitGrid.code(of: value, step: step) * step) }
    }
    let stored = StoredValues(rounded, precision: weights.precision)
    switch weights.rows {
    case .sparse(let offsets, let columns, _):
      return replacing(rows: .sparse(offsets: offsets, columns: columns, values: stored))
    case .dense: return replacing(rows: .dense(values: stored))
    }
  }

  private func replacing(rows: PrototypeSet.Rows) -> RefinedWeights {
    RefinedWeights(
      weights: PrototypeSet(
        featureCount: weights.featureCount, rows: rows, classIndices: weights.classIndices,
        masses: weights.masses, sumScales: weights.sumScales),
      biases: biases, unit: unit)
  }
}

extension PrototypeSet {
  /// Where the stored values of one prototype lie in ``values``.
  package func rowRange(_ prototype: Int) -> Range<Int> {
    switch rows {
    case .sparse(let offsets, _, _): offsets[prototype]..<offsets[prototype + 1]
    case .dense: prototype * featureCount..<(prototype + 1) * featureCount
    }
  }
}

/// Whole multiples, -127...127, of a step that is a power of two.
package enum EightBitGrid {
  package static let largestCode = 127.0

  /// The smallest step that reaches every value; 1 where all are 0.
  package static func step(of values: some Sequence<Double>) -> Double {
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0, largest.isFinite else { return 1 }
    var step = Double(sign: .plus, exponent: largest.exponent - 6, significand: 1)
    // 1.99 x 2^e is more than 127 steps of 2^(e - 6) when rounded.
    if (largest / step).rounded() > largestCode { step *= 2 }
    return step
  }

  /// The nearest multiple, ties to even; never -0, which a byte cannot tell from 0.
  package static func code(of value: Double, step: Double) -> Double {
    (value / step).rounded(.toNearestOrEven) + 0
  }
}

/// The k-th largest of many magnitudes without sorting them.
enum MagnitudeSelection {
  /// The smallest single-precision magnitude that is kept when this share of the values is, rounded up.
  ///
  /// Two rounds of counting: by the upper half of the bit patterns, which are in the order of the magnitudes, then by
  /// the lower half of those in the middle.
  ///
  /// - Parameter forEach: calls its argument with every value.
  /// - Complexity: O(values).
  static func threshold(keeping share: Double, of forEach: (_ body: (Float) -> Void) -> Void) -> Float {
    var (counts, total) = ([Int](repeating: 0, count: 1 << 16), 0)
    forEach {
      counts[Int($0.magnitude.bitPattern >> 16)] += 1
      total += 1
    }
    let wanted = min(total, max(1, Int((Double(total) * share).rounded(.up))))
    guard total > 0, wanted < total else { return 0 }
    let (upper, above) = place(of: wanted, in: counts)
    counts = [Int](repeating: 0, count: 1 << 16)
    forEach {
      let bits = $0.magnitude.bitPattern
      if bits >> 16 == upper { counts[Int(bits & 0xFFFF)] += 1 }
    }
    let (lower, _) = place(of: wanted - above, in: counts)
    return Float(bitPattern: UInt32(upper) << 16 | UInt32(lower))
  }

  /// The largest bucket from which on at least `wanted` values lie, and how many lie above it.
  private static func place(of wanted: Int, in counts: [Int]) -> (bucket: Int, above: Int) {
    var above = 0
    for bucket in counts.indices.reversed() {
      if above + counts[bucket] >= wanted { return (bucket, above) }
      above += counts[bucket]
    }
    return (0, above)
  }
}

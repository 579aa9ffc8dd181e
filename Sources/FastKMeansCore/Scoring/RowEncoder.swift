import CFastKMeansKernels

/// Turns one feature's values into codes; scratch memory of one worker.
final class RowEncoder {
  private let prototypeCount: Int
  private let stride: Int
  private let values: UnsafeMutablePointer<Float>

  init(prototypeCount: Int, stride: Int) {
    self.prototypeCount = prototypeCount
    self.stride = stride
    values = .allocate(capacity: stride)
    values.initialize(repeating: 0, count: stride)
  }

  deinit { values.deallocate() }

  /// Encodes one feature.
  ///
  /// - Parameters:
  ///   - lists: all features.
  ///   - range: where this feature's list, or the part of it that counts, lies.
  ///   - first: the prototype that the row starts with.
  ///   - row: room for a row.
  /// - Returns: how to read the codes.
  func encode(
    _ lists: InvertedLists, _ range: Range<Int>, first: Int, into row: UnsafeMutablePointer<Int8>
  ) -> fk_code_feature {
    // Prototypes without the feature have the value 0.
    var low: Float = range.count < prototypeCount ? 0 : .infinity
    var high: Float = range.count < prototypeCount ? 0 : -.infinity
    for position in range {
      let value = lists.values.pointer[position]
      values[Int(lists.prototypes.pointer[position]) - first] = value
      low = min(low, value)
      high = max(high, value)
    }
    let base = low / 2 + high / 2
    let step = high / 254 - low / 254
    encode(base: base, step: step, into: row)
    for position in range { values[Int(lists.prototypes.pointer[position]) - first] = 0 }
    return fk_code_feature(base: base, step: step)
  }

  private func encode(base: Float, step: Float, into row: UnsafeMutablePointer<Int8>) {
    let inverse = step > 0 && (1 / step).isFinite ? 1 / step : 0
    let half = CodedRows.blockSize / 2
    for block in Swift.stride(from: 0, to: stride, by: CodedRows.blockSize) {
      for lane in 0..<half {
        let lower = code((values[block + lane] - base) * inverse)
        // The lower code is the upper word's fraction.
        let fraction = Float(UInt8(bitPattern: lower)) / 256
        row[block + 2 * lane] = lower
        row[block + 2 * lane + 1] = code((values[block + lane + half] - base) * inverse - fraction)
      }
    }
  }

  @inline(__always)
  private func code(_ value: Float) -> Int8 { Int8(max(-128, min(127, value.rounded()))) }
}

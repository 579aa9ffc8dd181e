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

  /// The range of the values of the last feature, 0 among them if some prototype lacks it.
  private(set) var low: Float = 0
  private(set) var high: Float = 0

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
    low = range.count < prototypeCount ? 0 : .infinity
    high = range.count < prototypeCount ? 0 : -.infinity
    for position in range {
      let value = lists.values.pointer[position]
      values[Int(lists.prototypes.pointer[position]) - first] = value
      low = min(low, value)
      high = max(high, value)
    }
    let base = low / 2 + high / 2
    let step = high / 254 - low / 254
    let error = encode(base: base, step: step, into: row)
    for position in range { values[Int(lists.prototypes.pointer[position]) - first] = 0 }
    return fk_code_feature(base: base, step: step, error: error, pad: 0)
  }

  /// Writes the codes, and finds how far off they are at most.
  private func encode(base: Float, step: Float, into row: UnsafeMutablePointer<Int8>) -> Float {
    let inverse = step > 0 && (1 / step).isFinite ? 1 / step : 0
    let half = CodedRows.blockSize / 2
    var error: Float = 0
    for block in Swift.stride(from: 0, to: stride, by: CodedRows.blockSize) {
      for lane in 0..<half {
        let (first, second) = (values[block + lane], values[block + lane + half])
        let lower = code((first - base) * inverse)
        // The lower code is the upper word's fraction.
        let fraction = Float(UInt8(bitPattern: lower)) / 256
        let upper = code((second - base) * inverse - fraction)
        row[block + 2 * lane] = lower
        row[block + 2 * lane + 1] = upper
        if block + lane < prototypeCount {
          error = max(error, (first - (base + step * Float(lower))).magnitude)
        }
        if block + lane + half < prototypeCount {
          error = max(error, (second - (base + step * (Float(upper) + fraction))).magnitude)
        }
      }
    }
    // The differences above are rounded themselves.
    return error * 1.001 + (base.magnitude + 128 * step) * 3e-7
  }

  @inline(__always)
  private func code(_ value: Float) -> Int8 { Int8(max(-127, min(127, value.rounded()))) }
}

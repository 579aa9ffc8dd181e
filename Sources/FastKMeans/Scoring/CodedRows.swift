import CFastKMeansKernels

/// The prototypes as rows of 8-bit codes by feature; `fk_codes.h` has the layout.
///
/// Each feature's row has a base of its own, in the middle of its values. A document's sum of `x * base` is the same
/// for all prototypes and drops out of comparisons, so signs cost nothing.
struct CodedRows: Sendable {
  let directory: FeatureDirectory
  let codes: AlignedMemory<Int8>
  /// Codes in a row: the number of prototypes, rounded up to whole blocks.
  let stride: Int
  private let features: AlignedMemory<fk_code_feature>
  private let biasCodes: AlignedMemory<Int16>?
  private let biasStep: Float
  private let biasMax: Float
  private let normMax: Float

  static var blockSize: Int { Int(FK_CODE_BLOCK) }

  /// - Parameters:
  ///   - lists: the prototypes' values.
  ///   - prototypeCount: how many prototypes there are.
  ///   - biases: as many.
  ///   - workers: threads for building.
  /// - Throws: ``InputError`` if the rows cannot be addressed.
  /// - Complexity: O(used features x prototypes).
  init(_ lists: InvertedLists, prototypeCount: Int, biases: UnsafePointer<Float>, workers: Int) throws {
    directory = lists.directory
    stride = roundedUp(max(prototypeCount, 1), to: Self.blockSize)
    let cells = try checkedProduct(directory.count, stride, for: "the coded rows of the scoring index")
    codes = try AlignedMemory(count: cells, repeating: 0, for: "the coded rows of the scoring index")
    features = try AlignedMemory(
      count: directory.count, repeating: fk_code_feature(), for: "the coded rows of the scoring index")
    (biasCodes, biasStep, biasMax) = try Self.code(biases, prototypeCount, stride)
    normMax = Self.largestNorm(lists, prototypeCount)
    let (codes, features, stride) = (codes, features, stride)
    let encoders = WorkerScratch(workers: workers) {
      RowEncoder(prototypeCount: prototypeCount, stride: stride)
    }
    try Parallel.forEachChunk(count: directory.count, chunk: 64, workers: workers) { worker, range in
      encoders.with(worker) { encoder in
        for list in range {
          features.pointer[list] = encoder.encode(lists, list, into: codes.pointer + list * stride)
        }
      }
    }
  }

  var byteCount: Int { codes.byteCount + features.byteCount + (biasCodes?.byteCount ?? 0) }

  /// What the kernels need to know of all prototypes.
  var scale: fk_code_scale {
    fk_code_scale(
      features: features.pointer, bias: biasCodes.map { UnsafePointer($0.pointer) }, bias_step: biasStep,
      bias_max: biasMax, norm_max: normMax)
  }

  private static func code(
    _ biases: UnsafePointer<Float>, _ count: Int, _ stride: Int
  ) throws -> (AlignedMemory<Int16>?, Float, Float) {
    var largest: Float = 0
    for prototype in 0..<count { largest = max(largest, biases[prototype].magnitude) }
    // A bias that is no number at all is left to the exact path, which every document then takes.
    guard largest > 0, largest.isFinite else { return (nil, 0, largest) }
    let codes = try AlignedMemory<Int16>(count: stride, repeating: 0, for: "the prototypes' biases")
    let step = max(largest / 32767, .leastNormalMagnitude)
    for prototype in 0..<count {
      codes.pointer[prototype] = Int16(max(-32767, min(32767, (biases[prototype] / step).rounded())))
    }
    return (codes, step, largest)
  }

  private static func largestNorm(_ lists: InvertedLists, _ count: Int) -> Float {
    var squares = [Double](repeating: 0, count: count)
    for position in 0..<lists.values.count {
      let value = Double(lists.values.pointer[position])
      squares[Int(lists.prototypes.pointer[position])] += value * value
    }
    return Float((squares.max() ?? 0).squareRoot() * 1.000001)
  }
}

/// Turns one feature's values into codes; scratch memory of one worker.
private final class RowEncoder {
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

  func encode(_ lists: InvertedLists, _ list: Int, into row: UnsafeMutablePointer<Int8>) -> fk_code_feature {
    let range = lists.range(list)
    // Prototypes without the feature have the value 0.
    var low: Float = range.count < prototypeCount ? 0 : .infinity
    var high: Float = range.count < prototypeCount ? 0 : -.infinity
    for position in range {
      let value = lists.values.pointer[position]
      values[Int(lists.prototypes.pointer[position])] = value
      low = min(low, value)
      high = max(high, value)
    }
    let base = low / 2 + high / 2
    let step = high / 254 - low / 254
    let error = encode(base: base, step: step, into: row)
    for position in range { values[Int(lists.prototypes.pointer[position])] = 0 }
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

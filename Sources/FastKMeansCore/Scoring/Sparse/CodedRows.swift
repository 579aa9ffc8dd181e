import CFastKMeansKernels

/// The prototypes as rows of 8-bit codes by feature; `fk_codes.h` has the layout.
///
/// Each feature's row has its own base, in the middle of its values. A document's sum of `x * base` is the same
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
    Parallel.forEachChunk(count: directory.count, chunk: 64, workers: workers) { worker, range in
      encoders.with(worker) { encoder in
        for list in range {
          features.pointer[list] = encoder.encode(
            lists, lists.range(list), first: 0, into: codes.pointer + list * stride)
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

  static func code(
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

  /// A bound on the prototypes' lengths. Values so small that steps between them underflow can't be coded: then it is
  /// infinite, and every document takes the exact path.
  static func usableNorm(_ norm: Double) -> Float {
    norm > 0 && norm < 1e-25 ? .infinity : Float(norm * 1.000001)
  }

  private static func largestNorm(_ lists: InvertedLists, _ count: Int) -> Float {
    var squares = [Double](repeating: 0, count: count)
    for position in 0..<lists.values.count {
      let value = Double(lists.values.pointer[position])
      squares[Int(lists.prototypes.pointer[position])] += value * value
    }
    return usableNorm((squares.max() ?? 0).squareRoot())
  }
}

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
      for place in 0..<half {
        let lower = code((values[block + place] - base) * inverse)
        // The lower code is the upper word's fraction.
        let fraction = Float(UInt8(bitPattern: lower)) / 256
        row[block + 2 * place] = lower
        row[block + 2 * place + 1] = code((values[block + place + half] - base) * inverse - fraction)
      }
    }
  }

  @inline(__always)
  private func code(_ value: Float) -> Int8 { Int8(max(-128, min(127, value.rounded()))) }
}

import CFastKMeansKernels

/// The prototypes as dense rows by feature: the values of all prototypes at one feature lie side by side.
///
/// 16-bit prototypes are kept and multiplied as 16-bit values; widening them is exact, so the scores are the same.
struct FeatureMajorRows: Sendable {
  let directory: FeatureDirectory
  let values: Values
  /// How many values a row has, padding included.
  let stride: Int

  enum Values: Sendable {
    case single(AlignedMemory<Float>)
    case float16(AlignedMemory<UInt16>)
    case bfloat16(AlignedMemory<UInt16>)
  }

  init(_ lists: InvertedLists, prototypeCount: Int, precision: Precision) throws {
    directory = lists.directory
    stride = roundedUp(prototypeCount, to: 16)
    let cells = try checkedProduct(directory.count, stride, for: Self.purpose)
    switch precision {
    case .float32, .float64:
      values = .single(try Self.fill(lists, cells, stride) { $0 })
    case .float16:
      values = .float16(try Self.fill(lists, cells, stride, HalfPrecision.float16Bits))
    case .bfloat16:
      values = .bfloat16(try Self.fill(lists, cells, stride, HalfPrecision.bfloat16Bits))
    }
  }

  private static var purpose: String { "the dense rows of the scoring index" }

  private static func fill<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ lists: InvertedLists, _ cells: Int, _ stride: Int, _ narrow: (Float) -> Element
  ) throws -> AlignedMemory<Element> {
    let memory = try AlignedMemory<Element>(count: cells, repeating: 0, for: purpose)
    for list in 0..<lists.directory.count {
      for position in lists.range(list) {
        let prototype = Int(lists.prototypes.pointer[position])
        memory.pointer[list * stride + prototype] = narrow(lists.values.pointer[position])
      }
    }
    return memory
  }

  var byteCount: Int {
    switch values {
    case .single(let memory): memory.byteCount
    case .float16(let memory), .bfloat16(let memory): memory.byteCount
    }
  }

  /// The scores of one document for the first `count` prototypes.
  ///
  /// - Parameters:
  ///   - terms: where the document's rows start, and its values.
  ///   - biases: `count` values.
  ///   - scores: room for `count` values.
  ///   - count: how many prototypes.
  ///   - kernels: the instruction set.
  @inline(__always)
  func score(
    _ terms: Terms, biases: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>,
    count: Int, kernels: fk_scoring_kernels
  ) {
    switch values {
    case .single(let memory):
      kernels.score_rows_f32(memory.pointer, terms.starts, terms.x, terms.count, biases, scores, count)
    case .float16(let memory):
      kernels.score_rows_f16(memory.pointer, terms.starts, terms.x, terms.count, biases, scores, count)
    case .bfloat16(let memory):
      kernels.score_rows_bf16(memory.pointer, terms.starts, terms.x, terms.count, biases, scores, count)
    }
  }

  /// The score of one prototype. Here the terms' starts are feature numbers, not multiplied by ``stride``.
  @inline(__always)
  func scoreOne(_ terms: Terms, prototype: Int, bias: Float) -> Float {
    switch values {
    case .single(let memory):
      fk_score_one_f32(memory.pointer, stride, terms.starts, terms.x, terms.count, prototype, bias)
    case .float16(let memory):
      fk_score_one_f16(memory.pointer, stride, terms.starts, terms.x, terms.count, prototype, bias)
    case .bfloat16(let memory):
      fk_score_one_bf16(memory.pointer, stride, terms.starts, terms.x, terms.count, prototype, bias)
    }
  }

  /// The processor asks for what follows by itself.
  private static var fetchedBytes: Int { 256 }

  /// Asks for the start of the rows that ``score(_:biases:into:count:kernels:)`` will read.
  @inline(__always)
  func fetchRows(_ terms: Terms) {
    switch values {
    case .single(let memory):
      fk_fetch_rows(memory.pointer, 4, terms.starts, terms.count, min(stride * 4, Self.fetchedBytes))
    case .float16(let memory), .bfloat16(let memory):
      fk_fetch_rows(memory.pointer, 2, terms.starts, terms.count, min(stride * 2, Self.fetchedBytes))
    }
  }

  /// Asks for what ``scoreOne(_:prototype:bias:)`` will read.
  @inline(__always)
  func fetch(_ terms: Terms, prototype: Int) {
    switch values {
    case .single(let memory):
      fk_fetch_values(memory.pointer, 4, stride, terms.starts, terms.count, prototype)
    case .float16(let memory), .bfloat16(let memory):
      fk_fetch_values(memory.pointer, 2, stride, terms.starts, terms.count, prototype)
    }
  }
}

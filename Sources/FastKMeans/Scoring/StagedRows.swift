import CFastKMeansKernels
import Synchronization

/// What the staged search reads: blocks of prototypes, each with lists for its rare features and rows of codes for
/// its common ones.
final class StagedRows: Sendable {
  let directory: FeatureDirectory
  let blocks: [StagedBlock]
  let exact: ExactRows
  private let prototypes: PrototypeSet
  private let truncation: Float
  /// For the rare documents that bounds leave too much of, and for questions about every score.
  private let lists = Mutex<InvertedLists?>(nil)

  /// A feature is common if more than one prototype in this many has it. Rows are cheaper than lists while they stay
  /// in the cache: at 4,440 prototypes (1 MB) 32 was a fifth faster than 16, at 5,000 (25 MB) a tenth slower.
  static let commonShares = [32, 16]
  static let cachedRowBytes = 4 << 20

  /// A list's entry names a prototype of its block in 16 bits.
  static let blockSize = 1 << 16

  init(
    _ prototypes: PrototypeSet, biases: UnsafePointer<Float>, truncation: Float, workers: Int
  ) throws {
    self.prototypes = prototypes
    self.truncation = truncation
    let lists = try InvertedLists(prototypes, truncation: truncation)
    directory = lists.directory
    exact = ExactRows(prototypes, truncation: truncation)
    var blocks: [StagedBlock] = []
    for first in stride(from: 0, to: prototypes.count, by: Self.blockSize) {
      let range = first..<min(prototypes.count, first + Self.blockSize)
      blocks.append(try StagedBlock(lists, range, biases: biases, workers: workers))
    }
    self.blocks = blocks
  }

  var byteCount: Int {
    directory.byteCount + blocks.reduce(0) { $0 + $1.byteCount } + (lists.withLock { $0?.byteCount } ?? 0)
  }

  /// The inverted lists; made when they are first asked for.
  func allLists() throws -> InvertedLists {
    try lists.withLock { lists in
      if let lists { return lists }
      let made = try InvertedLists(prototypes, truncation: truncation)
      lists = made
      return made
    }
  }
}

/// Up to 65,536 prototypes of a ``StagedRows``. A class, because every document of a search takes it up: a copy would
/// count references to each of its parts.
final class StagedBlock: Sendable {
  let prototypes: Range<Int>
  /// The number of sums: prototypes, rounded up to whole code blocks.
  let stride: Int
  let features: AlignedMemory<fk_staged_feature>
  /// The rare features' lists.
  let entries: AlignedMemory<UInt32>
  /// The common features' codes, feature by feature.
  let codes: AlignedMemory<Int8>
  /// Whether the rows of codes stay in the cache.
  var hasNearRows: Bool { codes.byteCount <= StagedRows.cachedRowBytes }
  /// The same prototype by prototype, `rowCount` for each; its codes have no fractions.
  let transposed: AlignedMemory<Int8>
  let rowCount: Int
  /// The length of each prototype's common part, in units of `normStep`, rounded up.
  let norms: AlignedMemory<UInt16>
  let normStep: Float
  /// As ``norms``, but without an end: for documents whose lengths don't fit.
  let noNorms: AlignedMemory<UInt16>
  let biasCodes: AlignedMemory<Int16>?
  private let biasStep: Float
  private let biasMax: Float
  private let normMax: Float

  var scale: fk_staged_scale {
    fk_staged_scale(features: features.pointer, bias_step: biasStep, bias_max: biasMax, norm_max: normMax)
  }

  var byteCount: Int {
    features.byteCount + entries.byteCount + codes.byteCount + transposed.byteCount + norms.byteCount * 2
      + (biasCodes?.byteCount ?? 0)
  }

  init(
    _ lists: InvertedLists, _ range: Range<Int>, biases: UnsafePointer<Float>, workers: Int
  ) throws {
    let purpose = "the staged scoring index"
    prototypes = range
    stride = roundedUp(range.count, to: CodedRows.blockSize)
    let parts = try StagedParts(lists, range)
    rowCount = roundedUp(max(parts.commonCount, 1), to: 64)
    features = try AlignedMemory(
      count: lists.directory.count, repeating: fk_staged_feature(), for: purpose)
    guard parts.entryCount <= Int(UInt32.max) else {
      throw InputError.tooLarge(
        what: purpose, neededBytes: parts.entryCount * 4, allowedBytes: Int(UInt32.max) * 4)
    }
    entries = try AlignedMemory(count: parts.entryCount, repeating: 0, for: purpose)
    codes = try AlignedMemory(
      count: try checkedProduct(parts.commonCount, stride, for: purpose), repeating: 0, for: purpose)
    transposed = try AlignedMemory(
      count: try checkedProduct(range.count, rowCount, for: purpose), repeating: 0, for: purpose)
    norms = try AlignedMemory(count: stride, repeating: 0, for: purpose)
    noNorms = try AlignedMemory(count: stride, repeating: .max, for: purpose)
    (biasCodes, biasStep, biasMax) = try CodedRows.code(biases + range.lowerBound, range.count, stride)
    let lengths = parts.lengths(lists)
    normMax = CodedRows.usableNorm(lengths.all)
    let largest = lengths.common.max() ?? 0
    normStep = max(Float(largest * 1.000001 / 65000), .leastNormalMagnitude)
    for (index, length) in lengths.common.enumerated() where normMax.isFinite {
      norms.pointer[index] = UInt16(min(65535, (length * 1.000001 / Double(normStep)).rounded(.up)))
    }
    try fill(lists, parts, workers)
  }

  private func fill(_ lists: InvertedLists, _ parts: StagedParts, _ workers: Int) throws {
    let encoders = WorkerScratch(workers: workers) {
      RowEncoder(prototypeCount: prototypes.count, stride: stride)
    }
    let fillers = self
    try Parallel.forEachChunk(count: lists.directory.count, chunk: 256, workers: workers) { worker, range in
      for list in range {
        let part = parts.ranges.pointer[list]
        let place = parts.places.pointer[list]
        fillers.features.pointer[list] =
          parts.isCommon(list)
          ? encoders.with(worker) { fillers.row($0, lists, part.range, place) }
          : fillers.list(lists, part.range, place)
      }
    }
  }

  /// Encodes a common feature twice, by feature and by prototype.
  private func row(
    _ encoder: RowEncoder, _ lists: InvertedLists, _ range: Range<Int>, _ place: Int
  ) -> fk_staged_feature {
    let coded = encoder.encode(
      lists, range, first: prototypes.lowerBound, into: codes.pointer + place * stride)
    let inverse = coded.step > 0 && (1 / coded.step).isFinite ? 1 / coded.step : 0
    func write(_ index: Int, _ value: Float) {
      let code = max(-127, min(127, ((value - coded.base) * inverse).rounded()))
      transposed.pointer[index * rowCount + place] = Int8(code)
    }
    var next = 0
    for position in range {
      let index = Int(lists.prototypes.pointer[position]) - prototypes.lowerBound
      while next < index {
        write(next, 0)
        next += 1
      }
      write(index, lists.values.pointer[position])
      next = index + 1
    }
    while next < prototypes.count {
      write(next, 0)
      next += 1
    }
    return fk_staged_feature(
      place: UInt32(place), length: UInt32(FK_STAGED_ROW), base: coded.base, step: coded.step)
  }

  /// Writes a rare feature's list.
  private func list(_ lists: InvertedLists, _ range: Range<Int>, _ place: Int) -> fk_staged_feature {
    var largest: Float = 0
    for position in range { largest = max(largest, lists.values.pointer[position].magnitude) }
    let step = max(largest / 32767, .leastNormalMagnitude)
    for (index, position) in range.enumerated() {
      let value = lists.values.pointer[position]
      let code = max(-32767, min(32767, (value / step).rounded()))
      let prototype = lists.prototypes.pointer[position] - UInt32(prototypes.lowerBound)
      entries.pointer[place + index] = prototype | UInt32(UInt16(bitPattern: Int16(code))) << 16
    }
    return fk_staged_feature(place: UInt32(place), length: UInt32(range.count), base: 0, step: step)
  }
}

/// Which features are common in a block of prototypes, and where each one's codes or list go.
struct StagedParts: Sendable {
  struct Part: BitwiseCopyable {
    var first: Int
    var count: Int
    var range: Range<Int> { first..<first + count }
  }
  private let prototypes: Range<Int>
  private var share = StagedRows.commonShares[0]
  /// The part of each feature's list that lies in the block.
  let ranges: AlignedMemory<Part>
  /// The row of codes of a common feature, or the first entry of a rare one.
  let places: AlignedMemory<Int>
  private(set) var commonCount = 0
  private(set) var entryCount = 0

  init(_ lists: InvertedLists, _ prototypes: Range<Int>) throws {
    self.prototypes = prototypes
    ranges = try AlignedMemory(
      count: lists.directory.count, repeating: Part(first: 0, count: 0), for: "the staged scoring index")
    places = try AlignedMemory(count: lists.directory.count, repeating: 0, for: "the staged scoring index")
    for list in 0..<lists.directory.count {
      let all = lists.range(list)
      let first = Self.position(of: prototypes.lowerBound, lists, all)
      let end = Self.position(of: prototypes.upperBound, lists, all)
      ranges.pointer[list] = Part(first: first, count: end - first)
    }
    for share in StagedRows.commonShares {
      self.share = share
      let count = (0..<lists.directory.count).reduce(0) { $0 + (isCommon($1) ? 1 : 0) }
      if count * prototypes.count <= StagedRows.cachedRowBytes { break }
    }
    // The most common features get neighbouring codes: a document's common words then share cache lines.
    let common = (0..<lists.directory.count).filter(isCommon)
      .sorted { (ranges.pointer[$0].count, $1) > (ranges.pointer[$1].count, $0) }
    for (row, list) in common.enumerated() { places.pointer[list] = row }
    commonCount = common.count
    for list in 0..<lists.directory.count where !isCommon(list) {
      places.pointer[list] = entryCount
      entryCount += ranges.pointer[list].count
    }
  }

  func isCommon(_ list: Int) -> Bool {
    ranges.pointer[list].count * share > prototypes.count
  }

  /// The length of each prototype's common part, and the largest length of a whole prototype.
  func lengths(_ lists: InvertedLists) -> (common: [Double], all: Double) {
    var common = [Double](repeating: 0, count: prototypes.count)
    var rare = common
    for list in 0..<lists.directory.count {
      let isCommon = isCommon(list)
      for position in ranges.pointer[list].range {
        let value = Double(lists.values.pointer[position])
        let index = Int(lists.prototypes.pointer[position]) - prototypes.lowerBound
        if isCommon { common[index] += value * value } else { rare[index] += value * value }
      }
    }
    let all = zip(common, rare).map { $0 + $1 }.max() ?? 0
    return (common.map { $0.squareRoot() }, all.squareRoot())
  }

  private static func position(of prototype: Int, _ lists: InvertedLists, _ range: Range<Int>) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Int(lists.prototypes.pointer[middle]) < prototype { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

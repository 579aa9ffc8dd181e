/// What a bounded search reads: blocks of prototypes, each with lists for its rare features and rows of codes for
/// its common ones.
final class BoundedStorage: Sendable {
  let directory: FeatureDirectory
  let blocks: [BoundedBlock]
  let exact: ExactRows

  /// A feature is common if more than one prototype in this many has it. Rows are cheaper than lists while they stay
  /// in the cache: at 4,440 prototypes (1 MB) 32 was a fifth faster than 16, at 5,000 (25 MB) a tenth slower.
  static let commonShares = [32, 16]
  static let cachedRowBytes = 4 << 20

  /// A list's entry names a prototype of its block in 16 bits.
  static let blockSize = 1 << 16

  /// - Parameters:
  ///   - prototypes: any number of them, at least one.
  ///   - lists: of the same prototypes; they are not kept.
  init(
    _ prototypes: PrototypeSet, lists: InvertedLists, biases: UnsafePointer<Float>, truncation: Float,
    workers: Int
  ) throws {
    directory = lists.directory
    exact = ExactRows(prototypes, truncation: truncation)
    var blocks: [BoundedBlock] = []
    for first in stride(from: 0, to: prototypes.count, by: Self.blockSize) {
      let range = first..<min(prototypes.count, first + Self.blockSize)
      blocks.append(try BoundedBlock(lists, range, biases: biases, workers: workers))
    }
    self.blocks = blocks
  }

  var byteCount: Int {
    directory.byteCount + blocks.reduce(0) { $0 + $1.byteCount }
  }
}

/// Which features are common in a block of prototypes, and where each one's codes or list go.
struct BlockParts: Sendable {
  struct Part: BitwiseCopyable {
    var first: Int
    var count: Int
    var range: Range<Int> { first..<first + count }
  }
  private let prototypes: Range<Int>
  private var share = BoundedStorage.commonShares[0]
  /// The part of each feature's list that lies in the block.
  let ranges: AlignedMemory<Part>
  /// The row of codes of a common feature, or the first entry of a rare one.
  let places: AlignedMemory<Int>
  private(set) var commonCount = 0
  private(set) var entryCount = 0

  init(_ lists: InvertedLists, _ prototypes: Range<Int>) throws {
    self.prototypes = prototypes
    ranges = try AlignedMemory(
      count: lists.directory.count, repeating: Part(first: 0, count: 0), for: "the scoring index")
    places = try AlignedMemory(count: lists.directory.count, repeating: 0, for: "the scoring index")
    for list in 0..<lists.directory.count {
      let all = lists.range(list)
      let first = Self.position(of: prototypes.lowerBound, lists, all)
      let end = Self.position(of: prototypes.upperBound, lists, all)
      ranges.pointer[list] = Part(first: first, count: end - first)
    }
    for share in BoundedStorage.commonShares {
      self.share = share
      let count = (0..<lists.directory.count).reduce(0) { $0 + (isCommon($1) ? 1 : 0) }
      if count * prototypes.count <= BoundedStorage.cachedRowBytes { break }
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

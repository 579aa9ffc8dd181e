/// What the staged search reads: blocks of prototypes, each with lists for its rare features and rows of codes for
/// its common ones.
final class StagedRows: Sendable {
  let directory: FeatureDirectory
  let blocks: [StagedBlock]
  let exact: ExactRows
  /// For the rare documents that bounds leave too much of, and for questions about every score.
  let allLists: DeferredLists

  /// A feature is common if more than one prototype in this many has it. Rows are cheaper than lists while they stay
  /// in the cache: at 4,440 prototypes (1 MB) 32 was a fifth faster than 16, at 5,000 (25 MB) a tenth slower.
  static let commonShares = [32, 16]
  static let cachedRowBytes = 4 << 20

  /// A list's entry names a prototype of its block in 16 bits.
  static let blockSize = 1 << 16

  /// - Parameters:
  ///   - allLists: of the same prototypes; nil: lists of its own.
  init(
    _ prototypes: PrototypeSet, biases: UnsafePointer<Float>, truncation: Float, workers: Int,
    allLists: DeferredLists? = nil
  ) throws {
    self.allLists = allLists ?? DeferredLists(prototypes, truncation: truncation)
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

  /// Without ``allLists``.
  var byteCount: Int {
    directory.byteCount + blocks.reduce(0) { $0 + $1.byteCount }
  }
}

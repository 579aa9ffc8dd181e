import Synchronization

/// What the search by class reads: a staged block of the classes' largest values, and the prototypes for exact scores.
///
/// Other questions than that for the best prototype, and documents with negative values, go to rows by prototype; they
/// are made when the first comes.
final class StagedClasses: Sendable {
  let directory: FeatureDirectory
  /// The prototypes of each class that has any.
  let classes: [Range<Int>]
  /// Positions in it are those of `classes`.
  let block: StagedBlock
  let exact: ExactRows
  let allLists: DeferredLists
  private let prototypes: PrototypeSet
  private let biases: AlignedMemory<Float>
  private let truncation: Float
  private let workers: Int
  private let rows = Mutex<StagedRows?>(nil)

  /// Whether there is a class, and no more than one block of them.
  static func fits(_ classStarts: [Int]) -> Bool {
    let count = zip(classStarts, classStarts.dropFirst()).count { $0 < $1 }
    return (1...StagedRows.blockSize).contains(count)
  }

  /// - Parameters:
  ///   - prototypes: of at most `StagedRows.blockSize` classes.
  ///   - classStarts: class `c` has the prototypes `classStarts[c] ..< classStarts[c + 1]`.
  init(
    _ prototypes: PrototypeSet, biases: AlignedMemory<Float>, classStarts: [Int], truncation: Float,
    workers: Int
  ) throws {
    (self.prototypes, self.biases, self.truncation, self.workers) = (prototypes, biases, truncation, workers)
    let classes = zip(classStarts, classStarts.dropFirst()).map { $0..<$1 }.filter { !$0.isEmpty }
    self.classes = classes
    allLists = DeferredLists(prototypes, truncation: truncation)
    let maxima = try InvertedLists(prototypes, truncation: truncation).classMaxima(classes)
    directory = maxima.directory
    exact = ExactRows(prototypes, truncation: truncation)
    let largest = classes.map { range in range.reduce(-.infinity) { max($0, biases.pointer[$1]) } }
    block = try largest.withUnsafeBufferPointer {
      // Never nil: there is a class, for there is a prototype.
      try StagedBlock(maxima, 0..<classes.count, biases: $0.baseAddress.unsafelyUnwrapped, workers: workers)
    }
  }

  /// The rows by prototype.
  func rowsByPrototype() throws -> StagedRows {
    try rows.withLock { rows in
      if let rows { return rows }
      let made = try StagedRows(
        prototypes, biases: biases.pointer, truncation: truncation, workers: workers, allLists: allLists)
      rows = made
      return made
    }
  }

  /// Asks for the rows of a class's prototypes: they usually come from far away.
  @inline(__always)
  func fetchPrototypes(of position: Int) {
    for prototype in classes[position] { exact.fetch(prototype) }
  }

  /// Without ``allLists``.
  var byteCount: Int {
    directory.byteCount + block.byteCount + classes.count * 16
      + (rows.withLock { $0?.byteCount } ?? 0)
  }
}

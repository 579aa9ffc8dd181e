/// What one worker needs for a search by class.
final class ClassScratch {
  let order = RowOrder()
  /// One document is started while the next one's lists are fetched and the last one is finished.
  let buffers = [TermBuffer(), TermBuffer(), TermBuffer()]
  let slots: [Slot]
  let spread: SpreadDocument
  /// Every prototype's score, for documents that bounds leave too much of.
  let scores: UnsafeMutablePointer<Float>

  /// A document on its way: two are, so that the prototypes of the one's best class arrive while the other is started.
  final class Slot {
    let document = StagedDocument()
    let sums: UnsafeMutablePointer<Int16>
    let positions: UnsafeMutablePointer<UInt32>
    let values: UnsafeMutablePointer<Float>
    /// The classes whose prototypes have been scored.
    private let scored: UnsafeMutablePointer<Int>
    var scoredCount = 0

    init(classCount: Int) {
      let room = StagedScratch.candidateLimit + CodedRows.blockSize
      sums = .allocate(capacity: roundedUp(classCount, to: CodedRows.blockSize))
      positions = .allocate(capacity: room)
      values = .allocate(capacity: room)
      scored = .allocate(capacity: room + classCount)
    }

    deinit {
      sums.deallocate()
      positions.deallocate()
      values.deallocate()
      scored.deallocate()
    }

    /// Takes a class out of the search: sums of others never come down to that.
    @inline(__always)
    func leaveOut(_ position: Int) {
      scored[scoredCount] = position
      scoredCount += 1
      sums[position] = .min
    }

    /// The same again, after rows have been added to all sums.
    @inline(__always)
    func leaveOutScored() {
      for index in 0..<scoredCount { sums[scored[index]] = .min }
    }
  }

  init(classCount: Int, prototypeCount: Int, spreadCount: Int) {
    slots = (0..<2).map { _ in Slot(classCount: classCount) }
    spread = SpreadDocument(count: spreadCount)
    scores = .allocate(capacity: prototypeCount)
  }

  deinit { scores.deallocate() }
}

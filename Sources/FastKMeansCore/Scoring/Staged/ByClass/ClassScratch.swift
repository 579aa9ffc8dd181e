/// What one worker needs for a search by class.
final class ClassScratch {
  let walk = DocumentWalk()
  /// Two documents are on their way, so that the prototypes of the one's best class arrive while the other is started.
  let queries: [ClassQuery]
  /// The document whose exact scores are computed.
  let spread: SpreadDocument
  /// Every prototype's score, for documents that bounds leave too much of.
  let scores: UnsafeMutablePointer<Float>

  init(classCount: Int, prototypeCount: Int, spreadCount: Int) {
    queries = (0..<2).map { _ in ClassQuery(classCount: classCount) }
    spread = SpreadDocument(count: spreadCount)
    scores = .allocate(capacity: prototypeCount)
  }

  deinit { scores.deallocate() }
}

/// What one worker needs for a staged search.
final class StagedScratch {
  let walk = DocumentWalk()
  let sums: UnsafeMutablePointer<Int16>
  let scores: UnsafeMutablePointer<Float>
  /// The survivors of this document and of the last one.
  let positions: [UnsafeMutablePointer<UInt32>]
  let values: UnsafeMutablePointer<Float>
  /// The document whose exact scores are computed.
  let spread: SpreadDocument
  /// The document that is being searched.
  let document = StagedDocument()

  /// More candidates than this, and all scores are computed instead.
  static let candidateLimit = 1024

  init(prototypeCount: Int, spreadCount: Int) {
    let size = roundedUp(min(prototypeCount, StagedRows.blockSize), to: CodedRows.blockSize)
    sums = .allocate(capacity: size)
    scores = .allocate(capacity: prototypeCount)
    positions = (0..<2).map { _ in .allocate(capacity: Self.candidateLimit + CodedRows.blockSize) }
    values = .allocate(capacity: Self.candidateLimit + CodedRows.blockSize)
    spread = SpreadDocument(count: spreadCount)
  }

  deinit {
    sums.deallocate()
    scores.deallocate()
    for part in positions { part.deallocate() }
    values.deallocate()
  }
}

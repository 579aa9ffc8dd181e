/// What one worker needs to score sparse documents.
final class SparseScratch {
  let terms = TermBuffer()
  let scores: UnsafeMutablePointer<Float>

  init(prototypeCount: Int) {
    scores = .allocate(capacity: prototypeCount + 1)
  }

  deinit { scores.deallocate() }
}

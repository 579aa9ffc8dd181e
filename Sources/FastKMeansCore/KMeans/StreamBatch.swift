/// One batch's rows, and what its plan says about each: scratch that is filled row by row, each by one worker.
///
/// `@unchecked Sendable`: rows belong to one class each, and a class to one worker at a time.
final class StreamBatch: @unchecked Sendable {
  let documents: TrainingSet
  /// The most prototypes that a class of the batch has.
  let prototypeLimit: Int
  let isSoft: Bool
  /// Sparse rows: the slot of each stored value in its class's vocabulary, missing if the class had not seen it.
  let slots: UnsafeMutablePointer<UInt32>
  /// The prototype that serves each row best; -1 for a row that moves nothing.
  let nearest: UnsafeMutablePointer<Int32>
  /// `scores[row * prototypeLimit + prototype]`: the row times what is stored of the prototype.
  let scores: UnsafeMutablePointer<Float>
  /// Soft: the share of each row in each prototype, laid out as `scores`.
  let shares: UnsafeMutablePointer<Float>

  init(_ documents: TrainingSet, prototypeLimit: Int, isSoft: Bool) {
    self.documents = documents
    let rows = documents.rows
    self.prototypeLimit = prototypeLimit
    self.isSoft = isSoft
    let valueCount = if case .sparse(let sparse) = rows { sparse.nonZeroCount } else { 0 }
    slots = .allocate(capacity: max(1, valueCount))
    nearest = .allocate(capacity: max(1, rows.rowCount))
    nearest.initialize(repeating: -1, count: rows.rowCount)
    scores = .allocate(capacity: max(1, rows.rowCount * prototypeLimit))
    shares = .allocate(capacity: isSoft ? max(1, rows.rowCount * prototypeLimit) : 1)
  }

  deinit {
    slots.deallocate()
    nearest.deallocate()
    scores.deallocate()
    shares.deallocate()
  }
}

/// One batch's rows, and what its plan says about each: scratch that is filled row by row, each by one worker.
///
/// `@unchecked Sendable`: rows belong to one class each, and a class to one worker at a time.
final class StreamBatch: @unchecked Sendable {
  let documents: TrainingSet
  /// The most prototypes that a class of the batch has.
  let laneLimit: Int
  let isSoft: Bool
  /// Sparse rows: the slot of each stored value in its class's vocabulary, missing if the class had not seen it.
  let slots: UnsafeMutablePointer<UInt32>
  /// The prototype that serves each row best; -1 for a row that moves nothing.
  let lanes: UnsafeMutablePointer<Int32>
  /// `scores[row * laneLimit + lane]`: the row times what is stored of the lane.
  let scores: UnsafeMutablePointer<Float>
  /// Soft: the share of each row in each lane, laid out as `scores`.
  let shares: UnsafeMutablePointer<Float>

  init(_ documents: TrainingSet, laneLimit: Int, isSoft: Bool) {
    self.documents = documents
    let rows = documents.rows
    self.laneLimit = laneLimit
    self.isSoft = isSoft
    let valueCount = if case .sparse(let sparse) = rows { sparse.nonZeroCount } else { 0 }
    slots = .allocate(capacity: max(1, valueCount))
    lanes = .allocate(capacity: max(1, rows.rowCount))
    lanes.initialize(repeating: -1, count: rows.rowCount)
    scores = .allocate(capacity: max(1, rows.rowCount * laneLimit))
    shares = .allocate(capacity: isSoft ? max(1, rows.rowCount * laneLimit) : 1)
  }

  deinit {
    slots.deallocate()
    lanes.deallocate()
    scores.deallocate()
    shares.deallocate()
  }
}

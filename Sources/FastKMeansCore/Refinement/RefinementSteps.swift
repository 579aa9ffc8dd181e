import CFastKMeansKernels

/// The moves of one batch. `@unchecked Sendable`: each position is written by one worker.
final class RefinementSteps: @unchecked Sendable {
  let capacity: Int
  private let moves: UnsafeMutablePointer<fk_refine_move>
  let counts: UnsafeMutablePointer<Int>
  let losses: UnsafeMutablePointer<Float>
  let isRight: UnsafeMutablePointer<Bool>

  /// The number of rivals as Swift's `Int`; C enumerations come as `UInt32` or `Int32`, depending on the platform.
  private static let rivalLimit = Int(FK_REFINE_RIVALS)

  /// - Parameters:
  ///   - batchSize: documents of a batch at most.
  ///   - largestClass: the most prototypes that a class has.
  init(batchSize: Int, largestClass: Int) {
    capacity = (Self.rivalLimit + 1) * max(1, largestClass)
    moves = .allocate(capacity: batchSize * capacity)
    counts = .allocate(capacity: batchSize)
    losses = .allocate(capacity: batchSize)
    isRight = .allocate(capacity: batchSize)
  }

  deinit {
    moves.deallocate()
    counts.deallocate()
    losses.deallocate()
    isRight.deallocate()
  }

  func moves(of position: Int) -> UnsafePointer<fk_refine_move> { UnsafePointer(moves + position * capacity) }

  /// - Parameters:
  ///   - scores: of every lane for the document at `position`; they count times `scale`.
  func fill(
    _ position: Int, from scores: UnsafePointer<Float>, scale: Float, lanes: Int, classOfLane: [Int32],
    classStarts: [Int64], ownClass: Int32, loss: UnsafePointer<fk_refine_loss>
  ) {
    var right: Int32 = 1
    counts[position] = fk_refine_moves(
      scores, scale, lanes, classOfLane, classStarts, ownClass, loss, moves + position * capacity, capacity,
      losses + position, &right)
    isRight[position] = right != 0
  }
}

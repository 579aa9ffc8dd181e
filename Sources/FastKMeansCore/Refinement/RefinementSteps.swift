import CFastKMeansKernels

/// What refinement asks about documents: how far rivals may come, and what each document put into its own prototype.
final class RefinementQuestions: @unchecked Sendable {
  let loss: fk_refine_loss
  private let parts: AlignedMemory<Float>?
  private let weights: [Float]?
  /// The prototype that each row was part of at the start; -1 until it is known. Each is written by one worker.
  private let members: AlignedMemory<Int32>?

  /// - Parameter leavesOneOut: whether the rows are part of the table's prototypes.
  init(_ recipe: RefinementRecipe, _ table: RefinementTable, _ rows: TrainingSet, leavesOneOut: Bool) throws {
    loss = fk_refine_loss(
      margin: recipe.margin, sharpness: recipe.sharpness, cooperation: recipe.cooperation,
      least_pull: recipe.leastPull)
    parts = leavesOneOut ? table.ownParts : nil
    weights = rows.weights
    members =
      parts == nil
      ? nil : try AlignedMemory(count: rows.classes.count, repeating: -1, for: "the rows' prototypes")
  }

  func question(about row: Int, in rows: TrainingSet) -> fk_refine_document {
    fk_refine_document(
      scale: rows.scale(of: row), own_class: rows.classes[row],
      own_part: parts.map { UnsafePointer($0.pointer) },
      weight: weights?[row] ?? 1, member: members.map { $0.pointer + row })
  }
}

/// The contests and moves of one batch. `@unchecked Sendable`: each position is written by one worker.
final class RefinementSteps: @unchecked Sendable {
  let capacity: Int
  let contests: UnsafeMutablePointer<fk_refine_contest>
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
    contests = .allocate(capacity: batchSize)
    moves = .allocate(capacity: batchSize * capacity)
    counts = .allocate(capacity: batchSize)
    losses = .allocate(capacity: batchSize)
    isRight = .allocate(capacity: batchSize)
  }

  deinit {
    contests.deallocate()
    moves.deallocate()
    counts.deallocate()
    losses.deallocate()
    isRight.deallocate()
  }

  func moves(of position: Int) -> UnsafePointer<fk_refine_move> { UnsafePointer(moves + position * capacity) }

  /// Finds the rivals of the document at `position` among the scores of every lane, not scaled.
  func find(
    _ position: Int, _ scores: UnsafePointer<Float>, _ table: RefinementTable, _ question: fk_refine_document,
    _ loss: fk_refine_loss
  ) {
    find(
      position, scores, lanes: table.laneCount, table.classOfLane, table.classStarts, question, loss)
  }

  func find(
    _ position: Int, _ scores: UnsafePointer<Float>, lanes: Int, _ classOfLane: [Int32],
    _ classStarts: [Int64], _ question: fk_refine_document, _ loss: fk_refine_loss
  ) {
    var (question, loss) = (question, loss)
    fk_refine_find(scores, lanes, classOfLane, classStarts, &question, &loss, contests + position)
  }

  /// Works the moves of the document at `position` out, for a rate of 1.
  func work(_ position: Int, _ classOfLane: [Int32], _ classStarts: [Int64], _ loss: fk_refine_loss) {
    var (right, loss): (Int32, fk_refine_loss) = (1, loss)
    counts[position] = fk_refine_moves(
      contests + position, classOfLane, classStarts, &loss, moves + position * capacity, capacity,
      losses + position, &right)
    isRight[position] = right != 0
  }
}

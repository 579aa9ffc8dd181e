import CFastKMeansKernels

/// What refinement asks about documents: who their rivals are, without what each document put into its own prototype.
final class RefinementQuestions: @unchecked Sendable {
  private let rows: TrainingSet
  private let parts: AlignedMemory<Float>?
  /// The prototype that each row was part of at the start; -1 until it is known. Each is written by one worker.
  private let members: AlignedMemory<Int32>?

  /// - Parameter leavesOneOut: whether the rows are part of the table's prototypes.
  init(_ table: RefinementTable, _ rows: TrainingSet, leavesOneOut: Bool) throws {
    self.rows = rows
    parts = leavesOneOut ? table.ownParts : nil
    members =
      parts == nil
      ? nil : try AlignedMemory(count: rows.classes.count, repeating: -1, for: "the rows' prototypes")
  }

  /// Begins with members that are known already, -1 for one that is not.
  func begin(with known: [Int32]) {
    guard let members else { return }
    for (row, member) in known.enumerated() { members.pointer[row] = member }
  }

  /// The prototype that each row was part of, -1 where it is not known.
  var knownMembers: [Int32] { rows.classes.indices.map { members?.pointer[$0] ?? -1 } }

  func question(about row: Int) -> fk_refine_document {
    fk_refine_document(
      scale: rows.scale(of: row), own_class: rows.classes[row],
      own_part: parts.map { UnsafePointer($0.pointer) }, weight: rows.weight(of: row),
      member: members.map { $0.pointer + row })
  }
}

/// The contests and moves of one batch. `@unchecked Sendable`: each position is written by one worker.
final class RefinementSteps: @unchecked Sendable {
  let loss: fk_refine_loss
  private let classOfLane: [Int32]
  private let classStarts: [Int64]
  private let capacity: Int
  let contests: UnsafeMutablePointer<fk_refine_contest>
  private let moves: UnsafeMutablePointer<fk_refine_move>
  let counts: UnsafeMutablePointer<Int>
  let losses: UnsafeMutablePointer<Float>
  let isRight: UnsafeMutablePointer<Bool>

  /// The number of rivals as Swift's `Int`; C enumerations come as `UInt32` or `Int32`, depending on the platform.
  private static let rivalLimit = Int(FK_REFINE_RIVALS)

  /// - Parameters:
  ///   - batchSize: documents of a batch at most.
  ///   - classStarts: class `c` has the lanes `classStarts[c] ..< classStarts[c + 1]`.
  init(_ recipe: RefinementRecipe, batchSize: Int, classOfLane: [Int32], classStarts: [Int64]) {
    loss = fk_refine_loss(
      margin: recipe.margin, sharpness: recipe.sharpness, cooperation: recipe.cooperation,
      least_pull: recipe.leastPull)
    self.classOfLane = classOfLane
    self.classStarts = classStarts
    let largestClass = zip(classStarts, classStarts.dropFirst()).reduce(1) { max($0, Int($1.1 - $1.0)) }
    capacity = (Self.rivalLimit + 1) * largestClass
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

  /// Finds the rivals of the document at `position` among the scores of every lane, not scaled, and then its moves.
  func find(_ position: Int, among scores: UnsafePointer<Float>, _ question: fk_refine_document) {
    var (question, loss) = (question, loss)
    fk_refine_find(
      scores, classOfLane.count, classOfLane, classStarts, &question, &loss, contests + position)
    findMoves(position)
  }

  /// Finds the moves of the document at `position`, for a rate of 1, from its contest.
  func findMoves(_ position: Int) {
    var (right, loss): (Int32, fk_refine_loss) = (1, loss)
    counts[position] = fk_refine_moves(
      contests + position, classOfLane, classStarts, &loss, moves + position * capacity, capacity,
      losses + position, &right)
    isRight[position] = right != 0
  }
}

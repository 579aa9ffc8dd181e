import Synchronization

/// Whether pruning pays, from what it left of the rows so far.
///
/// It decides which of two ways to the same bits is taken, so it may differ from run to run.
final class PruningRecord: Sendable {
  private struct Counts: ~Copyable {
    let rows = Atomic(0)
    let survivors = Atomic(0)
  }
  /// For questions about one best prototype, and for others.
  private let one = Counts()
  private let several = Counts()

  /// Rows before anything is concluded.
  private static let leastRows = 96
  /// An exact score of its own costs as much as this many in a packed product; 10 were measured on AVX2.
  private static let survivorCost = 10

  func add(rows: Int, survivors: Int, leaders: Int) {
    if leaders == 1 { Self.add(rows, survivors, to: one) } else { Self.add(rows, survivors, to: several) }
  }

  /// - Parameters:
  ///   - leaders: how many prototypes make up an answer.
  ///   - prototypeCount: of the index.
  ///   - featureCount: of a document.
  ///   - headCount: the dimensions of the partial product.
  func isWorthwhile(leaders: Int, prototypeCount: Int, featureCount: Int, headCount: Int) -> Bool {
    let survivors = leaders == 1 ? Self.mean(of: one) : Self.mean(of: several)
    guard let survivors else { return true }
    let full = Double(prototypeCount) * Double(featureCount)
    // Along the basis, onto the basis, and twice over all bounded scores.
    let partial =
      Double(prototypeCount + featureCount) * Double(headCount) + 16 * Double(prototypeCount)
      + survivors * Double(featureCount) * Double(Self.survivorCost)
    return partial < 0.9 * full
  }

  private static func add(_ rows: Int, _ survivors: Int, to counts: borrowing Counts) {
    counts.rows.wrappingAdd(rows, ordering: .relaxed)
    counts.survivors.wrappingAdd(survivors, ordering: .relaxed)
  }

  private static func mean(of counts: borrowing Counts) -> Double? {
    let rows = counts.rows.load(ordering: .relaxed)
    guard rows >= leastRows else { return nil }
    return Double(counts.survivors.load(ordering: .relaxed)) / Double(rows)
  }
}

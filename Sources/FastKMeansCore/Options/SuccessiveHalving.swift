/// A search that tries many candidates on few rows, and the better ones on more.
///
/// All start with a share of the rows on one fold; the best third goes on with three times as many, up to all rows on
/// every fold. The first candidate, which is what one would take without searching, always goes on: so the search
/// never ends with something that did worse on the same rows.
///
/// - Source: Jamieson and Talwalkar 2016, arXiv:1502.07943.
package struct SuccessiveHalving: Sendable {
  /// How good one candidate turned out on one share of the rows.
  package struct Trial: Sendable, Equatable {
    /// Its position in the list of candidates.
    package let candidate: Int
    /// The share of the training rows that it learned from, 0...1.
    package let share: Double
    /// Of each fold it was judged on, the share of held-out rows that it got right.
    package let accuracies: [Double]
    /// What stopped it; nil if nothing did.
    package let failure: String?

    /// The mean over folds; 0 if it failed.
    package var accuracy: Double {
      accuracies.isEmpty || failure != nil ? 0 : accuracies.reduce(0, +) / Double(accuracies.count)
    }
  }

  /// What was found.
  package struct Outcome: Sendable, Equatable {
    /// The position of the best candidate.
    package let best: Int
    /// In the order in which they were made.
    package let trials: [Trial]
    /// Whether the time was up before all was tried; then the same call need not give the same outcome.
    package let isCutShort: Bool

    /// Of the best candidate, on the most rows that it was tried on; nil if the time was up before that.
    package var bestTrial: Trial? { trials.last { $0.candidate == best && $0.failure == nil } }
  }

  /// One piece of work.
  package struct Job: Sendable, Equatable {
    /// The position of the candidate.
    package let candidate: Int
    /// The share of the training rows to learn from, 0...1.
    package let share: Double
    /// The fold to judge on.
    package let fold: Int
  }

  /// Thrown from an evaluation to end the search with what it has.
  package struct TimeIsUp: Error {
    package init() {}
  }

  /// Of the candidates, the part that goes on, and the factor between shares.
  private static let reduction = 3
  /// Fewer rows than this say little about how a candidate does on all.
  private static let leastRows = 2_000
  private static let mostRungs = 3

  private let candidateCount: Int
  private let foldCount: Int
  private let shares: [Double]

  /// - Parameters:
  ///   - candidateCount: at least 1; the first is the one to beat.
  ///   - foldCount: at least 1.
  ///   - rowCount: training rows; few are used whole from the start.
  package init(candidateCount: Int, foldCount: Int, rowCount: Int) {
    self.candidateCount = max(1, candidateCount)
    self.foldCount = max(1, foldCount)
    var shares = [1.0]
    var left = candidateCount
    while shares.count < Self.mostRungs, left > Self.reduction,
      Double(rowCount) * shares[0] / Double(Self.reduction) >= Double(Self.leastRows)
    {
      shares.insert(shares[0] / Double(Self.reduction), at: 0)
      left /= Self.reduction
    }
    self.shares = shares
  }

  /// How often `evaluate` will be called, at most.
  package var taskCount: Int {
    var (total, left) = (0, candidateCount)
    for (rung, share) in shares.enumerated() {
      total += left * (share < 1 ? 1 : foldCount)
      if rung + 1 < shares.count { left = Self.survivorCount(left) + 1 }
    }
    return total
  }

  private static func survivorCount(_ count: Int) -> Int { max(1, (count + reduction - 1) / reduction) }

  /// - Parameters:
  ///   - evaluate: returns the accuracy of a candidate, 0...1. An ``OptionsError`` or ``InputError`` counts against the
  ///     candidate; ``TimeIsUp`` ends the search; any other error ends the call.
  /// - Throws: what `evaluate` throws; where every candidate failed, the first one's error.
  package func run(_ evaluate: (Job) throws -> Double) throws -> Outcome {
    var trials: [Trial] = []
    var firstError: (any Error)?
    var candidates = Array(0..<candidateCount)
    var best = 0
    for (rung, share) in shares.enumerated() {
      var done: [Trial] = []
      for candidate in candidates {
        do {
          let trial = try self.trial(candidate, share, &firstError, evaluate)
          done.append(trial)
          trials.append(trial)
        } catch is TimeIsUp {
          best = Self.ranked(done).first ?? best
          return Outcome(best: best, trials: trials, isCutShort: true)
        }
      }
      let ranked = Self.ranked(done)
      guard let first = ranked.first else {
        // All failed: that is the rows' fault, not the candidates'.
        if let firstError { throw firstError }
        break
      }
      best = first
      guard rung + 1 < shares.count else { break }
      let survivors = Set(ranked.prefix(Self.survivorCount(candidates.count)) + [0])
      candidates = candidates.filter(survivors.contains)
    }
    return Outcome(best: best, trials: trials, isCutShort: false)
  }

  private func trial(
    _ candidate: Int, _ share: Double, _ firstError: inout (any Error)?, _ evaluate: (Job) throws -> Double
  ) throws -> Trial {
    var accuracies: [Double] = []
    do {
      for fold in 0..<(share < 1 ? 1 : foldCount) {
        accuracies.append(try evaluate(Job(candidate: candidate, share: share, fold: fold)))
      }
      return Trial(candidate: candidate, share: share, accuracies: accuracies, failure: nil)
    } catch let error where error is OptionsError || error is InputError {
      firstError = firstError ?? error
      return Trial(candidate: candidate, share: share, accuracies: accuracies, failure: "\(error)")
    }
  }

  /// Those that did not fail, the best first, equally good ones in their order.
  private static func ranked(_ trials: [Trial]) -> [Int] {
    trials.filter { $0.failure == nil }.sorted { ($1.accuracy, $0.candidate) < ($0.accuracy, $1.candidate) }
      .map(\.candidate)
  }
}

/// Something that a training tried on held-out rows.
package struct TrainingChoice: Sendable, Equatable {
  /// What there was to choose: `distance`, `prototypes` (how many in all), `recipe` (of refinement; `none`: k-means alone).
  package let subject: String
  package let candidate: String
  /// The share of the held-out rows that it got right, 0...1.
  package let accuracy: Double
  /// How many rows were held out; rows of several splits all count.
  package let rowCount: Int
  /// Whether the training went on with it.
  package let isTaken: Bool

  package init(subject: String, candidate: String, accuracy: Double, rowCount: Int, isTaken: Bool) {
    self.subject = subject
    self.candidate = candidate
    self.accuracy = accuracy
    self.rowCount = rowCount
    self.isTaken = isTaken
  }
}

extension TrainingChoice {
  package var json: JSON {
    .fields([
      "subject": .string(subject), "candidate": .string(candidate), "accuracy": .number(accuracy),
      "rows": .integer(rowCount), "taken": .bool(isTaken),
    ])
  }
}

extension [TrainingChoice] {
  /// A sentence where under another distance clearly more of the held-out rows come out right, in the words of its readers:
  /// what the automatic choice is called, and how percentages are written.
  package func warning(naming automatic: String, percentSign: String) -> String? {
    let tried = filter { $0.subject == "distance" }
    guard let taken = tried.first(where: \.isTaken), let best = tried.max(by: { $0.accuracy < $1.accuracy }),
      best.accuracy > taken.accuracy
    else { return nil }
    let shares = [taken, best].map { choice in
      let tenths = Int((choice.accuracy * 1000).rounded())
      return "\(tenths / 10).\(tenths % 10)\(percentSign)"
    }
    return
      "of \(best.rowCount) held-out rows, \(taken.candidate) gets \(shares[0]) right and "
      + "\(best.candidate) \(shares[1]); \(automatic) chooses by held-out rows"
  }
}

/// What a fitting call did.
public struct TrainingReport: Sendable, Equatable {
  /// Epochs run; the largest of any class where classes are trained one by one.
  public package(set) var epochs = 0
  /// The largest distance that a prototype moved in the last epoch.
  package var shift = 0.0
  /// Prototypes that were merged into another.
  package var mergedCount = 0
  /// Prototypes in the model afterwards (`active_centroids`).
  public package(set) var prototypeCount = 0
  /// The sum over documents of weight times distance to the prototype of their class that serves them: hard
  /// assignment, the one that they were averaged into; soft, the nearest one before the last step.
  package var objective = 0.0
  /// Prototypes that no document chose and that started again elsewhere.
  package var reseededCount = 0
  /// Prototypes that were dropped because they had no more mass than `min_weight`.
  package var prunedCount = 0
  /// Classes that this call brought.
  public package(set) var newClasses: [Label] = []
  /// Documents without any feature; they move nothing.
  package var emptyDocumentCount = 0

  /// A batch of a stream: what the model as it was before the batch said of the batch's documents (tested before they
  /// are learned, the prequential error); nil where it was not asked for, and where there was no class yet.
  package var prequential: PrequentialOutcome?
  /// The share of document weight that was answered wrongly before the batch was learned; nil as above.
  public var errorBeforeUpdate: Double? { prequential?.error }

  /// How refinement ended.
  package var refinement = RefinementOutcome.off
  /// What was tried on held-out rows, in the order of the trials.
  package var choices: [TrainingChoice] = []

  /// A warning: under another distance, clearly more of the held-out rows come out right; nil where no other is better.
  public var warning: String? { choices.warning(naming: "the distance 'auto'", percentSign: " %") }

  package init() {}

  package mutating func add(_ result: ClassKMeans.Result) {
    countRestarts(of: result)
    addOutcome(of: result)
  }

  package mutating func countRestarts(of result: ClassKMeans.Result) {
    reseededCount += result.reseeded
    prunedCount += result.pruned
  }

  package mutating func addOutcome(of result: ClassKMeans.Result) {
    shift = max(shift, result.shift)
    objective += result.objective
  }
}

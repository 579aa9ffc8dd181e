/// What a model that has not seen a row says about the row and its label.
struct RowVerdict: Sendable {
  /// The class that fits best, as the audit numbers classes; -1 where no model could be asked.
  var suggested: Int32 = -1
  /// By how much the score of the best class lies above that of the given one; below 0 where the given one is the best,
  /// by how much it lies above the second. NaN where nobody could be asked, or the model does not know the given class.
  var margin = Float.nan
  /// The scores of the best classes, which probabilities follow from.
  var best = Calibration.BestClasses()
  /// The place of the given class among the best; -1: not among them.
  var givenPlace = -1
  /// Of the best class: its best prototype, counted within the class, and the row's similarity to its centre.
  var prototype: Int32 = -1
  var similarity = Float.nan
  /// Whether the row has no feature that the model knows.
  var isUnknown = false
  /// How far the row lies from the nearest centre of its class, and from the mean of these; nil where the class has one.
  var spread: (own: Double, mean: Double)?
  /// What spoke for the suggested class and against the given one, the strongest first.
  var reasons: [(feature: Int, lead: Float)] = []
}

/// Asks a model about rows whose labels are in doubt.
struct RowJudge {
  private let scoring: ClassScoring
  /// The model's class index of each class of the audit, and the reverse; -1 for one that the model does not know.
  private let modelClasses: [Int32]
  private let auditClasses: [Int32]
  private let reasonCount: Int
  private let subTopics: [SubTopicMean?]

  /// - Parameter classes: those of the audit.
  init(_ storage: ModelStorage, classes: ClassDictionary, reasonCount: Int) throws {
    var storage = storage
    // Without one, confidences would need every score; what answers say is calibrated later.
    if storage.calibration?.reach == nil { storage.calibration = .uncalibrated }
    storage.rejection = nil
    scoring = try ClassScoring(storage)
    modelClasses = storage.classes.lookUp(classes.labels)
    auditClasses = classes.lookUp(storage.classes.labels)
    self.reasonCount = reasonCount
    subTopics = storage.classes.labels.indices.map { SubTopicMean(storage, classIndex: $0) }
  }

  /// - Parameters:
  ///   - given: the class of each row, as the audit numbers classes.
  ///   - declared: the declared column of each of the model's.
  /// - Returns: a verdict a row.
  func verdicts(_ rows: FeatureRows, given: [Int32], declared: (Int) -> Int) throws -> [RowVerdict] {
    let model = scoring.model
    let norms = try scoring.norms(of: rows)
    let relative = scoring.relative(rows)
    let slots = WorkerScratch<RowVerdict>(workers: max(1, rows.rowCount)) { RowVerdict() }
    let count = min(Calibration.nearCount, model.classes.count)
    try scoring.forEachAnswer(rows, top: count, parts: []) { row, answer in
      var verdict = RowVerdict()
      for hit in answer.classes { verdict.best.append(hit.score, class: Int32(hit.classIndex)) }
      let best = answer.classes[0]
      let known = modelClasses[Int(given[row])]
      verdict.suggested = auditClasses[best.classIndex]
      verdict.isUnknown = answer.isRejected
      verdict.prototype = Int32(best.prototype - model.classStarts[best.classIndex])
      verdict.similarity = scoring.similarity(of: row, relative, norms, to: best.prototype)
      if known >= 0 {
        let terms = relative.terms(of: row, scale: norms.scales[row])
        let own = model.bestPrototype(ofClass: Int(known), terms)
        verdict.spread = subTopics[Int(known)].map { mean in
          mean.distances { scoring.similarity(of: row, relative, norms, to: $0) }
        }
        verdict.givenPlace = answer.classes.firstIndex { $0.classIndex == Int(known) } ?? -1
        if best.classIndex == Int(known) {
          verdict.margin = count > 1 ? answer.classes[1].score - best.score : 0
        } else {
          let ownScore =
            scoring.turnsIntoSimilarity ? scoring.similarity(norms, row, score: own.score) : own.score
          verdict.margin = max(0, best.score - ownScore)
          verdict.reasons = reasons(terms, for: best.prototype, against: own.prototype)
        }
      }
      slots.with(row) { $0 = verdict }
    }
    return (0..<rows.rowCount).map { row in
      var verdict = slots.with(row) { $0 }
      verdict.reasons = verdict.reasons.map { (declared($0.feature), $0.lead) }
      return verdict
    }
  }

  private func reasons(
    _ terms: [(column: UInt32, value: Float)], for prototype: Int, against other: Int
  ) -> [(feature: Int, lead: Float)] {
    let model = scoring.model
    let leads = terms.map { term in
      let lead =
        model.scoringWeight(of: prototype, column: term.column)
        - model.scoringWeight(of: other, column: term.column)
      return (feature: Int(term.column), lead: Float(lead) * term.value)
    }
    return Array(
      leads.filter { $0.lead > 0 }.sorted { ($1.lead, $0.feature) < ($0.lead, $1.feature) }.prefix(
        reasonCount))
  }
}

extension FeatureRows {
  /// The columns of a row with its values as they are scored.
  func terms(of row: Int, scale: Float) -> [(column: UInt32, value: Float)] {
    switch self {
    case .sparse(let rows):
      rows.withRow(row) { columns, values in zip(columns, values).map { ($0, $1 * scale) } }
    case .dense(let rows):
      rows.withValues(of: row) { values in
        values.enumerated().map { (UInt32(truncatingIfNeeded: $0), $1 * scale) }
      }
    }
  }
}

extension ModelStorage {
  /// The prototype of a class that scores highest.
  ///
  /// - Complexity: O(features of the row x log of a prototype's).
  func bestPrototype(
    ofClass index: Int, _ terms: [(column: UInt32, value: Float)]
  ) -> (prototype: Int, score: Float) {
    var best = (prototype: classStarts[index], score: -Float.infinity)
    for prototype in classStarts[index]..<classStarts[index + 1] {
      // As a scoring index adds up: in single precision, column by column.
      var score = Float(scoringBias(of: prototype))
      for term in terms {
        score.addProduct(term.value, Float(scoringWeight(of: prototype, column: term.column)))
      }
      if score > best.score { best = (prototype, score) }
    }
    return best
  }
}

/// The mean of a class's prototypes, by what is needed to measure distances to it.
private struct SubTopicMean {
  private let members: Range<Int>
  private let shares: [Double]
  private let distance: Distance
  /// Cosine: the length of the mean; Euclidean: the mean squared distance of the prototypes to it.
  private let extent: Double

  /// nil for a class of one prototype.
  init?(_ model: ModelStorage, classIndex: Int) {
    members = model.classStarts[classIndex]..<model.classStarts[classIndex + 1]
    let masses = members.map { model.prototypes.masses[$0] }
    let total = masses.reduce(0, +)
    guard members.count > 1, total > 0 else { return nil }
    shares = masses.map { $0 / total }
    distance = model.settings.distance
    var mean = model.prototypes.vector(members.lowerBound).scaled(by: shares[0])
    for (member, share) in zip(members, shares).dropFirst() {
      mean = mean.combined(times: 1, with: model.prototypes.vector(member), times: share)
    }
    switch distance {
    case .cosine: extent = max(1e-12, mean.squaredNorm.squareRoot())
    case .euclidean:
      let squares = zip(members, shares).reduce(0) { $0 + model.squaredNorms[$1.0] * $1.1 }
      extent = max(0, squares - mean.squaredNorm)
    }
  }

  /// From a row to the nearest prototype and to the mean: 1 - cosine, or the squared distance.
  func distances(_ similarity: (Int) -> Float) -> (own: Double, mean: Double) {
    let similarities = members.map { Double(similarity($0)) }
    switch distance {
    case .cosine:
      let product = zip(similarities, shares).reduce(0) { $0 + $1.0 * $1.1 }
      return (1 - (similarities.max() ?? 0), 1 - product / extent)
    case .euclidean:
      let squares = similarities.map { 1 / $0 - 1 }
      return (squares.min() ?? 0, zip(squares, shares).reduce(0) { $0 + $1.0 * $1.1 } - extent)
    }
  }
}

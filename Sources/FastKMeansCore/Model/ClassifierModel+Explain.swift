extension ClassifierModel {
  /// Why each document is answered as ``classify(_:top:)`` answers it.
  ///
  /// - Parameter rows: documents; a few at a time, for every feature of each is kept.
  /// - Returns: an explanation a row.
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``.
  /// - Complexity: that of ``classify(_:top:)``, and O(non-zeros x log of a prototype's) a row.
  package func explain(_ rows: Features) throws -> [Explanation<Class>] {
    try explain(rows, classify(rows, top: 2))
  }

  /// The best classes of each row, with the features that spoke for the best one.
  ///
  /// - Parameters:
  ///   - rows: documents.
  ///   - count: how many classes, at least 1.
  ///   - reasonCount: how many reasons at most, from 0.
  ///   - reasons: makes a row's reasons, the strongest first, of what each feature gave.
  package func classify(
    _ rows: Features, top count: Int, reasons reasonCount: Int,
    by reasons: (_ row: Int, _ leads: [(feature: Int, lead: Double)]) -> [Reason] = { _, leads in
      leads.map { Reason(term: "#\($0.feature)", feature: $0.feature, weight: $0.lead) }
    }
  ) throws -> [Answer<Class>] {
    guard reasonCount >= 0 else {
      throw OptionsError(parameter: "reasons", value: "\(reasonCount)", allowed: "a whole number from 0")
    }
    guard reasonCount > 0, count > 0 else { return try classify(rows, top: count) }
    var answers = try classify(rows, top: max(2, count))
    for (row, explanation) in try explain(rows, answers).enumerated() {
      answers[row].classes.removeLast(max(0, answers[row].classes.count - count))
      answers[row].reasons = Array(
        reasons(row, explanation.leads()).prefix(reasonCount).filter { $0.weight > 0 })
    }
    return answers
  }

  /// Explains answers that name two classes, if there are two.
  private func explain(_ rows: Features, _ answers: [Answer<Class>]) throws -> [Explanation<Class>] {
    try rows.withRows { view in
      let scoring = try ClassScoring(storage)
      let norms = try scoring.norms(of: view)
      let view = scoring.relative(view)
      return answers.enumerated().map { row, answer in
        let document = DocumentTerms(view, row: row, scale: norms.scales[row])
        let evidence = answer.classes.prefix(2).map { self.evidence(for: $0, document) }
        return Explanation(
          winner: evidence[0], rival: evidence.count > 1 ? evidence[1] : nil, isRejected: answer.isRejected,
          knownShare: document.share { isKnown($0, toClassOf: evidence[0].prototype) })
      }
    }
  }

  private func evidence(
    for answer: Classification<Class>, _ document: DocumentTerms
  ) -> Explanation<Class>.Evidence {
    let prototype = answer.prototype
    let classIndex = Int(storage.prototypes.classIndices[prototype])
    return Explanation<Class>.Evidence(
      label: answer.label, prototype: prototype,
      positionInClass: prototype - storage.classStarts[classIndex],
      mass: storage.prototypes.masses[prototype], similarity: answer.similarity,
      confidence: answer.confidence, bias: storage.scoringBias(of: prototype),
      contributions: contributions(to: prototype, document))
  }

  /// Whether a document of the class had the feature, as far as its centres tell.
  private func isKnown(_ column: UInt32, toClassOf prototype: Int) -> Bool {
    let classIndex = Int(storage.prototypes.classIndices[prototype])
    return (storage.classStarts[classIndex]..<storage.classStarts[classIndex + 1])
      .contains { storage.prototypes.value($0, column: column) != 0 }
  }

  private func contributions(
    to prototype: Int, _ document: DocumentTerms
  ) -> [Explanation<Class>.Contribution] {
    document.terms.compactMap { term in
      let weight = storage.scoringWeight(of: prototype, column: term.column)
      guard weight != 0 else { return nil }
      return Explanation<Class>.Contribution(feature: Int(term.column), value: term.value, weight: weight)
    }.sorted { ($1.product.magnitude, $0.feature) < ($0.product.magnitude, $1.feature) }
  }
}

/// The features of one document, as they are scored.
private struct DocumentTerms {
  let terms: [(column: UInt32, value: Double)]

  init(_ rows: FeatureRows, row: Int, scale: Float) {
    func scaled(_ value: Float) -> Double { Double(value * scale) }
    switch rows {
    case .sparse(let rows):
      terms = rows.range(of: row).map { (rows.columns[$0], scaled(rows.values[$0])) }.filter { $0.1 != 0 }
    case .dense(let rows):
      terms = rows.withValues(of: row) { values in
        values.enumerated().compactMap { column, value in
          value == 0 ? nil : (UInt32(truncatingIfNeeded: column), scaled(value))
        }
      }
    }
  }

  /// The share of the squared length that lies on features for which this holds.
  func share(where isCounted: (UInt32) -> Bool) -> Double {
    let total = terms.reduce(0) { $0 + $1.value * $1.value }
    guard total > 0 else { return 0 }
    return terms.reduce(0) { $0 + (isCounted($1.column) ? $1.value * $1.value : 0) } / total
  }
}

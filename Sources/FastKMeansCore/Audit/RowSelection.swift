/// Chooses rows without labels whose labels would teach a model most.
///
/// A row is worth more the less sure the model is between its two best classes (margin sampling: Scheffer, Decomain and Wrobel
/// 2001), and less the more rows have been chosen that the same prototype answers; a row that nearly repeats a chosen one is passed
/// over. So the choice spreads over what the model does not know yet, in place of a hundred forms of one doubt. Among rows of
/// equal worth a seeded draw decides.
package struct RowSelection: Sendable {
  /// A row, and why it was chosen.
  package struct Choice: Sendable, Equatable {
    package let row: Int
    /// The best class and its probability.
    package let classIndex: Int
    package let confidence: Float
    /// The probability of the best class less that of the second: the smaller, the less sure.
    package let margin: Float
    /// To the best prototype.
    package let similarity: Float
  }

  /// Settings of a choice.
  package struct Settings: Sendable {
    package var count = 100
    /// What each row that the same prototype answered before takes off a row's worth: 1 nothing, 0 all.
    package var repetitionFactor = 0.7
    /// Rows are near duplicates from this cosine on.
    package var similarity = 0.9
    package var seed: UInt64 = 42

    package init() {}

    func validate() throws(OptionsError) {
      guard count >= 1 else {
        throw OptionsError(parameter: "count", value: "\(count)", allowed: "a whole number from 1")
      }
      guard similarity > 0, similarity <= 1 else {
        throw OptionsError(
          parameter: "similarity", value: "\(similarity)", allowed: "a number above 0, at most 1")
      }
    }
  }

  /// The most valuable first; fewer than asked where too few rows differ from one another.
  package let choices: [Choice]

  /// - Parameter threadCount: as for ``ClassScoring``.
  /// - Throws: ``OptionsError``; ``InputError/featureCountMismatch(expected:found:)``, ``InputError/noRows``.
  /// - Complexity: that of answers to all rows, and O(choices x (prototypes + choices x non-zeros)).
  package init(
    from rows: FeatureRows, model: ModelStorage, settings: Settings = Settings(), threadCount: Int? = nil
  ) throws {
    try settings.validate()
    guard rows.rowCount > 0 else { throw InputError.noRows }
    let scoring = try ClassScoring(model, threadCount: threadCount)
    let slots = WorkerScratch<(choice: Choice, prototype: Int)?>(workers: rows.rowCount) { nil }
    try scoring.forEachAnswer(rows, top: min(2, model.classes.count), parts: .similarities) { row, answer in
      let best = answer.classes[0]
      let second = answer.classes.count > 1 ? answer.classes[1].confidence : 0
      // What nothing is known of is as doubtful as can be.
      let choice = Choice(
        row: row, classIndex: best.classIndex, confidence: best.confidence,
        margin: answer.isRejected ? 0 : best.confidence - second, similarity: best.similarity)
      slots.with(row) { $0 = (choice, best.prototype) }
    }
    var random = CounterRandom(seed: settings.seed, stream: 0x5E1EC7)
    var queues = [[(choice: Choice, draw: Double)]](repeating: [], count: model.prototypes.count)
    for row in 0..<rows.rowCount {
      guard let (choice, prototype) = slots.with(row, { $0 }) else { continue }
      queues[prototype].append((choice, random.nextUnit()))
    }
    // The last of each queue is the next to take.
    for prototype in queues.indices {
      queues[prototype].sort { ($1.choice.margin, $0.draw) < ($0.choice.margin, $1.draw) }
    }
    choices = Self.choose(
      &queues, rows, settings, norms: try RowNorms(of: rows, distance: .cosine, workers: 1))
  }

  private static func choose(
    _ queues: inout [[(choice: Choice, draw: Double)]], _ rows: FeatureRows, _ settings: Settings,
    norms: RowNorms
  ) -> [Choice] {
    var chosen: [Choice] = []
    var factors = [Double](repeating: 1, count: queues.count)
    while chosen.count < settings.count {
      var best: (prototype: Int, worth: Double, draw: Double)?
      for (prototype, queue) in queues.enumerated() {
        guard let next = queue.last else { continue }
        let worth = (1 - Double(next.choice.margin)) * factors[prototype]
        if best.map({ ($0.worth, $0.draw) < (worth, next.draw) }) ?? true {
          best = (prototype, worth, next.draw)
        }
      }
      guard let best, let choice = queues[best.prototype].popLast()?.choice else { break }
      let isRepeated = chosen.contains {
        rows.cosine($0.row, choice.row, norms) >= Float(settings.similarity)
      }
      guard !isRepeated else { continue }
      chosen.append(choice)
      factors[best.prototype] *= settings.repetitionFactor
    }
    return chosen
  }
}

extension FeatureRows {
  /// The cosine of two rows; 0 where one has no length.
  fileprivate func cosine(_ one: Int, _ other: Int, _ norms: RowNorms) -> Float {
    let scale = norms.scales[one] * norms.scales[other]
    switch self {
    case .sparse(let rows):
      return rows.withRow(one) { columns, values in
        rows.withRow(other) { otherColumns, otherValues in
          var (left, right, sum) = (0, 0, Float(0))
          while left < columns.count, right < otherColumns.count {
            let (column, otherColumn) = (columns[left], otherColumns[right])
            if column == otherColumn { sum += values[left] * otherValues[right] }
            if column <= otherColumn { left += 1 }
            if otherColumn <= column { right += 1 }
          }
          return sum * scale
        }
      }
    case .dense(let rows):
      return rows.withValues(of: one) { values in
        rows.withValues(of: other) { others in
          zip(values, others).reduce(Float(0)) { $0 + $1.0 * $1.1 } * scale
        }
      }
    }
  }
}

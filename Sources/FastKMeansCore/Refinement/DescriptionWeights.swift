/// How much descriptions of classes count among documents.
///
/// A description is a document about a class as a whole. How much it counts is tried on documents that are held out, by cheap fits;
/// a description of a class without any document counts as one document at least, so that the class can be answered.
package struct DescriptionWeights {
  /// The weight of each row, documents and descriptions.
  package let weights: [Double]
  /// What was tried: weights of a description, in documents.
  package let choices: [TrainingChoice]

  /// Weights that are tried, the first of equally good ones is taken. 0 leaves descriptions out of classes that have documents.
  private static let candidates = [1, 2, 4, 0.5, 0]
  private static let foldCount = 4
  /// Documents of a trial; classes take part as a whole.
  private static let mostDocuments = 20_000
  /// No more folds are judged once this many documents are.
  private static let enoughDocuments = 4_000
  private static let leastDocuments = 20

  /// - Parameters:
  ///   - rows: the documents, and after them the descriptions.
  ///   - labels: of all rows.
  ///   - descriptionCount: how many of the rows are descriptions.
  ///   - sampleWeights: of the documents; nil means 1 each.
  ///   - options: of the training.
  ///   - progress: called now and then; an error that it throws ends the call.
  /// - Throws: ``InputError`` about labels and weights; whatever `progress` throws.
  /// - Complexity: that of some cheap fits to 20,000 documents, and as many as their classes have more.
  /// - Determinism: the same bits for any number of threads.
  package init(
    _ rows: FeatureRows, labels: LabelColumn, descriptionCount: Int, sampleWeights: [Double]?,
    options: TrainingOptions, progress: ProgressHandler?
  ) throws {
    guard labels.count == rows.rowCount else {
      throw InputError.lengthMismatch(what: "labels", expected: rows.rowCount, found: labels.count)
    }
    let own = try SampleWeights.checked(
      sampleWeights, rowCount: rows.rowCount - descriptionCount, canAllBeZero: true)
    let trials = Trials(
      rows: rows, labels: labels, own: own ?? [Float](repeating: 1, count: rows.rowCount - descriptionCount),
      options: options, progress: progress)
    let (accuracies, judgedCount) = try trials.accuracies(of: Self.candidates)
    let best = accuracies.indices.max { (accuracies[$0], $1) < (accuracies[$1], $0) } ?? 0
    weights = trials.weights(Self.candidates[best])
    choices = accuracies.indices.map { index in
      TrainingChoice(
        subject: "description_weight", candidate: "\(Self.candidates[index])", accuracy: accuracies[index],
        rowCount: judgedCount, isTaken: index == best)
    }
  }

  /// Cheap fits to documents with descriptions of one weight or another.
  private struct Trials {
    let rows: FeatureRows
    let labels: LabelColumn
    /// The weights of the documents.
    let own: [Float]
    let options: TrainingOptions
    let progress: ProgressHandler?

    private var documents: [Int] { own.indices.filter { own[$0] > 0 } }
    private var descriptions: Range<Int> { own.count..<rows.rowCount }

    /// The weights of all rows where a description counts as this many mean documents.
    func weights(_ candidate: Double) -> [Double] {
      let counted = documents
      var hasDocuments = [Bool](repeating: false, count: labels.labels.count)
      for row in counted { hasDocuments[Int(labels.indices[row])] = true }
      let mean = counted.isEmpty ? 1 : counted.reduce(0.0) { $0 + Double(own[$1]) } / Double(counted.count)
      return own.map(Double.init)
        + descriptions.map { row in
          let weight = candidate == 0 && !hasDocuments[Int(labels.indices[row])] ? 1 : candidate
          return min(weight * mean, RowNorms.largestWeight)
        }
    }

    /// Whole classes until there are ``mostDocuments``, so that each has as many documents as in the training; ascending.
    private var sample: [Int] {
      var members = [[Int]](repeating: [], count: labels.labels.count)
      for row in documents { members[Int(labels.indices[row])].append(row) }
      members.removeAll(where: \.isEmpty)
      var random = CounterRandom(seed: options.seed, stream: 0xDE5C_0000_0000)
      var chosen: [Int] = []
      while !members.isEmpty, chosen.count < DescriptionWeights.mostDocuments {
        members.swapAt(random.nextIndex(below: members.count), members.count - 1)
        chosen += members.removeLast()
      }
      return chosen.sorted()
    }

    /// Of each candidate the share of the held-out documents that come out right, and how many these are; none where nothing
    /// can be tried.
    func accuracies(of candidates: [Double]) throws -> ([Double], judgedCount: Int) {
      let sample = sample
      let classes = Set(sample.map { labels.indices[$0] })
      let described = descriptions.filter { classes.contains(labels.indices[$0]) }
      guard options.mode.trainer == nil, !described.isEmpty, classes.count > 1,
        sample.count >= DescriptionWeights.leastDocuments
      else { return ([], 0) }
      let folds = try StratifiedFolds(
        labels.selectingRows(sample), count: DescriptionWeights.foldCount, seed: options.seed)
      let judgedFolds = (0..<folds.count).prefix {
        $0 == 0 || $0 * sample.count < folds.count * DescriptionWeights.enoughDocuments
      }
      let accuracies = try candidates.map { candidate in
        let weights = weights(candidate)
        var (right, total) = (0.0, 0.0)
        for fold in judgedFolds {
          let known = (folds.rows(butOf: fold).map { sample[$0] } + described).filter { weights[$0] > 0 }
          let new = folds.rows(of: fold).map { sample[$0] }
          let places = known + new
          let isRight = try RefinementTrainer.trial(
            rows.selecting(places), classes: places.map { labels.indices[$0] }, trainingCount: known.count,
            weights: places.map { Float(weights[$0]) }, options: options, progress: progress)
          for (row, isRight) in zip(new, isRight) {
            total += weights[row]
            if isRight { right += weights[row] }
          }
        }
        return right / total
      }
      return (accuracies, judgedFolds.reduce(0) { $0 + folds.rows(of: $1).count })
    }
  }
}

extension ModelStorage {
  /// Refines on some of the documents, from where the weights are; over several machines, whose results are averaged.
  ///
  /// Recipe and unit follow from the model alone, so that they are the same on every machine. Nothing is held out;
  /// see ``calibrated(on:labels:threadCount:)``.
  ///
  /// - Parameters:
  ///   - epochs: passes over the rows; nil for as many as suit the model's documents.
  ///   - rateShares: the share of the full rate at the start and at the end.
  ///   - step: gives each machine and round its own order.
  /// - Throws: ``InputError``, ``ClassifierError``; whatever the progress handler throws.
  /// - Complexity: O(epochs x non-zeros x prototypes).
  package func refined(
    on rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, threadCount: Int?, epochs: Int?,
    rateShares: (first: Double, last: Double), step: UInt64, progress: ProgressHandler?
  ) throws -> ModelStorage {
    var (part, workers) = try trainingPart(
      rows, labels: labels, sampleWeights: sampleWeights, threadCount: threadCount)
    part.unit = refinementUnit
    let documents = part.documents
    var recipe = RefinementRecipe.featureRates
    if let epochs { recipe = recipe.lasting(epochs) }
    recipe.rate *= rateShares.first
    recipe.lastRateShare = rateShares.first > 0 ? rateShares.last / rateShares.first : 0
    let reporter = ProgressReporter(progress)
    return try reporter.run {
      // A run that diverges starts again at half the rate, as in a local refinement.
      for _ in 0..<9 {
        let table = try refinementTable()
        try reporter.begin(.refining, total: documents.count * recipe.epochs)
        let statistics = try Refinement(
          recipe: recipe, seed: settings.seed &+ step, workers: workers, progress: reporter
        ).run(table, rows: part, documents: documents, leavesOneOut: false)
        try reporter.finish()
        let (first, last) = (statistics.first?.meanLoss ?? 0, statistics.last?.meanLoss ?? 0)
        if last.isFinite, last <= 4 * first + 1, table.isFinite { return refined(with: table) }
        recipe.rate /= 2
      }
      return refined(with: try refinementTable())
    }
  }

  /// The weighted mean of refined weights that were learned from one model on disjoint documents.
  ///
  /// - Throws: ``ClassifierError/unsupported(_:)`` if the models do not come from one, or one is not refined;
  ///   ``InputError/badSampleWeight(row:value:)`` for a weight that is not above 0.
  /// - Complexity: O(models x stored values).
  package static func average(_ models: [ModelStorage], weights: [Double]) throws -> ModelStorage {
    guard let first = models.first else { throw InputError.noRows }
    guard weights.count == models.count else {
      throw InputError.lengthMismatch(what: "weights", expected: models.count, found: weights.count)
    }
    for (index, weight) in weights.enumerated() where !(weight > 0 && weight <= RowNorms.largestWeight) {
      throw InputError.badSampleWeight(row: index, value: weight)
    }
    let parts = try models.map { model in
      guard let refined = model.refined, model.classes == first.classes,
        model.prototypes.classIndices == first.prototypes.classIndices,
        model.prototypes.featureCount == first.prototypes.featureCount,
        model.prototypes.isSparse == first.prototypes.isSparse, model.refined?.unit == first.refined?.unit
      else {
        throw ClassifierError.unsupported("only refined models that come from one model can be averaged")
      }
      return refined
    }
    let total = weights.reduce(0, +)
    let vectors = (0..<first.prototypes.count).map { prototype in
      var sum = parts[0].weights.vector(prototype).scaled(by: weights[0] / total)
      for (part, weight) in zip(parts, weights).dropFirst() {
        sum = sum.combined(times: 1, with: part.weights.vector(prototype), times: weight / total)
      }
      return sum
    }
    let biases = parts[0].biases?.indices.map { prototype -> Float in
      var sum = 0.0
      for (part, weight) in zip(parts, weights) {
        sum += Double(part.biases?[prototype] ?? 0) * weight / total
      }
      return Float(sum)
    }
    return first.refined(with: vectors, biases: biases, unit: parts[0].unit)
  }

  /// The model with other refined weights, such as its own and what several machines added to them.
  ///
  /// - Parameters:
  ///   - vectors: one for each prototype; of sparse ones what refinement would truncate is left out. nil: the weights
  ///     that a refinement starts from, and their biases.
  ///   - biases: Euclidean: one for each prototype; nil for cosine.
  /// - Throws: ``InputError`` if the parts do not fit the model.
  /// - Complexity: O(stored values).
  package func withRefinedWeights(_ vectors: [PrototypeVector]?, biases: [Double]?) throws -> ModelStorage {
    guard let vectors else { return refined(with: try centerTable()) }
    guard vectors.count == prototypes.count else {
      throw InputError.lengthMismatch(what: "weights", expected: prototypes.count, found: vectors.count)
    }
    try prototypes.shape.check(vectors)
    let biases = settings.distance == .euclidean ? biases ?? [] : nil
    guard biases?.count ?? prototypes.count == prototypes.count else {
      throw InputError.lengthMismatch(what: "biases", expected: prototypes.count, found: biases?.count ?? 0)
    }
    return refined(with: vectors, biases: biases?.map { Float($0) }, unit: refinementUnit)
  }

  /// Fits the probabilities to some documents.
  ///
  /// Refined weights are judged by documents that they have not seen; if the k-means prototypes are right more often, the
  /// model goes back to these. A model that is not refined is judged by some of the documents that it was trained on, which
  /// are taken out of its prototypes for that.
  ///
  /// - Returns: the model, and the share of the documents that weights and prototypes were right on.
  /// - Throws: as ``refined(on:labels:sampleWeights:threadCount:epochs:rateShares:step:progress:)``.
  package func calibrated(
    on rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, threadCount: Int?
  ) throws -> (model: ModelStorage, accuracy: Double, prototypeAccuracy: Double) {
    var (part, workers) = try trainingPart(
      rows, labels: labels, sampleWeights: sampleWeights, threadCount: threadCount)
    part.unit = refined?.unit ?? 1
    let documents = part.documents
    let centers = prototypes.learnerPrototypes(classCount: classes.count)
    let plain = try RefinementTable(
      refined == nil ? part.without(documents, centers, settings, workers: workers) : centers,
      featureCount: prototypes.featureCount, scale: 1,
      unit: settings.distance == .euclidean ? part.unit : nil
    ).heldOutScores(documents, of: part, workers: workers)
    let scores = try refined.map { _ in
      try refinementTable().heldOutScores(documents, of: part, workers: workers)
    }
    var model = self
    (model.openSet, model.rejection) = (nil, nil)
    if let scores, scores.accuracy >= plain.accuracy {
      model.calibration = .fitted(to: scores)
    } else {
      model.calibration = .fitted(to: plain.ofRows(unit: part.unit), keepsTruths: refined != nil)
      model.refined = nil
    }
    return (model, scores?.accuracy ?? plain.accuracy, plain.accuracy)
  }
}

extension PrototypeVector {
  /// Without what is no larger than this; dense vectors stay as they are.
  fileprivate func truncated(below limit: Double) -> PrototypeVector {
    guard isSparse else { return self }
    let kept = values.indices.filter { values[$0].magnitude > limit }
    return PrototypeVector(columns: kept.map { columns[$0] }, values: kept.map { values[$0] })
  }
}

extension ModelStorage {
  /// Euclidean: what rows are multiplied with; where nobody gave it, the prototypes stand for the rows.
  var refinementUnit: Float {
    if let refined { return refined.unit }
    guard settings.distance == .euclidean else { return 1 }
    let masses = prototypes.masses.contains { $0 > 0 } ? prototypes.masses : prototypes.masses.map { _ in 1 }
    let total = masses.reduce(0, +)
    var mean = prototypes.vector(0).scaled(by: masses[0] / total)
    var squares = squaredNorms[0] * masses[0] / total
    for index in 1..<max(1, prototypes.count) {
      mean = mean.combined(times: 1, with: prototypes.vector(index), times: masses[index] / total)
      squares += squaredNorms[index] * masses[index] / total
    }
    let variance = squares - mean.squaredNorm
    return variance > 1e-30 ? Float(1 / variance.squareRoot()) : 1
  }

  /// The refined weights, or where a refinement begins.
  func refinementTable() throws -> RefinementTable {
    guard let refined else { return try centerTable() }
    let scale = RefinementRecipe.featureRates.scale
    return try RefinementTable(
      refined,
      ownParts: settings.distance == .euclidean
        ? nil : prototypes.sumScales.map { $0 > 0 ? Float(scale / $0) : 0 })
  }

  private func centerTable(unit: Float? = nil) throws -> RefinementTable {
    try RefinementTable(
      prototypes.learnerPrototypes(classCount: classes.count), featureCount: prototypes.featureCount,
      scale: RefinementRecipe.featureRates.scale,
      unit: settings.distance == .euclidean ? unit ?? refinementUnit : nil)
  }

  /// The model with the weights that a refinement begins with; for the cosine, and where it is refined, as it is.
  ///
  /// - Parameter deviation: the root mean squared distance of all rows to their mean, as ``FeatureRows/inverseDeviation`` has
  ///   it. Prototypes spread less than the rows do; in their spread margins would be too narrow.
  func beginningRefinement(deviation: Double) throws -> ModelStorage {
    guard refined == nil, settings.distance == .euclidean else { return self }
    let unit = deviation > 1e-15 ? Float(1 / deviation) : 1
    return refined(with: try centerTable(unit: unit), unit: unit)
  }

  func refined(with table: RefinementTable, unit: Float? = nil) -> ModelStorage {
    let learned = table.refinedWeights(
      isSparse: prototypes.isSparse, unit: unit ?? refinementUnit,
      truncation: Float(settings.truncationThreshold), precision: settings.precision)
    return refined(with: learned.vectors, biases: learned.biases, unit: learned.unit)
  }

  /// - Parameter vectors: of sparse ones what refinement would truncate is left out.
  private func refined(with vectors: [PrototypeVector], biases: [Float]?, unit: Float) -> ModelStorage {
    let limit = settings.truncationThreshold * Double(unit)
    let kept = vectors.map { $0.truncated(below: limit) }
    var model = self
    model.refined = RefinedWeights(
      weights: prototypes.replacing(kept, precision: settings.precision), biases: biases, unit: unit)
    (model.calibration, model.openSet, model.rejection) = (nil, nil, nil)
    return model
  }
}

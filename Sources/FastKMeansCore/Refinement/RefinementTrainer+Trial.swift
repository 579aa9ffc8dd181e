extension RefinementTrainer {
  /// Which documents come out right that a cheap fit has not seen: one prototype a class, refined by the first recipe.
  ///
  /// It tells which of two kinds of rows of the same documents are the better ones to learn from, for a fraction of a fit.
  ///
  /// - Parameters:
  ///   - rows: the documents to learn from, and after them those to judge by.
  ///   - classes: of each row a number.
  ///   - trainingCount: how many rows are learned from.
  ///   - weights: of all rows, above 0; nil means 1 each.
  /// - Returns: for each row after these whether its class is the best one.
  package static func trial(
    _ rows: Features, classes: [Int32], trainingCount: Int, weights: [Float]? = nil,
    options: TrainingOptions, progress: ProgressHandler?
  ) throws -> [Bool] {
    var options = options
    (options.device, options.mergeThreshold) = (.cpu, nil)
    let workers = Parallel.workerCount(options.threadCount)
    let heldOut = Array(Int32(trainingCount)..<Int32(rows.rowCount))
    return try rows.withRows { view in
      let norms = try RowNorms(of: view, distance: options.distance, workers: workers)
      let training = (0..<Int32(trainingCount)).filter { norms.squaredNorms[Int($0)] > 0 }
      // Nobody finds a class that has no document to learn from.
      var numbers: [Int32: Int32] = [:]
      for row in training {
        let label = classes[Int(row)]
        numbers[label] = numbers[label] ?? Int32(numbers.count)
      }
      guard numbers.count > 1 else { return heldOut.map { numbers[classes[Int($0)]] != nil } }
      var documents = TrainingSet(
        view, norms: norms, classes: classes.map { numbers[$0] ?? -1 }, classCount: numbers.count,
        weights: weights)
      if options.distance == .euclidean { documents.unit = view.inverseDeviation }
      let reporter = ProgressReporter(progress)
      let trainer = RefinementTrainer(
        documents, initial: [[Prototype]](repeating: [], count: numbers.count), options: options,
        progress: reporter)
      return try reporter.run {
        let prototypes = try trainer.trainPrototypes(
          documents.selecting(training), [Int](repeating: 1, count: numbers.count)
        ).prototypes
        let table =
          options.refinement == .count(0)
          ? try trainer.table(prototypes, scale: 1)
          : try trainer.refine(prototypes, trainer.lasting(.featureRates), on: training).table
        return try table.heldOutScores(heldOut, of: documents, workers: workers).isRight
      }
    }
  }
}

/// Trains all classes of a data set, each on its own: the default mode, where a document moves the prototypes of
/// its own class only.
///
/// Memory: one class's rows a worker, beside the input and the prototypes.
package struct ByClassTrainer {
  private let options: TrainingOptions
  private let workers: Int
  private let progress: ProgressReporter

  /// What training gave, over all classes.
  package struct Outcome {
    /// The prototypes of each class.
    package var prototypes: [[Prototype]]
    package var report = TrainingReport()
  }

  package init(options: TrainingOptions, progress: ProgressReporter) {
    self.options = options
    self.progress = progress
    workers = Parallel.workerCount(options.threadCount)
  }

  /// - Parameters:
  ///   - wanted: the number of prototypes of each class.
  ///   - initial: prototypes to start from; a class without any is seeded.
  /// - Complexity: O(epochs x non-zeros x prototypes per class).
  package func fit(
    _ set: TrainingSet, wanted: [Int], initial: [[Prototype]]
  ) throws -> Outcome {
    var outcome = Outcome(prototypes: initial)
    var active = set.partition.classesByFallingSize()
    // A class that merges is trained again; its last result is the one that counts.
    var last = [ClassKMeans.Result?](repeating: nil, count: set.classCount)
    var epochsLeft = options.maxEpochs
    while !active.isEmpty, epochsLeft > 0 {
      let results = try train(
        active, set, wanted: wanted, initial: outcome.prototypes, maxEpochs: epochsLeft)
      var epochs = 0
      for (classIndex, result) in zip(active, results) {
        outcome.prototypes[classIndex] = result.prototypes
        outcome.report.countRestarts(of: result)
        last[classIndex] = result
        epochs = max(epochs, result.epochs)
      }
      epochsLeft -= max(1, epochs)
      outcome.report.epochs += epochs
      guard options.mergeThreshold != nil else { break }
      // Classes that merged move on from where the merged prototypes lie, until nothing merges.
      try progress.begin(.merging, total: 1)
      active = Merging(options: options).mergeClosePrototypes(
        of: &outcome.prototypes, among: active, report: &outcome.report)
      try progress.finish()
    }
    for result in last { if let result { outcome.report.addOutcome(of: result) } }
    outcome.report.prototypeCount = outcome.prototypes.reduce(0) { $0 + $1.count }
    return outcome
  }

  private func train(
    _ classIndices: [Int], _ set: TrainingSet, wanted: [Int], initial: [[Prototype]], maxEpochs: Int
  ) throws -> [ClassKMeans.Result] {
    try progress.begin(.training, total: classIndices.reduce(0) { $0 + set.partition.count(of: $1) })
    var options = options
    options.maxEpochs = maxEpochs
    let scratch = WorkerScratch<ColumnMap>(workers: workers) { ColumnMap() }
    let results = try Parallel.map(count: classIndices.count, workers: workers) { [options] worker, index in
      let classIndex = classIndices[index]
      let result = try scratch.with(worker) {
        try train(
          classIndex, set, wanted: wanted[classIndex], initial: initial[classIndex], options: options,
          columnMap: &$0)
      }
      try progress.advance(by: set.partition.count(of: classIndex))
      return result
    }
    try progress.finish()
    return results
  }

  private func train(
    _ classIndex: Int, _ set: TrainingSet, wanted: Int, initial: [Prototype], options: TrainingOptions,
    columnMap: inout ColumnMap
  ) throws -> ClassKMeans.Result {
    let local = set.classRows(of: classIndex, distance: options.distance, columnMap: &columnMap)
    guard local.count > 0 else {
      // Documents without features move nothing: what the class has, it keeps.
      guard initial.isEmpty else { return .unchanged(initial) }
      let mass = set.partition.withRows(of: classIndex) {
        $0.reduce(0.0) { $0 + Double(set.weight(of: Int($1))) }
      }
      return ClassKMeans.Result(
        prototypes: [.empty(like: local, mass: mass)], epochs: 0, shift: 0, objective: 0, reseeded: 0,
        pruned: 0)
    }
    if initial.isEmpty {
      return try ClassKMeans.seedAndRun(
        rows: local, wanted: wanted, options: options,
        random: CounterRandom(seed: options.seed, stream: UInt64(classIndex))
      ) { try progress.checkpoint() }
    }
    let table = local.table(of: initial.map(\.center), columnMap: columnMap)
    let centers = ClassCenters(
      table, fullSquaredNorms: initial.map { Float($0.center.squaredNorm) }, distance: options.distance)
    var problem = ClassKMeans(rows: local, options: options, centers: centers)
    return try problem.run(maxEpochs: options.maxEpochs) { try progress.checkpoint() }
  }
}

extension ClassKMeans.Result {
  fileprivate static func unchanged(_ prototypes: [Prototype]) -> Self {
    Self(prototypes: prototypes, epochs: 0, shift: 0, objective: 0, reseeded: 0, pruned: 0)
  }
}

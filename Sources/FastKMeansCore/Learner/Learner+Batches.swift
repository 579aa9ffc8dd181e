/// A batch of a stream: planned first, which can fail, and carried out then, which cannot.
extension Learner {
  /// What a batch is going to do to the prototypes, and to refined weights.
  struct BatchPlan {
    var updater: StreamUpdater
    var prototypes: StreamUpdater.Plan
    var isRefining: Bool
  }

  /// All of a batch that can fail; changes nothing but what a failure throws away with this copy.
  mutating func planBatch(
    _ documents: TrainingSet, _ reporter: ProgressReporter
  ) throws -> BatchPlan {
    let refines = isRefining()
    try takeGivenPrototypes()
    var settings = self.settings
    // Shares blur the prototypes that refinement starts from; see `fit`.
    if refines { settings.isSoft = false }
    let updater = StreamUpdater(options: settings, step: batchCount, progress: reporter)
    var plan = try updater.plan(
      members, documents, wanted: refines ? countsByDocuments(documents) : wantedCounts(documents),
      forgetting: forgetting(documents),
      canAssignLate: reporter.isSilent && !refines)
    plan.number(from: &nextPrototype)
    return BatchPlan(updater: updater, prototypes: plan, isRefining: refines)
  }

  /// Refined: a class gets another prototype for each 20 documents, as ``PrototypeCountRule`` has it; what `k_list` asks
  /// for is kept to.
  private func countsByDocuments(_ documents: TrainingSet) -> [Int] {
    wantedCounts(documents).enumerated().map { index, wanted in
      guard !isCountFixed(classes.labels[index]) else { return wanted }
      let documents = members[index].mass + Double(documents.partition.count(of: index))
      return min(wanted, max(1, Int(min(documents, 1e9) / 20)))
    }
  }

  /// What is left of masses and sums after this batch.
  private func forgetting(_ documents: TrainingSet) -> Double {
    let documents = documents.totalWeight
    var lives = settings.halfLife.map { documents / $0 } ?? 0
    if fasterForgetting.documents > 0 {
      lives += min(documents, fasterForgetting.documents) / fasterForgetting.halfLife
    }
    guard lives > 0 else { return settings.decay }
    return max(1e-30, settings.decay * naturalExponential(-0.693_147_180_559_945_3 * lives))
  }

  /// Whether refined weights learn from this batch too: those that there are, or from the first batch on.
  func isRefining() -> Bool {
    if streamWeights != nil || fittedWeights != nil { return true }
    return settings.refinement != .count(0) && members.allSatisfy { $0.count == 0 }
  }

  /// What the model says of documents before it learns them.
  ///
  /// - Complexity: O(stored values) beside the scoring: an index is made for it.
  func predictions(_ documents: TrainingSet) throws -> PrequentialOutcome {
    let predicted = try ClassScoring(model()).predictedClasses(documents.rows)
    return PrequentialOutcome(documents) { _, row in predicted[row] == documents.classes[row] }
  }

  /// Lets refined weights learn from the batch; if that fails, this learner is as it was.
  ///
  /// The weights are taken out of both learners while they change, so that nothing is copied.
  mutating func learnWeights(
    _ plan: BatchPlan, _ documents: TrainingSet, into next: inout Learner, _ reporter: ProgressReporter
  ) throws -> PrequentialOutcome? {
    guard plan.isRefining else { return nil }
    let after = plan.prototypes.membersAfter(next.members)
    let lanes = after.reduce(0) { $0 + $1.count }
    guard
      StreamWeights.byteCount(lanes: lanes, features: documents.featureCount)
        <= RefinementTrainer.byteLimit
    else {
      next.fittedWeights = nil
      next.streamWeights = nil
      // It was fitted to the weights' scores.
      next.calibration = nil
      return nil
    }
    let wasLive = streamWeights != nil
    var weights = next.liveWeights(documents)
    next.streamWeights = nil
    streamWeights = nil
    do {
      weights.follow(after.map(\.ids), fresh: next.freshWeights(after, unit: weights.unit))
      let refiner = StreamRefiner(options: settings, step: batchCount, progress: reporter)
      let (outcome, scores) = try refiner.learn(documents, firstNew: nextPrototype, &weights)
      next.fittedWeights = nil
      next.streamWeights = weights
      if next.isCalibrating(by: scores), let calibration = Calibration.fitted(to: scores) {
        next.calibration = calibration
      }
      // Without a class there was no model that could have been wrong.
      return members.isEmpty ? nil : outcome
    } catch {
      if wasLive {
        weights.follow(members.map(\.ids), fresh: freshWeights(members, unit: weights.unit))
        streamWeights = weights
      }
      throw error
    }
  }

  /// Whether confidences are fitted to what a batch said: not to a few documents, which would say less than what many have
  /// said before, and again after some thousand documents.
  private func isCalibrating(by scores: HeldOutScores) -> Bool {
    let count = UInt64(scores.margins.count)
    guard count >= 200 else { return false }
    return calibration == nil || batchCount % max(1, 2_048 / count) == 0
  }

  private func liveWeights(_ documents: TrainingSet) -> StreamWeights {
    if let streamWeights { return streamWeights }
    if let fittedWeights {
      return StreamWeights(fittedWeights, members: members.map(\.ids), width: shape?.width)
    }
    let isEuclidean = settings.distance == .euclidean
    return StreamWeights(
      unit: isEuclidean ? documents.rows.inverseDeviation : 1, width: shape?.width,
      isEuclidean: isEuclidean)
  }

  /// What a prototype starts refinement with.
  func freshWeights(
    _ members: [ClassPrototypes], unit: Float
  ) -> (_ classIndex: Int, _ position: Int) -> (PrototypeVector, Float) {
    let settings = settings
    return { classIndex, position in
      let prototype = members[classIndex].prototypes(precision: settings.precision)[position]
      return StreamWeights.fresh(prototype, settings: settings, unit: Double(unit))
    }
  }

  mutating func carryOut(
    _ plan: BatchPlan, _ documents: TrainingSet, _ outcome: PrequentialOutcome?, knownClassCount: Int
  ) -> TrainingReport {
    var report = plan.updater.carryOut(plan.prototypes, on: &members)
    plan.updater.merge(&members, touched: plan.prototypes.touched, report: &report)
    if var weights = streamWeights {
      streamWeights = nil
      weights.follow(members.map(\.ids), fresh: freshWeights(members, unit: weights.unit))
      streamWeights = weights
    }
    report.prequential = outcome
    fasterForgetting.documents = max(0, fasterForgetting.documents - documents.totalWeight)
    report.prototypeCount = members.reduce(0) { $0 + $1.count }
    return finished(report, documents, knownClassCount: knownClassCount)
  }

  /// What every call that learned does at its end.
  mutating func finished(
    _ report: TrainingReport, _ documents: TrainingSet, knownClassCount: Int
  ) -> TrainingReport {
    batchCount += 1
    var report = report
    report.newClasses = Array(classes.labels[knownClassCount...])
    report.emptyDocumentCount = documents.norms.zeroRowCount
    choices += report.choices
    report.choices = choices
    return report
  }

  /// Lets the mode's own trainer learn, once all classes have prototypes.
  mutating func train(
    _ trainer: any ModeTrainer.Type, _ documents: TrainingSet, isOneBatch: Bool, _ reporter: ProgressReporter
  ) throws -> TrainingReport {
    try takeGivenPrototypes()
    var prototypes = self.prototypes
    try ClassSeeder(options: settings, progress: reporter).seed(
      &prototypes, from: documents, wanted: wantedCounts(documents), step: batchCount)
    let report = try trainer.init(options: settings, progress: reporter).train(
      &prototypes, on: documents, isOneBatch: isOneBatch)
    self.prototypes = prototypes
    return report
  }

  /// Where training starts from: places alone, since `fit` counts its own documents.
  func withoutSums() -> [[Prototype]] {
    prototypes.map { members in
      members.map { Prototype(center: $0.center, sumScale: $0.sumScale, mass: $0.mass) }
    }
  }
}

/// One batch of a stream in the default mode: classes that the batch brings start, the others move and grow.
///
/// Two steps. ``plan(_:_:wanted:forgetting:canAssignLate:)`` assigns documents to the prototypes as they lie at
/// the batch's start; it may throw, and changes nothing. ``carryOut(_:on:)`` adds them; it cannot fail, and
/// changes classes where they lie. So a batch happens whole or not at all, and costs what its documents cost.
struct StreamUpdater {
  private let options: TrainingOptions
  private let progress: ProgressReporter
  /// Counts batches, so that each draws its own random numbers.
  private let step: UInt64
  private let workers: Int

  /// After how many batches a class calls `ClassSums.sortAndMeasure()`.
  private static let sortingPeriod: UInt64 = 64

  init(options: TrainingOptions, step: UInt64, progress: ProgressReporter) {
    self.options = options
    self.step = step
    self.progress = progress
    workers = Parallel.workerCount(options.threadCount)
  }

  /// What a batch is going to do.
  struct Plan: Sendable {
    fileprivate let batch: StreamBatch
    /// Classes with documents, most documents first.
    let touched: [Int]
    /// For each of these: what takes the class's place before documents are added; nil where it stays.
    fileprivate(set) var replacements: [ClassPrototypes?]
    /// Whether documents are in it already.
    fileprivate var isComplete: [Bool]
    fileprivate var changes: [ClassSums.Change]
    let forgetting: Double
    /// Whether documents are assigned only when they are added, while the class is still in the cache: where nothing
    /// can cancel the batch in between. The same bits either way.
    fileprivate let assignsLate: Bool

    /// The classes with those in place that the batch brings or lets grow.
    func membersAfter(_ members: [ClassPrototypes]) -> [ClassPrototypes] {
      var after = members
      for (index, classIndex) in touched.enumerated() {
        if let replacement = replacements[index] { after[classIndex] = replacement }
      }
      return after
    }

    /// Numbers the prototypes that the batch brings.
    mutating func number(from next: inout UInt64) {
      for index in touched.indices.sorted(by: { touched[$0] < touched[$1] }) {
        replacements[index]?.number(from: &next)
      }
    }
  }

  /// - Parameters:
  ///   - members: of each class, empty for a class that this batch brings.
  ///   - wanted: the number of prototypes of each class.
  ///   - forgetting: what is left of masses and sums.
  ///   - canAssignLate: whether nothing can fail once this is done.
  func plan(
    _ members: [ClassPrototypes], _ documents: TrainingSet, wanted: [Int], forgetting: Double,
    canAssignLate: Bool
  ) throws -> Plan {
    let touched = documents.partition.classesByFallingSize()
    let limit = touched.reduce(1) { max($0, max(members[$1].count, wanted[$1])) }
    let batch = StreamBatch(documents, prototypeLimit: limit, isSoft: options.isSoft)
    let assignsLate = canAssignLate && forgetting == 1
    typealias Entry = (replacement: ClassPrototypes?, isComplete: Bool, change: ClassSums.Change)
    let entries = WorkerScratch<Entry>(workers: touched.count) { (nil, false, ClassSums.Change()) }
    let scratch = WorkerScratch<(map: ColumnMap, sums: [Float])>(workers: workers) { (ColumnMap(), []) }
    try progress.begin(.training, total: documents.rows.rowCount)
    try Parallel.forEach(count: touched.count, workers: workers) { worker, index in
      let classIndex = touched[index]
      let entry = scratch.with(worker) { scratch in
        plan(
          members[classIndex], batch, wanted: wanted[classIndex], classIndex: classIndex,
          forgetting: forgetting, assignsLate: assignsLate, scratch: &scratch)
      }
      entries.with(index) { $0 = entry }
      try progress.advance(by: documents.partition.count(of: classIndex))
    }
    try progress.finish()
    let all = touched.indices.map { entries.with($0) { $0 } }
    return Plan(
      batch: batch, touched: touched, replacements: all.map(\.replacement), isComplete: all.map(\.isComplete),
      changes: all.map(\.change), forgetting: forgetting, assignsLate: assignsLate)
  }

  private func plan(
    _ members: ClassPrototypes, _ batch: StreamBatch, wanted: Int, classIndex: Int, forgetting: Double,
    assignsLate: Bool, scratch: inout (map: ColumnMap, sums: [Float])
  ) -> (ClassPrototypes?, Bool, ClassSums.Change) {
    var change = ClassSums.Change()
    let (documents, width) = (batch.documents, FeatureShape(batch.documents.rows).width)
    let counts = documents.partition.withRows(of: classIndex) {
      $0.contains { documents.moves(Int($0), options.distance) }
    }
    guard counts else {
      // A class whose documents in this batch are all empty: it exists, and waits for features.
      guard members.count == 0 else { return (nil, true, change) }
      var waiting = ClassSums(width: width, distance: options.distance)
      waiting.rearrange(keeping: [], adding: 1)
      return (ClassPrototypes(waiting), true, change)
    }
    var sums = members.asSums(width: width, distance: options.distance)
    guard sums.occupiedCount < wanted else {
      let replacement = members.sums == nil ? ClassPrototypes(sums) : nil
      if assignsLate { return (replacement, false, change) }
      change.objective = documents.partition.withRows(of: classIndex) {
        sums.assign($0, batch, options: options, scratch: &scratch.sums)
      }
      return (replacement, false, change)
    }
    if forgetting < 1 { sums.fade(by: forgetting) }
    change = sums.grow(
      with: documents.classRows(of: classIndex, distance: options.distance, columnMap: &scratch.map),
      wanted: wanted, options: options,
      random: CounterRandom(seed: options.seed, stream: UInt64(classIndex), step: step))
    return (ClassPrototypes(sums), true, change)
  }

  /// Adds the documents.
  ///
  /// - Parameters:
  ///   - members: those that the plan was made for, in memory that nobody shares: what is shared is copied.
  func carryOut(_ plan: Plan, on members: inout [ClassPrototypes]) -> TrainingReport {
    var changes = plan.changes
    if plan.forgetting < 1 { fadeAll(&members, plan) }
    for (index, classIndex) in plan.touched.enumerated() {
      guard let replacement = plan.replacements[index] else { continue }
      members[classIndex] = replacement
      if plan.forgetting < 1, !plan.isComplete[index] { fade(&members[classIndex], plan) }
    }
    let scratch = WorkerScratch<[Float]>(workers: workers) { [] }
    members.withUnsafeMutableBufferPointer { members in
      changes.withUnsafeMutableBufferPointer { changes in
        nonisolated(unsafe) let (members, changes) = (members, changes)
        Parallel.forEach(count: plan.touched.count, workers: workers) { worker, index in
          let classIndex = plan.touched[index]
          guard !plan.isComplete[index] else { return }
          members[classIndex].changeSums { sums in
            plan.batch.documents.partition.withRows(of: classIndex) { rows in
              if plan.assignsLate {
                changes[index].objective = scratch.with(worker) {
                  sums.assign(rows, plan.batch, options: options, scratch: &$0)
                }
              }
              changes[index].shift = sums.add(rows, plan.batch)
            }
            if (step &+ UInt64(classIndex)) % Self.sortingPeriod == 0 { sums.sortAndMeasure() }
          }
        }
      }
    }
    var report = TrainingReport()
    report.epochs = 1
    for change in changes {
      report.shift = max(report.shift, change.shift)
      report.objective += change.objective
    }
    let candidates = plan.forgetting < 1 ? Array(members.indices) : plan.touched
    for classIndex in candidates where members[classIndex].count > 1 {
      report.prunedCount += members[classIndex].prune(options)
    }
    return report
  }

  /// Classes that the plan replaces have faded already, or fade when they are put in place.
  private func fadeAll(_ members: inout [ClassPrototypes], _ plan: Plan) {
    var isReplaced = [Bool](repeating: false, count: members.count)
    for (index, classIndex) in plan.touched.enumerated() where plan.replacements[index] != nil {
      isReplaced[classIndex] = true
    }
    for classIndex in members.indices where !isReplaced[classIndex] {
      fade(&members[classIndex], plan)
    }
  }

  private func fade(_ members: inout ClassPrototypes, _ plan: Plan) {
    members.fade(
      by: plan.forgetting, width: FeatureShape(plan.batch.documents.rows).width, distance: options.distance)
  }
}

extension StreamUpdater {
  /// Merges close prototypes of the classes that a batch touched.
  ///
  /// - Complexity: O(prototypes of a class squared x stored values) for each of them; relative and percentile
  ///   thresholds look at all prototypes.
  func merge(_ members: inout [ClassPrototypes], touched: [Int], report: inout TrainingReport) {
    guard options.mergeThreshold != nil else { return }
    let needsAll = options.isMergeRelative || options.percentileThreshold != nil
    let isTouched = Set(touched)
    var prototypes = members.indices.map { classIndex in
      needsAll || isTouched.contains(classIndex)
        ? members[classIndex].prototypes(precision: options.precision) : []
    }
    let changed = Merging(options: options).mergeClosePrototypes(
      of: &prototypes, among: touched.sorted(), report: &report)
    for classIndex in changed { members[classIndex] = ClassPrototypes(prototypes[classIndex]) }
  }
}

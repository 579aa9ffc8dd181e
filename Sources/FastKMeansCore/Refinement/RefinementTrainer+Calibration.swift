extension RefinementTrainer {
  /// Calibrates k-means prototypes that are not refined; nil where too few documents can be held out.
  ///
  /// No second k-means is needed: held-out documents are taken out of the prototypes that they are part of. To which
  /// prototype each other document belongs stays as it was, so they had a say in the prototypes that judge them. That is
  /// too much for sets with a promise (measured: .88 where .90 was promised), and changes confidences little.
  ///
  /// - Parameter assigning: the options by which the prototypes were made.
  /// - Complexity: O(stored values of classes with held-out documents, and what it takes to score these).
  func calibration(of prototypes: [[Prototype]], assigning: TrainingOptions) throws -> Calibration? {
    guard let compaction = FeatureCompaction(documents.rows) else {
      return try calibrationAsIs(prototypes, assigning)
    }
    // Prototypes from elsewhere may have features that the rows lack, which compact ones would lose.
    guard initial.allSatisfy(\.isEmpty) else { return nil }
    return try compaction.withRows(documents) { documents in
      try on(documents).calibrationAsIs(
        prototypes.map { members in
          members.map { prototype in
            var prototype = prototype
            prototype.center = compaction.compacted(prototype.center)
            return prototype
          }
        }, assigning)
    }
  }

  private func calibrationAsIs(
    _ prototypes: [[Prototype]], _ assigning: TrainingOptions
  ) throws -> Calibration? {
    guard byteCount(lanes: prototypes.reduce(0) { $0 + $1.count }) <= settings.byteLimit else { return nil }
    let splits =
      documents.partition.order.count <= settings.smallCount
      ? (0..<Self.splitCount).map(smallSplit)
      : [HeldOutSplit(documents, share: heldOutShare, seed: options.seed, step: 0)]
    var scores = HeldOutScores()
    for split in splits where !split.heldOut.isEmpty {
      scores.append(
        try plainScores(
          documents.without(split.heldOut, prototypes, assigning, workers: workers), unseen(split)))
    }
    return .fitted(to: scores, keepsTruths: false)
  }
}

extension TrainingSet {
  /// Prototypes as they were without some of their documents, each of which leaves those that it would join now.
  ///
  /// - Complexity: O(stored values of the classes of these documents).
  package func without(
    _ documents: [Int32], _ prototypes: [[Prototype]], _ options: TrainingOptions, workers: Int
  ) -> [[Prototype]] {
    let leaving = selecting(documents)
    let scratch = WorkerScratch<ColumnMap>(workers: workers) { ColumnMap() }
    return Parallel.map(count: prototypes.count, workers: workers) { worker, classIndex in
      scratch.with(worker) { columnMap in
        let rows = leaving.classRows(of: classIndex, distance: options.distance, columnMap: &columnMap)
        guard rows.count > 0 else { return prototypes[classIndex] }
        return rows.removed(from: prototypes[classIndex], options, columnMap)
      }
    }
  }
}

extension ClassRows {
  fileprivate func removed(
    from prototypes: [Prototype], _ options: TrainingOptions, _ columnMap: ColumnMap
  ) -> [Prototype] {
    let centers = ClassCenters(
      table(of: prototypes.map(\.center), columnMap: columnMap),
      fullSquaredNorms: prototypes.map { Float($0.center.squaredNorm) }, distance: options.distance)
    var assignment = ClassAssignment(rows: self, options: options)
    _ = assignment.assign(to: centers)
    let masses = assignment.masses(laneCount: centers.count, stride: centers.table.stride)
    let sums = assignment.exactSums(like: centers.table)
    let order = isSparse ? columnsInGlobalOrder() : []
    let left = prototypes.indices.compactMap { lane -> Prototype? in
      let prototype = prototypes[lane]
      let mass = prototype.mass - masses[lane]
      // Of one that stood for these documents alone, rounding is all that is left.
      guard mass > 1e-6 * prototype.mass else { return nil }
      let sum = vector(from: sums, lane: lane, like: centers.table, order: order)
      return Prototype(
        sum: prototype.center.combined(times: prototype.sumScale, with: sum, times: -1), mass: mass,
        distance: options.distance, precision: options.precision)
    }
    return left.isEmpty ? prototypes : left
  }
}

/// What some of the documents add to an epoch of k-means, or to a batch of refinement, by prototype; over disjoint documents
/// all of it adds up.
package struct EpochSums: Sendable {
  /// The sum of the scaled and weighted rows of each prototype.
  package fileprivate(set) var sums: [PrototypeVector]
  /// The weight of each prototype's rows.
  package fileprivate(set) var masses: [Double]
  /// The sum of weight times distance to the nearest prototype of the row's own class.
  package fileprivate(set) var objective = 0.0
  /// At the places of a class's prototypes the class's rows that are served worst, worst first.
  package fileprivate(set) var farthest: [DistantRow?]

  /// A row, and how far it lies from its nearest prototype.
  package struct DistantRow: Sendable, Equatable {
    package var row: Int
    package var distance: Float
  }

  /// Sums without rows that are served worst.
  init(sums: [PrototypeVector], masses: [Double], objective: Double) {
    (self.sums, self.masses, self.objective) = (sums, masses, objective)
    farthest = [DistantRow?](repeating: nil, count: sums.count)
  }

  package var totalMass: Double { masses.reduce(0, +) }

  /// Nothing yet.
  fileprivate init(like model: ModelStorage) {
    let set = model.prototypes
    let empty =
      set.isSparse
      ? PrototypeVector(columns: [], values: [])
      : PrototypeVector(dense: [Double](repeating: 0, count: set.featureCount))
    sums = [PrototypeVector](repeating: empty, count: set.count)
    masses = [Double](repeating: 0, count: set.count)
    farthest = [DistantRow?](repeating: nil, count: set.count)
  }
}

extension ModelStorage {
  /// Assigns rows to the prototypes of their own classes, as the options say, and adds them up.
  ///
  /// - Parameters:
  ///   - rows: some of the documents; none is fine.
  ///   - labels: classes of this model.
  ///   - sampleWeights: nil for 1 each.
  ///   - threadCount: -1 means all cores; nil what the model was trained with. It changes no bit.
  /// - Throws: ``InputError``; ``ClassifierError/unsupported(_:)`` in a mode without sums.
  /// - Complexity: O(non-zeros x prototypes per class).
  package func epochSums(
    of rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, threadCount: Int?
  ) throws -> EpochSums {
    let (part, workers) = try trainingPart(
      rows, labels: labels, sampleWeights: sampleWeights, threadCount: threadCount)
    var total = EpochSums(like: self)
    let active = part.partition.classesByFallingSize()
    let scratch = WorkerScratch<ColumnMap>(workers: workers) { ColumnMap() }
    let results = WorkerScratch<ClassSums?>(workers: max(1, active.count)) { nil }
    Parallel.forEach(count: active.count, workers: workers) { worker, index in
      let sums = scratch.with(worker) { self.sums(ofClass: active[index], part, columnMap: &$0) }
      results.with(index) { $0 = sums }
    }
    for (index, classIndex) in active.enumerated() {
      guard let sums = results.with(index, { $0 }) else { continue }
      let start = classStarts[classIndex]
      for lane in sums.masses.indices {
        total.sums[start + lane] = sums.sums[lane]
        total.masses[start + lane] = sums.masses[lane]
        total.farthest[start + lane] = sums.farthest.indices.contains(lane) ? sums.farthest[lane] : nil
      }
      total.objective += sums.objective
    }
    return total
  }

  /// Some of the documents of a training over several machines, checked against the model that all of them have.
  ///
  /// - Parameters:
  ///   - labels: classes of the model.
  ///   - threadCount: -1 means all cores; nil what the model was trained with.
  /// - Returns: the documents, and the number of threads.
  /// - Throws: ``InputError``; ``ClassifierError/unsupported(_:)`` in a mode without sums.
  func trainingPart(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, threadCount: Int?
  ) throws -> (documents: TrainingSet, workers: Int) {
    guard settings.mode.keepsSums else {
      throw ClassifierError.unsupported(
        "the \(settings.mode.rawValue) mode cannot be trained in parts; use the default mode")
    }
    let workers = Parallel.workerCount(threadCount ?? settings.threadCount)
    let documents = try TrainingSet(
      rows, labels: labels, sampleWeights: sampleWeights, canAllBeZero: true,
      shape: prototypes.shape, frame: frame, distance: settings.distance, workers: workers
    ) { counted in
      let table = classes.lookUp(labels.labels)
      if let unknown = counted.indices.first(where: { table[Int($0)] < 0 }) {
        throw InputError.unknownClass(label: labels.labels[Int(unknown)].description)
      }
      return (table, classes.count)
    }
    return (documents, workers)
  }

  private struct ClassSums {
    var sums: [PrototypeVector]
    var masses: [Double]
    var objective: Double
    var farthest: [EpochSums.DistantRow]
  }

  private func sums(ofClass classIndex: Int, _ part: TrainingSet, columnMap: inout ColumnMap) -> ClassSums? {
    let local = part.classRows(of: classIndex, distance: settings.distance, columnMap: &columnMap)
    guard local.count > 0 else { return nil }
    let members = (classStarts[classIndex]..<classStarts[classIndex + 1]).map(prototypes.vector)
    let centers = ClassCenters(
      local.table(of: members, columnMap: columnMap),
      fullSquaredNorms: members.map { Float($0.squaredNorm) }, distance: settings.distance)
    var assignment = ClassAssignment(rows: local, options: settings)
    _ = assignment.assign(to: centers)
    let sums = assignment.exactSums(like: centers.table)
    let order = local.isSparse ? local.columnsInGlobalOrder() : []
    return ClassSums(
      sums: members.indices.map { local.vector(from: sums, lane: $0, like: centers.table, order: order) },
      masses: assignment.masses(laneCount: members.count, stride: centers.table.stride),
      objective: assignment.objective,
      farthest: Self.farthest(members.count, assignment.distances, local.rowIndices))
  }

  /// The `count` rows with the largest distances, ties to the earlier row; those that lie on a prototype are left out.
  private static func farthest(
    _ count: Int, _ distances: [Float], _ rowIndices: [Int32]
  ) -> [EpochSums.DistantRow] {
    var worst: [EpochSums.DistantRow] = []
    for (position, distance) in distances.enumerated() where distance > 1e-6 {
      if worst.count == count, let last = worst.last, distance <= last.distance { continue }
      let place = worst.firstIndex { $0.distance < distance } ?? worst.count
      worst.insert(EpochSums.DistantRow(row: Int(rowIndices[position]), distance: distance), at: place)
      if worst.count > count { worst.removeLast() }
    }
    return worst
  }
}

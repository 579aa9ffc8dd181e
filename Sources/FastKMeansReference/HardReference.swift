import FastKMeansCore

/// Prototypes that documents are assigned to by the nearest alone: a document moves one prototype of its own class, so
/// each class is a small problem on its own vocabulary, and prototypes stay sparse.
struct HardReference: ReferenceState {
  private(set) var prototypes: [[Prototype]]
  private let rows: ReferenceRows
  /// Whether a class's prototypes have been truncated since they last changed.
  private var isTruncated: [Bool]

  private var options: TrainingOptions { rows.options }

  init(_ prototypes: [[Prototype]], _ rows: ReferenceRows) {
    self.prototypes = prototypes
    self.rows = rows
    isTruncated = [Bool](repeating: false, count: prototypes.count)
  }

  func hasMass(upTo limit: Double) -> Bool { prototypes.contains { $0.contains { $0.mass <= limit } } }

  /// - Complexity: O(non-zeros of the rows).
  func batch(_ range: Range<Int>) -> [ClassPart] {
    let partition = ClassPartition(
      classes: rows.documents.classes[range], classCount: prototypes.count)
    let touched = partition.classesByFallingSize()
    let scratch = WorkerScratch<ColumnMap>(workers: rows.workers) { ColumnMap() }
    return Parallel.map(count: touched.count, workers: rows.workers) { [rows] worker, index in
      scratch.with(worker) { columnMap in
        partition.withRows(of: touched[index]) {
          ClassPart(touched[index], $0, rows.documents, rows.options.distance, &columnMap)
        }
      }
    }
  }

  /// - Complexity: O(non-zeros of the batch x prototypes of a class + stored values).
  mutating func learn(_ batch: [ClassPart], _ progress: ProgressReporter) throws -> Double {
    let before = prototypes
    if options.decay < 1 {
      for classIndex in prototypes.indices {
        for lane in prototypes[classIndex].indices { prototypes[classIndex][lane].mass *= options.decay }
      }
    }
    let moved = try Parallel.map(count: batch.count, workers: rows.workers) {
      [prototypes, options] _, index in
      try progress.checkpoint()
      return Self.moved(prototypes[batch[index].classIndex], by: batch[index], options: options)
    }
    for (part, members) in zip(batch, moved) {
      prototypes[part.classIndex] = members
      isTruncated[part.classIndex] = false
    }
    return truncate(before)
  }

  /// One class's prototypes after a batch: centre = (1 - r) centre + r mean of the documents nearest to it.
  private static func moved(
    _ members: [Prototype], by part: ClassPart, options: TrainingOptions
  ) -> [Prototype] {
    let rows = part.rows
    let centers = ClassCenters(
      rows.table(of: members.map(\.center), order: part.order),
      fullSquaredNorms: members.map { Float($0.center.squaredNorm) }, distance: options.distance)
    var assignment = ClassAssignment(rows: rows, options: options)
    _ = assignment.assign(to: centers)
    var added = assignment.masses(laneCount: members.count, stride: centers.table.stride)
    added[0] += part.zeroWeight
    let sums = assignment.exactSums(like: centers.table)
    return members.enumerated().map { lane, member in
      guard added[lane] > 0 else { return member }
      let mass = member.mass + added[lane]
      let sum = rows.vector(from: sums, lane: lane, like: centers.table, order: part.order)
      let center = member.center.combined(times: member.mass / mass, with: sum, times: 1 / mass)
      return Prototype(center: center, sumScale: mass, mass: mass)
    }
  }

  /// Drops small coordinates and scales to unit length; returns the largest shift since `before`.
  private mutating func truncate(_ before: [[Prototype]]) -> Double {
    let cut = truncationCut()
    let changed = prototypes.indices.filter { !isTruncated[$0] || options.percentileThreshold != nil }
    let results = Parallel.map(count: changed.count, workers: rows.workers) {
      [prototypes, options] _, index in
      var members = prototypes[changed[index]]
      var largest = 0.0
      for lane in members.indices {
        members[lane].center = members[lane].center
          .truncated(below: cut, isUnitScaled: options.distance == .cosine)
          .rounded(to: options.precision)
        members[lane].sumScale = members[lane].mass
        largest = max(largest, members[lane].center.squaredShift(from: before[changed[index]][lane].center))
      }
      return (members: members, shift: largest)
    }
    var largest = 0.0
    for (classIndex, result) in zip(changed, results) {
      prototypes[classIndex] = result.members
      largest = max(largest, result.shift)
      isTruncated[classIndex] = true
    }
    return largest.squareRoot()
  }

  private func truncationCut() -> Double {
    guard let share = options.percentileThreshold, options.truncationThreshold > 0 else {
      return options.truncationThreshold
    }
    let magnitudes = prototypes.flatMap { $0.flatMap { $0.center.values.map(\.magnitude) } }.filter {
      $0 > 1e-6
    }
    return magnitudes.isEmpty ? 0 : min(options.truncationThreshold, Quantile.linear(magnitudes, share))
  }
}

extension HardReference {
  /// The rows of one class in a batch; made once for all epochs.
  struct ClassPart: Sendable {
    let classIndex: Int
    fileprivate let rows: ClassRows
    /// The local columns of sparse rows, by ascending global column.
    fileprivate let order: [UInt32]
    /// The weight of rows without length; nothing tells prototypes apart for them, so they go to the first.
    fileprivate var zeroWeight = 0.0

    fileprivate init(
      _ classIndex: Int, _ rowIndices: UnsafeBufferPointer<Int32>, _ documents: TrainingSet,
      _ distance: Distance,
      _ columnMap: inout ColumnMap
    ) {
      self.classIndex = classIndex
      rows = ClassRows(rowIndices, of: documents, distance: distance, columnMap: &columnMap)
      order = rows.isSparse ? rows.columnsInGlobalOrder() : []
      for row in rowIndices where documents.norms.scales[Int(row)] == 0 {
        zeroWeight += Double(documents.weight(of: Int(row)))
      }
    }
  }
}

extension ClassRows {
  /// Prototypes as lanes over the local columns, which `order` lists by ascending global column.
  fileprivate func table(of vectors: [PrototypeVector], order: [UInt32]) -> LaneTable {
    guard isSparse else { return table(of: vectors, columnMap: ColumnMap()) }
    var table = LaneTable(laneCount: vectors.count, for: self)
    for (lane, vector) in vectors.enumerated() {
      var position = 0
      for local in order {
        let feature = features[Int(local)]
        while position < vector.columns.count, vector.columns[position] < feature { position += 1 }
        guard position < vector.columns.count else { break }
        guard vector.columns[position] == feature else { continue }
        table.values[Int(local) * table.stride + lane] = Float(vector.values[position])
      }
    }
    return table
  }
}

extension PrototypeVector {
  /// Without the coordinates below a magnitude, and scaled to unit length if asked for.
  fileprivate func truncated(below cut: Double, isUnitScaled: Bool) -> PrototypeVector {
    var squared = 0.0
    var keptCount = 0
    for value in values where value.magnitude >= cut && value != 0 {
      squared += value * value
      keptCount += 1
    }
    let factor = isUnitScaled && squared > 0 ? 1 / squared.squareRoot() : 1
    guard isSparse else {
      return PrototypeVector(dense: values.map { $0.magnitude < cut ? 0 : $0 * factor })
    }
    var kept: [Double] = []
    var keptColumns: [UInt32] = []
    kept.reserveCapacity(keptCount)
    keptColumns.reserveCapacity(keptCount)
    for (position, value) in values.enumerated() where value.magnitude >= cut && value != 0 {
      kept.append(value * factor)
      keptColumns.append(columns[position])
    }
    return PrototypeVector(columns: keptColumns, values: kept)
  }

  /// As ``squaredDistance(to:)``, without making the difference.
  fileprivate func squaredShift(from other: PrototypeVector) -> Double {
    guard isSparse else { return squaredDistance(to: other) }
    var total = 0.0
    var position = 0
    for (column, value) in zip(columns, values) {
      while position < other.columns.count, other.columns[position] < column {
        total += other.values[position] * other.values[position]
        position += 1
      }
      var difference = value
      if position < other.columns.count, other.columns[position] == column {
        difference -= other.values[position]
        position += 1
      }
      total += difference * difference
    }
    for rest in other.values[position...] { total += rest * rest }
    return total
  }
}

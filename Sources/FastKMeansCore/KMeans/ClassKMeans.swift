/// k-means inside one class (Lloyd 1982, doi:10.1109/TIT.1982.1056489; for cosine its spherical form, Dhillon
/// and Modha 2001, doi:10.1023/A:1007612920971).
///
/// Each class is an independent problem, so classes run in any order and on any thread with the same result.
/// Epoch sums are exact: a prototype is the mean of the rows assigned to it in this epoch, not a running average.
package struct ClassKMeans {
  /// What training a class gave.
  package struct Result {
    package var prototypes: [Prototype]
    package var epochs: Int
    /// The largest shift of the last epoch.
    package var shift: Double
    /// The summed weight times distance of the rows to the prototype that they were assigned to (hard, or one
    /// prototype), or to the nearest one of the last assignment (soft).
    package var objective: Double
    package var reseeded: Int
    package var pruned: Int
  }

  private let rows: ClassRows
  private let options: TrainingOptions
  private var assignment: ClassAssignment
  private var centers: ClassCenters
  private var epochs = 0
  private var shift = 0.0
  private var reseeded = 0

  /// - Parameters:
  ///   - rows: at least one.
  ///   - centers: where the prototypes start.
  package init(rows: ClassRows, options: TrainingOptions, centers: ClassCenters) {
    self.rows = rows
    self.options = options
    self.centers = centers
    assignment = ClassAssignment(rows: rows, options: options)
  }

  /// Seeds and trains.
  ///
  /// - Parameters:
  ///   - wanted: prototypes to start with; fewer if the class has fewer distinct rows.
  ///   - checkpoint: called once an epoch; throws to cancel.
  package static func seedAndRun(
    rows: ClassRows, wanted: Int, options: TrainingOptions, random: CounterRandom,
    checkpoint: () throws -> Void
  ) throws -> Result {
    var seeding = Seeding(
      rows: rows, distance: options.distance, isGreedy: options.initialization != .random, random: random)
    let seeds = seeding.choose(min(wanted, rows.count))
    var table = LaneTable(laneCount: seeds.count, for: rows)
    for (lane, row) in seeds.enumerated() { table.add(row, of: rows, times: 1, toLane: lane) }
    var problem = ClassKMeans(
      rows: rows, options: options, centers: ClassCenters(table, distance: options.distance))
    return try problem.run(maxEpochs: options.maxEpochs, checkpoint: checkpoint)
  }

  /// Epochs until nothing moves further than the tolerance, then exact sums.
  package mutating func run(maxEpochs: Int, checkpoint: () throws -> Void) throws -> Result {
    try runEpochs(maxEpochs: maxEpochs, checkpoint: checkpoint)
    var masses = assignment.masses(laneCount: centers.count, stride: centers.table.stride)
    var pruned = 0
    // Rows of a dead prototype move to the living ones; that can take a round or two.
    while let alive = options.survivors(masses) {
      pruned += centers.count - alive.count
      centers = centers.keeping(alive, for: rows)
      _ = try assignment.assignWhereRowsLie(to: centers)
      masses = assignment.masses(laneCount: centers.count, stride: centers.table.stride)
    }
    let (prototypes, explained) = prototypes(masses: masses)
    return Result(
      prototypes: prototypes, epochs: epochs, shift: shift, objective: objective(explained: explained),
      reseeded: reseeded, pruned: pruned)
  }

  private mutating func runEpochs(maxEpochs: Int, checkpoint: () throws -> Void) throws {
    var sums = LaneTable(laneCount: centers.count, for: rows)
    try assignment.moveToDevice(laneCount: centers.count)
    while epochs < maxEpochs {
      try checkpoint()
      epochs += 1
      let changed = try assignment.assignWhereRowsLie(to: centers)
      if changed == 0, !options.isSoft {
        shift = 0
        return
      }
      // One prototype takes all rows: the exact sums that follow are the answer.
      guard centers.count > 1 else { return }
      let masses = assignment.masses(laneCount: centers.count, stride: centers.table.stride)
      try assignment.addRowsWhereTheyLie(to: &sums)
      shift = centers.move(to: &sums, masses: masses)
      let revived = reseedEmptyLanes(masses)
      if shift < options.tolerance, !revived { return }
    }
  }

  /// A prototype that no row chose starts again from the row that is served worst.
  private mutating func reseedEmptyLanes(_ masses: [Double]) -> Bool {
    var taken: Set<Int> = []
    for lane in masses.indices where masses[lane] <= 0 {
      guard let row = worstServedRow(excluding: taken) else { continue }
      taken.insert(row)
      centers.place(lane, on: row, of: rows)
      reseeded += 1
    }
    return !taken.isEmpty
  }

  private func worstServedRow(excluding taken: Set<Int>) -> Int? {
    var (worst, found): (Float, Int?) = (1e-6, nil)
    for row in 0..<rows.count where assignment.distances[row] > worst && !taken.contains(row) {
      (worst, found) = (assignment.distances[row], row)
    }
    return found
  }

  /// The summed weight times distance of the rows to their prototypes.
  ///
  /// Where every row has one prototype, that follows from the sums and needs no further pass. Cosine: the sum of
  /// w (1 - x.c) over a lane is its mass less the length of its sum. Euclidean: the sum of w |x|^2 less |sum|^2 / mass.
  private func objective(explained: Double) -> Double {
    guard !options.isSoft || centers.count == 1 else { return assignment.objective }
    let total = options.distance == .cosine ? rows.totalWeight : rows.totalSquaredLength
    return max(0, total - explained)
  }

  /// The final means, and what they explain of the rows' lengths.
  private func prototypes(masses: [Double]) -> (prototypes: [Prototype], explained: Double) {
    let sums = assignment.exactSums(like: centers.table)
    let order = rows.isSparse ? rows.columnsInGlobalOrder() : []
    var explained = 0.0
    let prototypes = (0..<centers.count).map { lane in
      let sum = rows.vector(from: sums, lane: lane, like: centers.table, order: order)
      let squaredLength = sum.squaredNorm
      explained += options.distance == .cosine ? squaredLength.squareRoot() : squaredLength / masses[lane]
      return Prototype(
        sum: sum, mass: masses[lane], distance: options.distance, precision: options.precision)
    }
    return (prototypes, explained)
  }
}

extension ClassRows {
  fileprivate var totalWeight: Double { weights.reduce(0) { $0 + Double($1) } }

  /// The summed weight times squared length, in double precision: little is left of it, as a rule.
  fileprivate var totalSquaredLength: Double {
    var total = 0.0
    for row in 0..<count {
      let range =
        isSparse ? Int(offsets[row])..<Int(offsets[row + 1]) : row * featureCount..<(row + 1) * featureCount
      var squared = 0.0
      for position in range { squared += Double(values[position]) * Double(values[position]) }
      total += Double(weights[row]) * squared
    }
    return total
  }
}

extension ClassRows {
  /// The local columns, by ascending global column.
  package func columnsInGlobalOrder() -> [UInt32] {
    // Packed keys sort several times faster than indices under a comparison of what they point to.
    var keys = features.indices.map { UInt64(features[$0]) << 32 | UInt64($0) }
    keys.sort()
    return keys.map { UInt32(truncatingIfNeeded: $0) }
  }

  /// One lane of a table of local columns as a vector over the global ones.
  package func vector(
    from values: [Double], lane: Int, like table: LaneTable, order: [UInt32]
  ) -> PrototypeVector {
    guard isSparse else {
      return PrototypeVector(dense: Array(values[lane * featureCount..<(lane + 1) * featureCount]))
    }
    var columns: [UInt32] = []
    var kept: [Double] = []
    for local in order {
      let value = values[Int(local) * table.stride + lane]
      guard value != 0 else { continue }
      columns.append(features[Int(local)])
      kept.append(value)
    }
    return PrototypeVector(columns: columns, values: kept)
  }

  /// Prototypes as lanes over the local columns; features that the rows lack do not matter for their scores.
  package func table(of vectors: [PrototypeVector], columnMap: ColumnMap) -> LaneTable {
    var table = LaneTable(laneCount: vectors.count, for: self)
    for (lane, vector) in vectors.enumerated() {
      guard isSparse else {
        for column in 0..<featureCount {
          table.values[lane * featureCount + column] = Float(vector.values[column])
        }
        continue
      }
      for (position, column) in vector.columns.enumerated() {
        guard let local = columnMap.known(column) else { continue }
        table.values[Int(local) * table.stride + lane] = Float(vector.values[position])
      }
    }
    return table
  }
}

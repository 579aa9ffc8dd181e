extension ClassSums {
  /// What a batch did to one class.
  struct Change {
    var shift = 0.0
    var objective = 0.0
    var pruned = 0
  }

  /// Learns a batch's rows while the class has fewer prototypes than it wants: some of the rows become prototypes, by
  /// k-means++ beside those it has; then all rows go to the nearest.
  ///
  /// - Parameters:
  ///   - rows: the class's rows of the batch, at least one.
  ///   - random: draws the new prototypes.
  /// - Complexity: O(non-zeros x entries + slots x entries): classes grow seldom.
  mutating func grow(
    with rows: ClassRows, wanted: Int, options: TrainingOptions, random: CounterRandom
  ) -> Change {
    rearrange(
      keeping: entries.indices.filter { entries[$0].mass > 0 || entries[$0].squaredLength > 0 }, adding: 0)
    let known = entries.count
    let seeds = seeds(rows, wanted: wanted - known, options: options, random: random)
    var table = centers(over: rows, adding: seeds.count)
    for (position, row) in seeds.enumerated() { table.add(row, of: rows, times: 1, toLane: known + position) }
    let norms =
      entries.map { Float($0.squaredLength * factor($0) * factor($0)) } + seeds.map { rows.squaredNorms[$0] }
    let centers = ClassCenters(table, fullSquaredNorms: norms, distance: distance)
    var assignment = ClassAssignment(rows: rows, options: options)
    _ = assignment.assign(to: centers)
    rearrange(keeping: Array(entries.indices), adding: seeds.count)
    var change = Change()
    change.objective = assignment.objective
    let masses = assignment.masses(laneCount: centers.count, stride: centers.table.stride)
    let sums = assignment.exactSums(like: centers.table)
    for lane in entries.indices where masses[lane] > 0 && !entries[lane].isFrozen {
      let start = lane < known ? nil : seeds[lane - known]
      change.shift = max(change.shift, add(sums, masses[lane], rows, table, lane, seed: start))
    }
    let kept = entries.indices.filter { entries[$0].mass > 0 || entries[$0].isFrozen }
    if kept.count < entries.count { rearrange(keeping: kept, adding: 0) }
    return change
  }

  private func seeds(
    _ rows: ClassRows, wanted: Int, options: TrainingOptions, random: CounterRandom
  ) -> [Int] {
    guard wanted > 0 else { return [] }
    var seeding = Seeding(
      rows: rows, distance: distance, isGreedy: options.initialization != .random, random: random)
    if !entries.isEmpty {
      let norms = entries.map { Float($0.squaredLength * factor($0) * factor($0)) }
      seeding.exclude(centers(over: rows, adding: 0), squaredNorms: norms)
    }
    return seeding.choose(min(wanted, rows.count))
  }

  /// The centres on the rows' own columns.
  private func centers(over rows: ClassRows, adding added: Int) -> LaneTable {
    var table = LaneTable(laneCount: entries.count + added, for: rows)
    let factors = entries.map(factor)
    for (column, feature) in rows.features.enumerated() {
      let slot = width == nil ? vocabulary.slot(of: feature) : feature
      guard slot != SlotTable.missing else { continue }
      for lane in entries.indices {
        let value = Double(values[Int(slot) * stride + lane]) * factors[lane]
        table.values[table.position(lane: lane, column: column)] = Float(value)
      }
    }
    return table
  }

  /// Adds the sum of a lane's rows; returns how far the centre moved.
  private mutating func add(
    _ sums: [Double], _ mass: Double, _ rows: ClassRows, _ table: LaneTable, _ lane: Int, seed: Int?
  ) -> Double {
    let before = entries[lane]
    let oldFactor = factor(before)
    var squared = 0.0
    for column in 0..<rows.featureCount {
      let value = sums[table.position(lane: lane, column: column)]
      squared += value * value
    }
    if before.unit == 0 {
      clear(lane: lane)
      entries[lane].unit = StoredSum.unit(for: squared.squareRoot())
    }
    let toStored = 1 / entries[lane].unit
    var (added, product, change) = (0.0, 0.0, 0.0)
    for (column, feature) in rows.features.enumerated() {
      let value = sums[table.position(lane: lane, column: column)] * toStored
      guard value != 0 else { continue }
      let position = insert(feature) * stride + lane
      let old = Double(values[position])
      let rounded = StoredSum.rounded(old + value)
      values[position] = rounded
      added += value * value
      product += value * old
      change += (Double(rounded) - old) * (Double(rounded) + old)
    }
    entries[lane].squaredLength = max(0, entries[lane].squaredLength + change)
    entries[lane].mass += mass
    let newFactor = factor(entries[lane])
    defer { settleUnit(lane) }
    guard seed == nil, before.unit > 0 else { return distance(ofLane: lane, fromColumnsOf: table, rows) }
    let difference = newFactor - oldFactor
    let moved =
      newFactor * newFactor * added + 2 * newFactor * difference * product
      + difference * difference * before.squaredLength
    return max(0, moved).squareRoot()
  }

  /// From the row that a new prototype started on to where it lies now: both have features of the rows only.
  private func distance(ofLane lane: Int, fromColumnsOf table: LaneTable, _ rows: ClassRows) -> Double {
    let factor = factor(entries[lane])
    var squared = 0.0
    for (column, feature) in rows.features.enumerated() {
      let slot = width == nil ? vocabulary.slot(of: feature) : feature
      let now = slot == SlotTable.missing ? 0 : Double(values[Int(slot) * stride + lane]) * factor
      let then = Double(table.values[table.position(lane: lane, column: column)])
      squared += (now - then) * (now - then)
    }
    return squared.squareRoot()
  }
}

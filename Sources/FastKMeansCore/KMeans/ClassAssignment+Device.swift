/// The hard assignment of dense rows, and their sums, on a device.
///
/// Only for classes with much to do: a row against its own class's few prototypes costs the processor no more than
/// copying it would. Everything else that an epoch does stays where it was.
extension ClassAssignment {
  /// Multiply-adds of one assignment from which the rows' copy pays: a tenth of a second of one core, while the
  /// copy of such rows takes some milliseconds.
  package static let leastDeviceWork = 1 << 30

  /// Copies the rows to the device that the options name, if they are dense, the assignment is hard, and there is
  /// enough to do.
  ///
  /// - Throws: ``DeviceError`` for a device that was named; with `auto` the rows stay where there is no room.
  package mutating func moveToDevice(laneCount: Int, leastWork: Int = Self.leastDeviceWork) throws {
    guard options.device != .cpu, !rows.isSparse, !options.isSoft, rowsOnDevice == nil else { return }
    let (cells, overflow) = rows.count.multipliedReportingOverflow(by: rows.featureCount * laneCount)
    guard overflow || cells >= leastWork, let device = try options.device.openedForTraining() else { return }
    do {
      try moveRows(to: device)
    } catch let error as DeviceError where options.device == .automatic {
      guard case .outOfMemory = error else { throw error }
    }
  }

  /// Copies the rows to this device.
  package mutating func moveRows(to device: any TrainingDevice) throws {
    rowsOnDevice = try rows.values.withUnsafeBufferPointer {
      try device.keep(
        .dense(DenseRows(rowCount: rows.count, columnCount: rows.featureCount, values: RowValues($0))),
        scales: nil)
    }
  }

  /// As ``assign(to:)``, on the device if the rows lie there.
  package mutating func assignWhereRowsLie(to centers: ClassCenters) throws -> Int {
    guard let rowsOnDevice else { return assign(to: centers) }
    let previous = nearest
    try rowsOnDevice.assign(
      to: centers.table.values, biases: centers.biases, nearest: &nearest, scores: &distances)
    var changed = 0
    for row in 0..<rows.count {
      distances[row] = centers.distance.distance(
        rowSquaredNorm: rows.squaredNorms[row], biasedScore: distances[row])
      if previous[row] != nearest[row] { changed += 1 }
    }
    return changed
  }

  /// As ``addRows(to:)``, on the device if the rows lie there; the sums were zero.
  package func addRowsWhereTheyLie(to sums: inout LaneTable) throws {
    guard let rowsOnDevice else { return addRows(to: &sums) }
    try rowsOnDevice.sums(
      of: nearest, weights: rows.weights, prototypeCount: sums.laneCount, into: &sums.values)
  }
}

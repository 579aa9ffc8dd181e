/// The prototypes of one class while they are trained, over the class's local columns.
package struct ClassCenters {
  package private(set) var table: LaneTable
  /// Added to a dot product to rank lanes: 0 for cosine, -|c|^2 / 2 for Euclidean, -infinity in padding.
  package private(set) var biases: [Float]
  /// Squared length of each lane.
  package private(set) var squaredNorms: [Float]
  let distance: Distance

  package var count: Int { table.laneCount }

  /// - Parameters:
  ///   - table: the prototypes; for cosine each has unit length or is zero.
  package init(_ table: LaneTable, distance: Distance) {
    self.table = table
    self.distance = distance
    squaredNorms = [Float](repeating: 0, count: table.laneCount)
    biases = [Float](repeating: -.infinity, count: table.stride)
    measure()
  }

  /// Prototypes restricted to the columns of some rows; their lengths count the other columns too.
  package init(_ table: LaneTable, fullSquaredNorms: [Float], distance: Distance) {
    self.table = table
    self.distance = distance
    squaredNorms = fullSquaredNorms
    biases = [Float](repeating: -.infinity, count: table.stride)
    for lane in 0..<count { biases[lane] = distance == .cosine ? 0 : -fullSquaredNorms[lane] / 2 }
  }

  private mutating func measure() {
    for lane in 0..<count {
      var squared = 0.0
      for column in 0..<table.featureCount {
        let value = Double(table.values[table.position(lane: lane, column: column)])
        squared += value * value
      }
      squaredNorms[lane] = Float(squared)
      biases[lane] = distance == .cosine ? 0 : Float(-squared / 2)
    }
  }

  /// Moves every lane to the mean direction (cosine) or the mean (Euclidean) of its sum.
  ///
  /// - Parameters:
  ///   - sums: of the rows, by lane; set to zero for the next epoch.
  ///   - masses: the weight of each lane; a lane without any stays where it is.
  /// - Returns: the largest distance that a lane moved.
  package mutating func move(to sums: inout LaneTable, masses: [Double]) -> Double {
    var largestShift = 0.0
    for lane in 0..<count where masses[lane] > 0 {
      largestShift = max(largestShift, move(lane, to: sums, mass: masses[lane]))
    }
    for position in sums.values.indices { sums.values[position] = 0 }
    return largestShift
  }

  private mutating func move(_ lane: Int, to sums: LaneTable, mass: Double) -> Double {
    let step = table.isSparse ? table.stride : 1
    let start = table.position(lane: lane, column: 0)
    let end = start + step * table.featureCount
    var factor = Float(1 / mass)
    if distance == .cosine {
      var squared = 0.0
      for position in Swift.stride(from: start, to: end, by: step) {
        squared += Double(sums.values[position]) * Double(sums.values[position])
      }
      factor = squared > 0 ? Float(1 / squared.squareRoot()) : 0
    }
    var (shift, norm) = (0.0, 0.0)
    for position in Swift.stride(from: start, to: end, by: step) {
      let value = sums.values[position] * factor
      let difference = Double(value - table.values[position])
      shift += difference * difference
      norm += Double(value) * Double(value)
      table.values[position] = value
    }
    squaredNorms[lane] = Float(norm)
    biases[lane] = distance == .cosine ? 0 : Float(-norm / 2)
    return shift.squareRoot()
  }

  /// Puts a lane onto one row.
  package mutating func place(_ lane: Int, on row: Int, of rows: ClassRows) {
    table.clear(lane: lane)
    table.add(row, of: rows, times: 1, toLane: lane)
    squaredNorms[lane] = rows.squaredNorms[row]
    biases[lane] = distance == .cosine ? 0 : -rows.squaredNorms[row] / 2
  }

  /// Only these lanes, in this order.
  package func keeping(_ lanes: [Int], for rows: ClassRows) -> ClassCenters {
    var kept = LaneTable(laneCount: lanes.count, for: rows)
    for (target, lane) in lanes.enumerated() {
      for column in 0..<table.featureCount {
        kept.values[kept.position(lane: target, column: column)] =
          table.values[table.position(lane: lane, column: column)]
      }
    }
    return ClassCenters(kept, distance: distance)
  }
}

import CFastKMeansKernels

/// The assignment of a class's rows to its prototypes, hard or soft, and the sums that follow from it.
///
/// Hard takes the nearest prototype, ties to the lowest; soft follows ``ShareRule``.
package struct ClassAssignment {
  let rows: ClassRows
  let options: TrainingOptions
  /// Hard: the lane of each row, -1 before the first assignment.
  package internal(set) var nearest: [Int32]
  /// The distance of each row to its nearest lane.
  package internal(set) var distances: [Float]
  /// Soft: the share of each row in each lane, times its weight; empty for hard.
  private var shares: [Float] = []
  private var scratch: [Float]
  /// Dense rows that lie on a device, where that is worth it.
  var rowsOnDevice: (any DeviceRows)?

  package init(rows: ClassRows, options: TrainingOptions) {
    self.rows = rows
    self.options = options
    nearest = [Int32](repeating: -1, count: rows.count)
    distances = [Float](repeating: 0, count: rows.count)
    scratch = [Float](repeating: 0, count: 4096)
  }

  /// Assigns every row; returns how many changed their nearest lane.
  ///
  /// - Complexity: O(non-zeros x lanes).
  package mutating func assign(to centers: ClassCenters) -> Int {
    let previous = nearest
    let stride = centers.table.stride
    if options.isSoft {
      centers.table.scores(of: 0..<rows.count, in: rows, into: &shares)
      findNearest(centers, scores: shares)
      turnScoresIntoShares(centers)
    } else if rows.isSparse {
      if scratch.count < stride { scratch = [Float](repeating: 0, count: stride) }
      fk_local_nearest(
        rows.offsets, rows.columns, rows.values, 0, Int64(rows.count), centers.table.values, stride,
        centers.biases, &scratch, scratch.count, &nearest, &distances)
      for row in 0..<rows.count {
        distances[row] = centers.distance.distance(
          rowSquaredNorm: rows.squaredNorms[row], biasedScore: distances[row])
      }
    } else {
      centers.table.scores(of: 0..<rows.count, in: rows, into: &shares)
      findNearest(centers, scores: shares)
    }
    var changed = 0
    for row in 0..<rows.count where previous[row] != nearest[row] { changed += 1 }
    return changed
  }

  private mutating func findNearest(_ centers: ClassCenters, scores: [Float]) {
    for row in 0..<rows.count {
      var (best, lane) = (-Float.infinity, 0)
      for candidate in 0..<centers.count {
        let score = scores[row * centers.table.stride + candidate] + centers.biases[candidate]
        if score > best { (best, lane) = (score, candidate) }
      }
      nearest[row] = Int32(lane)
      distances[row] = centers.distance.distance(
        rowSquaredNorm: rows.squaredNorms[row], biasedScore: best)
    }
  }

  private mutating func turnScoresIntoShares(_ centers: ClassCenters) {
    let stride = centers.table.stride
    let rule = ShareRule(options)
    shares.withUnsafeMutableBufferPointer { [rows, nearest] shares in
      for row in 0..<rows.count {
        let all = UnsafeMutableBufferPointer(rebasing: shares[row * stride..<(row + 1) * stride])
        let own = UnsafeMutableBufferPointer(rebasing: all[..<centers.count])
        for lane in own.indices {
          let distance = centers.distance.distance(
            rowSquaredNorm: rows.squaredNorms[row], biasedScore: own[lane] + centers.biases[lane])
          own[lane] = centers.distance.similarity(atDistance: distance)
        }
        rule.turnIntoShares(own, nearest: Int(nearest[row]))
        for lane in own.indices { own[lane] *= rows.weights[row] }
        for lane in centers.count..<stride { all[lane] = 0 }
      }
    }
  }

  /// The summed weight times distance of the rows to the nearest prototype that they were assigned among.
  package var objective: Double {
    var total = 0.0
    for row in 0..<rows.count { total += Double(rows.weights[row]) * Double(max(0, distances[row])) }
    return total
  }

  /// The weight that each lane has.
  package func masses(laneCount: Int, stride: Int) -> [Double] {
    var masses = [Double](repeating: 0, count: laneCount)
    for row in 0..<rows.count {
      if options.isSoft {
        for lane in 0..<laneCount { masses[lane] += Double(shares[row * stride + lane]) }
      } else {
        masses[Int(nearest[row])] += Double(rows.weights[row])
      }
    }
    return masses
  }

  /// Adds the rows to the sums of their lanes, in single precision: what an epoch needs.
  package func addRows(to sums: inout LaneTable) {
    guard sums.isSparse else {
      for row in 0..<rows.count {
        if options.isSoft {
          for lane in 0..<sums.laneCount where shares[row * sums.stride + lane] != 0 {
            sums.add(row, of: rows, times: shares[row * sums.stride + lane], toLane: lane)
          }
        } else {
          sums.add(row, of: rows, times: rows.weights[row], toLane: Int(nearest[row]))
        }
      }
      return
    }
    if options.isSoft {
      fk_local_add_shares(
        rows.offsets, rows.columns, rows.values, 0, Int64(rows.count), shares, sums.stride, &sums.values,
        sums.stride,
        0, sums.stride)
    } else {
      fk_local_add(
        rows.offsets, rows.columns, rows.values, 0, Int64(rows.count), nearest, rows.weights, &sums.values,
        sums.stride)
    }
  }

  /// The sums of the rows by lane in double precision, laid out as a ``LaneTable``: what a model keeps.
  package func exactSums(like table: LaneTable) -> [Double] {
    var sums = [Double](repeating: 0, count: table.values.count)
    for row in 0..<rows.count {
      if options.isSoft {
        for lane in 0..<table.laneCount {
          add(row, times: Double(shares[row * table.stride + lane]), lane: lane, like: table, to: &sums)
        }
      } else {
        add(row, times: Double(rows.weights[row]), lane: Int(nearest[row]), like: table, to: &sums)
      }
    }
    return sums
  }

  @inline(__always)
  private func add(
    _ row: Int, times factor: Double, lane: Int, like table: LaneTable, to sums: inout [Double]
  ) {
    guard factor != 0 else { return }
    if rows.isSparse {
      for entry in Int(rows.offsets[row])..<Int(rows.offsets[row + 1]) {
        sums[Int(rows.columns[entry]) * table.stride + lane] += factor * Double(rows.values[entry])
      }
    } else {
      let width = rows.featureCount
      for column in 0..<width {
        sums[lane * width + column] += factor * Double(rows.values[row * width + column])
      }
    }
  }
}

/// Chooses the rows that a class's prototypes start from.
///
/// Greedy k-means++ (Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding"; the greedy
/// variant tries 2 + floor(ln k) candidates a step and keeps the one that lowers the sum of distances most).
/// We draw in proportion to the distance itself (cosine: 1 - s; Euclidean: d squared), weighted by document.
package struct Seeding {
  private let rows: ClassRows
  private let distance: Distance
  private let isGreedy: Bool
  private var random: CounterRandom
  /// Distance of each row to the nearest seed so far; infinite before the first.
  private var nearest: [Float]
  private var scores: [Float] = []

  /// - Parameters:
  ///   - isGreedy: false chooses distinct rows at random.
  package init(rows: ClassRows, distance: Distance, isGreedy: Bool, random: CounterRandom) {
    self.rows = rows
    self.distance = distance
    self.isGreedy = isGreedy
    self.random = random
    nearest = [Float](repeating: .infinity, count: rows.count)
  }

  /// Rows that already lie on a prototype are no use as seeds.
  package mutating func exclude(_ table: LaneTable, squaredNorms: [Float]) {
    table.scores(of: 0..<rows.count, in: rows, into: &scores)
    for lane in 0..<table.laneCount {
      for row in 0..<rows.count {
        let candidate = distance(row, score: scores[row * table.stride + lane], to: squaredNorms[lane])
        nearest[row] = min(nearest[row], candidate)
      }
    }
  }

  /// At most `count` distinct rows; fewer if there are no more distinct ones.
  ///
  /// - Complexity: O(count x (2 + ln count) x non-zeros).
  package mutating func choose(_ count: Int) -> [Int] {
    var chosen: [Int] = []
    let trials = isGreedy ? 2 + Int(naturalLogarithm(Double(max(1, count)))) : 1
    while chosen.count < count, let row = chooseNext(trials: chosen.isEmpty && isFirst ? 1 : trials) {
      chosen.append(row)
    }
    return chosen
  }

  private var isFirst: Bool { nearest.first == .infinity }

  private mutating func chooseNext(trials: Int) -> Int? {
    var candidates: [Int] = []
    for _ in 0..<trials {
      guard let row = draw() else { break }
      if !candidates.contains(row) { candidates.append(row) }
    }
    guard !candidates.isEmpty else { return nil }
    var table = LaneTable(laneCount: candidates.count, for: rows)
    for (lane, row) in candidates.enumerated() { table.add(row, of: rows, times: 1, toLane: lane) }
    table.scores(of: 0..<rows.count, in: rows, into: &scores)
    let lane = bestLane(candidates, stride: table.stride)
    for row in 0..<rows.count {
      let candidate = distance(
        row, score: scores[row * table.stride + lane], to: rows.squaredNorms[candidates[lane]])
      nearest[row] = min(nearest[row], candidate)
    }
    nearest[candidates[lane]] = 0
    return candidates[lane]
  }

  /// The candidate that leaves the least distance over all rows; ties to the one drawn first.
  private func bestLane(_ candidates: [Int], stride: Int) -> Int {
    guard candidates.count > 1 else { return 0 }
    var potentials = [Double](repeating: 0, count: candidates.count)
    for row in 0..<rows.count {
      let weight = Double(rows.weights[row])
      for lane in candidates.indices {
        let candidate = distance(
          row, score: scores[row * stride + lane], to: rows.squaredNorms[candidates[lane]])
        potentials[lane] += weight * Double(min(nearest[row], candidate))
      }
    }
    return potentials.indices.min { potentials[$0] < potentials[$1] } ?? 0
  }

  /// A row at random, in proportion to its weight and, once there is a seed, its distance (k-means++).
  private mutating func draw() -> Int? {
    let first = isFirst
    let share = { [rows, nearest, isGreedy] (row: Int) -> Double in
      let weight = Double(rows.weights[row])
      if first { return weight }
      return isGreedy ? weight * Double(nearest[row]) : (nearest[row] > 0 ? weight : 0)
    }
    var total = 0.0
    for row in 0..<rows.count { total += share(row) }
    guard total > 0 else { return nil }
    var left = random.nextUnit() * total
    var last: Int?
    for row in 0..<rows.count {
      let part = share(row)
      guard part > 0 else { continue }
      last = row
      left -= part
      if left < 0 { return row }
    }
    return last
  }

  /// The distance of a row to a vector; what rounding makes of equal ones is 0.
  @inline(__always)
  private func distance(_ row: Int, score: Float, to squaredNorm: Float) -> Float {
    switch distance {
    case .cosine:
      let value = 1 - score
      return value > 1e-6 ? value : 0
    case .euclidean:
      let squares = rows.squaredNorms[row] + squaredNorm
      let value = squares - 2 * score
      return value > 1e-6 * squares ? value : 0
    }
  }
}

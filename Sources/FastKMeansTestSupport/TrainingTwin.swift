import FastKMeansCore

/// The plain twin of training by class in the default mode: dense rows, double precision, one step after the other.
///
/// Where a choice hangs by less than `margin` (two prototypes equally near, two rows served equally badly), single
/// precision may choose otherwise; `isTight` says that it came to that.
package struct TrainingTwin {
  /// One prototype: the centre, the factor that turns it into a sum again, and its mass.
  package struct Prototype: Sendable {
    package var center: [Double]
    package var sumScale: Double
    package var mass: Double

    package init(center: [Double], sumScale: Double, mass: Double) {
      self.center = center
      self.sumScale = sumScale
      self.mass = mass
    }
  }

  package struct Outcome {
    package var prototypes: [Prototype]
    package var objective: Double
    package var epochs = 0
    package var reseeded = 0
    package var pruned = 0
  }

  private let options: TrainingOptions
  private let rows: [[Double]]
  private let weights: [Double]
  private let margin: Double
  private let width: Int
  package private(set) var isTight = false

  /// - Parameters:
  ///   - rows: of one class, as the user gave them.
  package init(rows: [[Float]], weights: [Double], options: TrainingOptions, margin: Double = 1e-5) {
    self.options = options
    self.margin = margin
    width = rows.first?.count ?? 0
    let kept = rows.indices.filter { row in
      weights[row] > 0 && (options.distance == .euclidean || rows[row].contains { $0 != 0 })
    }
    self.weights = kept.map { weights[$0] }
    self.rows = kept.map { Self.scaled(rows[$0].map(Double.init), options.distance) }
  }

  /// Unit length for the cosine; a zero row stays zero.
  package static func scaled(_ row: [Double], _ distance: Distance) -> [Double] {
    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return distance == .cosine && length > 0 ? row.map { $0 / length } : row
  }

  /// Epochs from a start.
  package mutating func fit(from start: [[Double]]) -> Outcome {
    var centers = start.map { Self.scaled($0, options.distance) }
    var outcome = Outcome(prototypes: [], objective: 0)
    var last = Assignment(shares: [], nearest: [], distances: [])
    while outcome.epochs < options.maxEpochs {
      outcome.epochs += 1
      let before = last.nearest
      last = assign(to: centers)
      if centers.count == 1 || !options.isSoft && last.nearest == before { break }
      var empty: [Int] = []
      for lane in centers.indices {
        let (sum, mass) = total(last.shares, lane)
        if mass > 0 { centers[lane] = mean(sum, mass) } else { empty.append(lane) }
      }
      outcome.reseeded += reseed(empty, &centers, last.distances)
    }
    finish(&outcome, &last, centers)
    return outcome
  }

  /// The last epoch's assignment as prototypes; dead ones go, and their rows move to the others.
  private mutating func finish(_ outcome: inout Outcome, _ last: inout Assignment, _ centers: [[Double]]) {
    var centers = centers
    outcome.prototypes = prototypes(last.shares)
    while true {
      let masses = outcome.prototypes.map(\.mass)
      var alive = masses.indices.filter { masses[$0] > options.minimumMass }
      if alive.isEmpty { alive = [masses.indices.max { masses[$0] < masses[$1] } ?? 0] }
      if alive.count == masses.count { break }
      outcome.pruned += masses.count - alive.count
      centers = alive.map { centers[$0] }
      last = assign(to: centers)
      outcome.prototypes = prototypes(last.shares)
    }
    for row in rows.indices {
      guard !options.isSoft || centers.count == 1 else {
        outcome.objective += weights[row] * last.distances[row]
        continue
      }
      let nearest = outcome.prototypes[last.nearest[row]].center
      outcome.objective += weights[row] * distance(rows[row], nearest)
    }
  }

  private struct Assignment {
    /// Of each row in each prototype, times the row's weight.
    var shares: [[Double]]
    var nearest: [Int]
    var distances: [Double]
  }

  /// One batch beside what is known: assignment to the centres as they lie, then sums.
  package mutating func update(_ known: [Prototype]) -> [Prototype] {
    let faded = known.map {
      Prototype(center: $0.center, sumScale: $0.sumScale * options.decay, mass: $0.mass * options.decay)
    }
    let shares = assign(to: known.map(\.center)).shares
    return faded.indices.map { lane in
      let (sum, mass) = total(shares, lane)
      guard mass > 0 else { return faded[lane] }
      let old = faded[lane]
      return prototype(
        sum: zip(old.center, sum).map { $0 * old.sumScale + $1 }, mass: old.mass + mass)
    }
  }

  private mutating func assign(to centers: [[Double]]) -> Assignment {
    var result = Assignment(shares: [], nearest: [], distances: [])
    for row in rows.indices {
      let distances = centers.map { distance(rows[row], $0) }
      let best = distances.indices.min { distances[$0] < distances[$1] } ?? 0
      let isClose = distances.indices.contains { $0 != best && distances[$0] - distances[best] < margin }
      if isClose, !options.isSoft { isTight = true }
      result.nearest.append(best)
      result.distances.append(distances[best])
      result.shares.append(shares(distances, best: best).map { $0 * weights[row] })
    }
    return result
  }

  private mutating func shares(_ distances: [Double], best: Int) -> [Double] {
    let single = distances.indices.map { $0 == best ? 1.0 : 0 }
    guard options.isSoft else { return single }
    let similarities = distances.map { options.distance == .cosine ? 1 - $0 : 1 / (1 + $0) }
    let top = similarities[best]
    let mean = similarities.reduce(0, +) / Double(similarities.count)
    // Where all are nearly the same, a rounding decides.
    if similarities.count > 1, top - mean < 20 * margin { isTight = true }
    let parts = similarities.map { value in
      options.softAssignment == .linear
        ? max(0, value - mean) : naturalExponential((value - top) / (options.temperature * (top - mean)))
    }
    guard top > mean else { return single }
    let total = parts.reduce(0, +)
    return total > 0 ? parts.map { $0 / total } : single
  }

  private func distance(_ row: [Double], _ center: [Double]) -> Double {
    switch options.distance {
    case .cosine: 1 - zip(row, center).reduce(0) { $0 + $1.0 * $1.1 }
    case .euclidean: zip(row, center).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
  }

  private func total(_ shares: [[Double]], _ lane: Int) -> (sum: [Double], mass: Double) {
    var sum = [Double](repeating: 0, count: width)
    var mass = 0.0
    for row in rows.indices {
      mass += shares[row][lane]
      for column in sum.indices { sum[column] += shares[row][lane] * rows[row][column] }
    }
    return (sum, mass)
  }

  private func mean(_ sum: [Double], _ mass: Double) -> [Double] {
    options.distance == .cosine ? Self.scaled(sum, .cosine) : sum.map { $0 / mass }
  }

  private func prototype(sum: [Double], mass: Double) -> Prototype {
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return Prototype(
      center: mass > 0 ? mean(sum, mass) : sum, sumScale: options.distance == .cosine ? length : mass,
      mass: mass)
  }

  private func prototypes(_ shares: [[Double]]) -> [Prototype] {
    shares[0].indices.map { lane in
      let (sum, mass) = total(shares, lane)
      return prototype(sum: sum, mass: mass)
    }
  }

  /// Lanes without a row start again from the rows that are served worst.
  private mutating func reseed(_ lanes: [Int], _ centers: inout [[Double]], _ distances: [Double]) -> Int {
    var left = Set(rows.indices.filter { distances[$0] > 1e-6 })
    var count = 0
    for lane in lanes {
      let ranked = left.sorted { distances[$0] == distances[$1] ? $0 < $1 : distances[$0] > distances[$1] }
      guard let worst = ranked.first else { break }
      if ranked.count > 1, distances[worst] - distances[ranked[1]] < margin { isTight = true }
      left.remove(worst)
      centers[lane] = rows[worst]
      count += 1
    }
    return count
  }
}

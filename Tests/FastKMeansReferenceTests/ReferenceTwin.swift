import FastKMeansCore
import FastKMeansTestSupport

/// The plain twin of the reference mode: one batch, dense, in double precision, formula after formula.
///
/// `isTight` says that a choice hung by less than single precision can tell.
struct ReferenceTwin {
  private(set) var prototypes: [[Double]]
  /// The class of each prototype; classes are neighbours.
  private(set) var classes: [Int]
  private(set) var masses: [Double]
  private(set) var isTight = false
  private let options: TrainingOptions
  private let margin = 1e-5

  struct Step {
    var shift = 0.0
    var merged = 0
    var pruned = 0
  }

  init(_ initial: [[[Float]]], options: TrainingOptions) {
    self.options = options
    prototypes = initial.flatMap { $0 }.map { TrainingTwin.scaled($0.map(Double.init), options.distance) }
    classes = initial.indices.flatMap { [Int](repeating: $0, count: initial[$0].count) }
    masses = prototypes.map { _ in 1 }
  }

  /// Assign, update, truncate, normalise, shift, prune, merge.
  mutating func learn(_ rows: [[Float]], classes rowClasses: [Int], weights: [Double]?) -> Step {
    let scaled = rows.map { TrainingTwin.scaled($0.map(Double.init), options.distance) }
    var received = prototypes.map { _ in 0.0 }
    var sums = prototypes.map { $0.map { _ in 0.0 } }
    for row in scaled.indices {
      let shares = shares(scaled[row], rowClasses[row])
      for lane in shares.indices {
        let share = shares[lane] * (weights?[row] ?? 1)
        received[lane] += share
        for column in scaled[row].indices { sums[lane][column] += share * scaled[row][column] }
      }
    }
    let before = prototypes
    for lane in prototypes.indices {
      masses[lane] = masses[lane] * options.decay + received[lane]
      guard received[lane] > 0 else { continue }
      let r = received[lane] / masses[lane]
      for column in sums[lane].indices {
        prototypes[lane][column] =
          (1 - r) * prototypes[lane][column] + r * sums[lane][column] / received[lane]
      }
    }
    truncate()
    prototypes = prototypes.map { TrainingTwin.scaled($0, options.distance) }
    var step = Step()
    for lane in prototypes.indices {
      let squares = zip(prototypes[lane], before[lane]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      step.shift = max(step.shift, squares.squareRoot())
    }
    step.pruned = prune()
    step.merged = merge()
    return step
  }

  private mutating func shares(_ row: [Double], _ rowClass: Int) -> [Double] {
    let similarities = prototypes.map { similarity(row, $0) }
    let own = classes.indices.filter { classes[$0] == rowClass }
    guard options.isSoft else { return only(best(similarities, among: own)) }
    let penalised = similarities.indices.map {
      similarities[$0] - (classes[$0] == rowClass ? 0 : options.otherClassPenalty)
    }
    switch options.softAssignment {
    case .linear:
      if penalised.allSatisfy({ $0 < margin }), penalised.contains(where: { $0 > -margin && $0 != 0 }) {
        isTight = true
      }
      let parts = penalised.map { max(0, $0) }
      let total = parts.reduce(0, +)
      return total > 0 ? parts.map { $0 / total } : only(best(similarities, among: Array(classes.indices)))
    case .softmax:
      let top = penalised.max() ?? 0
      let parts = penalised.map { naturalExponential(($0 - top) / options.temperature) }
      let total = parts.reduce(0, +)
      return parts.map { $0 / total }
    }
  }

  private func similarity(_ row: [Double], _ center: [Double]) -> Double {
    switch options.distance {
    case .cosine: zip(row, center).reduce(0) { $0 + $1.0 * $1.1 }
    case .euclidean: 1 / (1 + zip(row, center).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
    }
  }

  private mutating func best(_ values: [Double], among lanes: [Int]) -> Int {
    let best = lanes.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) } ?? 0
    // Exact ties (documents without features) go to the lowest index everywhere.
    if lanes.contains(where: {
      $0 != best && values[$0] != values[best] && values[best] - values[$0] < margin
    }) {
      isTight = true
    }
    return best
  }

  private func only(_ lane: Int) -> [Double] { classes.indices.map { $0 == lane ? 1 : 0 } }

  private mutating func truncate() {
    var cut = options.truncationThreshold
    if let share = options.percentileThreshold {
      let magnitudes = prototypes.flatMap { $0 }.map(\.magnitude).filter { $0 > 1e-6 }
      cut = min(cut, magnitudes.isEmpty ? 0 : Self.quantile(magnitudes, share))
    }
    prototypes = prototypes.map { $0.map { $0.magnitude < cut ? 0 : $0 } }
  }

  private mutating func prune() -> Int {
    var kept: [Int] = []
    for classIndex in Set(classes).sorted() {
      let own = classes.indices.filter { classes[$0] == classIndex }
      let alive = own.filter { masses[$0] > options.minimumMass }
      kept += alive.isEmpty ? [own.max { masses[$0] < masses[$1] } ?? own[0]] : alive
    }
    let pruned = classes.count - kept.count
    keep(kept)
    return pruned
  }

  private mutating func keep(_ lanes: [Int]) {
    prototypes = lanes.map { prototypes[$0] }
    classes = lanes.map { classes[$0] }
    masses = lanes.map { masses[$0] }
  }

  private mutating func merge() -> Int {
    guard var threshold = options.mergeThreshold else { return 0 }
    let all = prototypes.indices.map { first in prototypes.indices.map { mergeDistance(first, $0) } }
    let others = all.indices.flatMap { first in all.indices.filter { $0 != first }.map { all[first][$0] } }
    if options.isMergeRelative { threshold *= others.reduce(0, +) / Double(others.count) }
    let quantile = options.percentileThreshold.map { Self.quantile(others, $0) } ?? .infinity
    let limit = min(threshold, quantile)
    var isMerged = classes.map { _ in false }
    var kept: [Int] = []
    let (positions, weights) = (prototypes, masses)
    for first in classes.indices where !isMerged[first] {
      kept.append(first)
      let later = classes.indices.filter { $0 > first && classes[$0] == classes[first] && !isMerged[$0] }
      // The quantile is one of the distances or lies between two: what equals it is not below it.
      if later.contains(where: { (all[first][$0] - limit).magnitude < margin }) { isTight = true }
      let group = [first] + later.filter { all[first][$0] < limit }
      guard group.count > 1 else { continue }
      for member in group { isMerged[member] = true }
      masses[first] = group.reduce(0) { $0 + weights[$1] }
      let sum = positions[first].indices.map { column in
        group.reduce(0) { $0 + weights[$1] * positions[$1][column] } / masses[first]
      }
      prototypes[first] = TrainingTwin.scaled(sum, options.distance)
    }
    let merged = classes.count - kept.count
    keep(kept)
    return merged
  }

  private func mergeDistance(_ first: Int, _ second: Int) -> Double {
    let pairs = zip(prototypes[first], prototypes[second])
    switch options.distance {
    case .cosine: return 1 - pairs.reduce(0) { $0 + $1.0 * $1.1 }
    case .euclidean: return pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
  }

  /// Linear interpolation between order statistics.
  static func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    let position = share * Double(sorted.count - 1)
    let below = sorted[Int(position)]
    let above = sorted[min(Int(position) + 1, sorted.count - 1)]
    return below + (above - below) * (position - position.rounded(.down))
  }
}

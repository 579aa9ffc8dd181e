/// Merges prototypes of one class that lie close together.
///
/// Class by class and in index order, on the positions before merging: a prototype and all later unmerged ones of
/// its class closer than the threshold (and than the quantile of distances) become their mass-weighted mean.
package struct Merging {
  private let options: TrainingOptions
  /// Whether a prototype counts by its mass. If not, one of the cosine counts by the length of its sum, so that the
  /// merged prototype is that of all its documents.
  private let weighsByMass: Bool

  /// Statistics over all prototypes are taken from at most this many of them.
  private static let sampleLimit = 2048

  package init(options: TrainingOptions, weighsByMass: Bool = false) {
    self.options = options
    self.weighsByMass = weighsByMass
  }

  /// - Parameters:
  ///   - prototypes: of each class.
  ///   - classIndices: the classes to look at.
  /// - Returns: the classes in which something merged.
  /// - Complexity: O(prototypes of a class squared x stored values); with relative or percentile thresholds also
  ///   the pairs of the sample.
  package func mergeClosePrototypes(
    of prototypes: inout [[Prototype]], among classIndices: [Int], report: inout TrainingReport
  ) -> [Int] {
    guard let limits = limits(for: prototypes) else { return [] }
    var changed: [Int] = []
    for classIndex in classIndices {
      let merged = merge(prototypes[classIndex], limits: limits)
      guard merged.count < prototypes[classIndex].count else { continue }
      report.mergedCount += prototypes[classIndex].count - merged.count
      prototypes[classIndex] = merged
      changed.append(classIndex)
    }
    return changed
  }

  /// The distances that a pair must stay below to be merged.
  package struct Limits: Sendable {
    package var threshold: Double
    package var quantile: Double
  }

  /// The limits for the prototypes as they lie now; nil if merging is off.
  package func limits(for prototypes: [[Prototype]]) -> Limits? {
    guard let threshold = options.mergeThreshold else { return nil }
    var limits = Limits(threshold: threshold, quantile: .infinity)
    guard options.isMergeRelative || options.percentileThreshold != nil else { return limits }
    let sample = sampled(prototypes.flatMap { $0 })
    let distances = offDiagonalDistances(sample)
    guard !distances.isEmpty else { return limits }
    if options.isMergeRelative { limits.threshold *= distances.reduce(0, +) / Double(distances.count) }
    if let quantile = options.percentileThreshold { limits.quantile = Quantile.linear(distances, quantile) }
    return limits
  }

  private func sampled(_ all: [Prototype]) -> [Prototype] {
    guard all.count > Self.sampleLimit else { return all }
    var random = CounterRandom(seed: options.seed, stream: .max)
    var indices = Array(all.indices)
    random.shuffle(&indices, first: Self.sampleLimit)
    return indices[..<Self.sampleLimit].sorted().map { all[$0] }
  }

  /// The distances of all unordered pairs; each stands for two of the matrix's entries.
  private func offDiagonalDistances(_ sample: [Prototype]) -> [Double] {
    let workers = Parallel.workerCount(options.threadCount)
    return Parallel.map(count: sample.count, workers: workers) { _, first in
      sample[(first + 1)...].map { sample[first].distance(to: $0, options.distance) }
    }.flatMap { $0 }
  }

  /// One class, merged.
  package func merge(_ prototypes: [Prototype], limits: Limits) -> [Prototype] {
    var isMerged = [Bool](repeating: false, count: prototypes.count)
    var result: [Prototype] = []
    for first in prototypes.indices where !isMerged[first] {
      let group = prototypes.indices.filter { other in
        guard other != first else { return true }
        guard !isMerged[other], !prototypes[first].isFrozen, !prototypes[other].isFrozen else { return false }
        let distance = prototypes[first].distance(to: prototypes[other], options.distance)
        return distance < limits.threshold && distance < limits.quantile
      }
      if group.count > 1 {
        for member in group { isMerged[member] = true }
        result.append(mean(group.map { prototypes[$0] }))
      } else {
        isMerged[first] = true
        result.append(prototypes[first])
      }
    }
    return result
  }

  /// The mass-weighted mean, for cosine scaled to unit length.
  private func mean(_ members: [Prototype]) -> Prototype {
    let mass = members.reduce(0) { $0 + $1.mass }
    var sum = members[0].center.scaled(by: weight(of: members[0]))
    for member in members[1...] {
      sum = sum.combined(times: 1, with: member.center, times: weight(of: member))
    }
    var merged = Prototype(sum: sum, mass: mass, distance: options.distance, precision: options.precision)
    merged.id = members[0].id
    return merged
  }

  private func weight(of prototype: Prototype) -> Double {
    weighsByMass || options.distance == .euclidean ? prototype.mass : prototype.sumScale
  }
}

/// Quantiles with linear interpolation between order statistics.
package enum Quantile {
  /// - Parameters:
  ///   - values: at least one; need not be sorted.
  ///   - share: 0 gives the smallest, 1 the largest.
  package static func linear(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    let position = share * Double(sorted.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
  }
}

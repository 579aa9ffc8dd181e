/// Options that have been checked; only these can train.
public struct ValidatedOptions: Sendable, Equatable {
  public let options: TrainingOptions

  fileprivate init(_ options: TrainingOptions) { self.options = options }
}

extension TrainingOptions {
  /// Checks every value.
  ///
  /// - Throws: ``OptionsError`` with the parameter, its value and what is allowed.
  public func validated() throws(OptionsError) -> ValidatedOptions {
    try require(prototypesPerClass >= 1, "k_init", prototypesPerClass, "a whole number from 1")
    if let automaticByteLimit {
      try require(automaticByteLimit >= 1, "k_bytes", automaticByteLimit, "a whole number from 1, or none")
    }
    try checkPrototypeCounts()
    try require(temperature > 0 && temperature.isFinite, "temperature", temperature, "a number above 0")
    try requireNotNegative(otherClassPenalty, "lambda_penalty")
    if let mergeThreshold { try requireNotNegative(mergeThreshold, "merge_threshold") }
    if let percentileThreshold {
      try require(
        (0...1).contains(percentileThreshold), "percentile_threshold", percentileThreshold, "0 to 1, or none")
    }
    try require(batchSize >= 1, "batch_size", batchSize, "a whole number from 1")
    try require(
      threadCount == -1 || (1...4096).contains(threadCount), "n_threads", threadCount,
      "-1 (all cores) or 1 to 4096")
    try requireNotNegative(minimumMass, "min_weight")
    try requireNotNegative(truncationThreshold, "truncation_threshold")
    try require(maxEpochs >= 1, "max_iters", maxEpochs, "a whole number from 1")
    try requireNotNegative(tolerance, "tol")
    if case .count(let epochs) = refinement {
      try require((0...1000).contains(epochs), "refine", epochs, "auto, or a whole number from 0 to 1000")
    }
    try require(decay > 0 && decay <= 1, "decay", decay, "above 0, at most 1")
    if let halfLife {
      try require(halfLife > 0 && halfLife.isFinite, "half_life", halfLife, "a number above 0, or none")
    }
    return ValidatedOptions(self)
  }

  private func checkPrototypeCounts() throws(OptionsError) {
    let counts: [Int] =
      switch prototypeCounts {
      case .none: []
      case .byLabel(let table): Array(table.values)
      case .byPosition(let list): list
      }
    for count in counts { try require(count >= 1, "k_list", count, "whole numbers from 1") }
  }

  private func requireNotNegative(_ value: Double, _ parameter: String) throws(OptionsError) {
    try require(value >= 0 && value.isFinite, parameter, value, "a number from 0")
  }

  private func require(
    _ condition: Bool, _ parameter: String, _ value: some CustomStringConvertible, _ allowed: String
  ) throws(OptionsError) {
    guard condition else {
      throw OptionsError(parameter: parameter, value: value.description, allowed: allowed)
    }
  }
}

extension TrainingOptions {
  /// How many prototypes a class is meant to have.
  ///
  /// - Parameters:
  ///   - label: the class.
  ///   - position: its place among the sorted classes, for ``PrototypeCounts/byPosition(_:)``.
  package func prototypeCount(for label: Label, position: Int) -> Int {
    switch prototypeCounts {
    case .none: prototypesPerClass
    case .byLabel(let table): table[label] ?? prototypesPerClass
    case .byPosition(let list): list.indices.contains(position) ? list[position] : prototypesPerClass
    }
  }
}

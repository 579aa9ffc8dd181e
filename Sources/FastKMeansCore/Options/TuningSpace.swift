/// The values that a search draws options from.
package enum TuningSpace {
  /// `k_init`; nil is `auto`.
  private static let prototypesPerClass: [Int?] = [1, 2, 3, 5, 8, nil]
  /// `refine`
  private static let refinements: [RefinementEpochs] = [.automatic, .count(3), .count(8), .count(15)]
  /// `distance`
  private static let distances: [Distance] = Distance.allCases

  /// Options at random, all different; the first are the base itself.
  ///
  /// - Parameters:
  ///   - base: what does not vary, and the first candidate.
  ///   - count: how many at most; fewer where the space has no more.
  ///   - seed: the same seed, the same candidates.
  static func candidates(_ base: TrainingOptions, count: Int, seed: UInt64) -> [TrainingOptions] {
    var candidates = [base]
    for index in TuningDraw.order(of: size, seed: seed) where candidates.count < count {
      let options = options(at: index, base)
      if options != base { candidates.append(options) }
    }
    return candidates
  }

  /// The number of combinations.
  package static var size: Int { prototypesPerClass.count * refinements.count * distances.count }

  /// One of the combinations.
  package static func options(at index: Int, _ base: TrainingOptions) -> TrainingOptions {
    var (options, rest) = (base, index)
    func next<Value>(_ values: [Value]) -> Value {
      defer { rest /= values.count }
      return values[rest % values.count]
    }
    let count = next(prototypesPerClass)
    options.isPrototypeCountAutomatic = count == nil
    if let count {
      options.prototypesPerClass = count
    } else {
      options.prototypesPerClass = base.prototypesPerClass
    }
    options.refinement = next(refinements)
    options.distance = next(distances)
    return options
  }
}

/// Draws without repetition.
package enum TuningDraw {
  /// The numbers below a bound, in an order drawn by lot.
  package static func order(of count: Int, seed: UInt64) -> [Int] {
    var order = Array(0..<count)
    var random = CounterRandom(seed: seed, stream: 0x70E)
    random.shuffle(&order)
    return order
  }
}

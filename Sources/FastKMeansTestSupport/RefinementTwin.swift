import FastKMeansCore

/// The plain twin of `Refinement`: every score, rival and move by its definition, in double precision.
package struct RefinementTwin {
  /// A row as refinement sees it.
  package struct Document {
    package var terms: [(column: Int, value: Double)]
    /// What values are multiplied with.
    package var scale: Double
    package var classIndex: Int
    /// Beside other documents.
    package var weight: Double
    /// In the sums that prototypes were made of.
    package var mass: Double
    /// Which document it is.
    package var row: Int

    package init(
      terms: [(column: Int, value: Double)], scale: Double, classIndex: Int, weight: Double, mass: Double = 1,
      row: Int = 0
    ) {
      self.terms = terms
      self.scale = scale
      self.classIndex = classIndex
      self.weight = weight
      self.mass = mass
      self.row = row
    }
  }

  /// What one document asks for.
  package struct Step {
    package var moves: [(lane: Int, factor: Double)] = []
    package var loss = 0.0
    package var isRight = true
  }

  private let recipe: RefinementRecipe
  private let classOfLane: [Int]
  /// What each feature's moves are multiplied with.
  private let rates: [Double]
  /// `weights[lane][feature]`.
  package private(set) var weights: [[Double]]
  /// Euclidean; nil for cosine.
  package private(set) var biases: [Double]?
  /// For each lane: how much a document of mass 1 raised its own score when the prototype was made of it and others.
  private let ownParts: [Double]?
  /// The lane that each document was part of, from when it was first seen.
  private var members: [Int: Int] = [:]
  /// The least distance of any score to a place where a step changes in a jump: below the rounding of single
  /// precision, twin and fast path may part.
  package private(set) var leastGap = Double.infinity

  /// - Parameter rates: of each feature; nil for 1.
  package init(
    recipe: RefinementRecipe, weights: [[Double]], biases: [Double]?, classOfLane: [Int],
    rates: [Double]? = nil, ownParts: [Double]? = nil
  ) {
    self.ownParts = ownParts
    self.rates = rates ?? [Double](repeating: 1, count: weights.first?.count ?? 0)
    self.recipe = recipe
    self.weights = weights
    self.biases = biases
    self.classOfLane = classOfLane
  }

  package func scores(_ document: Document) -> [Double] {
    weights.indices.map { lane in
      let dot = document.terms.reduce(0.0) { $0 + $1.value * weights[lane][$1.column] }
      return document.scale * dot + (biases?[lane] ?? 0)
    }
  }

  /// One batch: all steps with the weights at its start, then all moves, in document order.
  package mutating func learn(_ batch: [Document], rate: Double) -> [Step] {
    let steps = batch.map { step($0) }
    for (document, step) in zip(batch, steps) {
      for (lane, factor) in step.moves {
        let move = rate * document.weight * factor
        biases?[lane] += move
        for (column, value) in document.terms {
          weights[lane][column] += move * document.scale * value * rates[column]
        }
      }
    }
    return steps
  }

  private mutating func step(_ document: Document) -> Step {
    var scores = scores(document)
    if let ownParts {
      let own = lanes(of: document.classIndex)
      noteGap(own.map { scores[$0] }.sorted(by: >), atMost: 2)
      let member = members[document.row] ?? own.max { (scores[$0], $1) < (scores[$1], $0) } ?? 0
      members[document.row] = member
      scores[member] -= ownParts[member] * document.mass
    }
    let lanes = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let own = lanes.filter { classOfLane[$0] == document.classIndex }
    let others = bestOfEachClass(lanes.filter { classOfLane[$0] != document.classIndex })
    guard let best = own.first, let rival = others.first else { return Step() }
    noteGap(own.map { scores[$0] }, atMost: 2)
    var step = Step()
    step.isRight = scores[rival] < scores[best] || (scores[rival] == scores[best] && rival > best)
    let pushes = pushes(others, scores, best, &step)
    let pull = pushes.reduce(0) { $0 + $1.share }
    leastGap = min(leastGap, abs(pull - Double(recipe.leastPull)))
    guard pull >= Double(recipe.leastPull) else { return step }
    move(best, by: pull, &step)
    for push in pushes { move(push.lane, by: -push.share, &step) }
    return step
  }

  /// Classes compete, each by its best lane.
  private func bestOfEachClass(_ falling: [Int]) -> [Int] {
    var seen: Set<Int> = []
    return falling.filter { seen.insert(classOfLane[$0]).inserted }
  }

  private func lanes(of classIndex: Int) -> [Int] {
    classOfLane.indices.filter { classOfLane[$0] == classIndex }
  }

  private mutating func pushes(
    _ others: [Int], _ scores: [Double], _ best: Int, _ step: inout Step
  ) -> [(lane: Int, share: Double)] {
    let sharpness = Double(recipe.sharpness)
    let exponents = others.map { sharpness * (Double(recipe.margin) + scores[$0] - scores[best]) }
    let least = naturalLogarithm(Double(recipe.leastPull))
    for exponent in exponents { leastGap = min(leastGap, abs(exponent - least) / sharpness) }
    let near = exponents.indices.filter { exponents[$0] > least }.prefix(4)
    if near.count == 4 { noteGap(Array(others.map { scores[$0] }.dropFirst(3)), atMost: 2) }
    for index in near {
      noteGap(lanes(of: classOfLane[others[index]]).map { scores[$0] }.sorted(by: >), atMost: 2)
    }
    guard !near.isEmpty else { return [] }
    // Without the largest, a run that diverges would overflow.
    let top = max(0, exponents[near[near.startIndex]])
    let total = near.reduce(naturalExponential(-top)) { $0 + naturalExponential(exponents[$1] - top) }
    step.loss = (top + naturalLogarithm(total)) / sharpness
    return near.map { (others[$0], naturalExponential(exponents[$0] - top) / total) }
  }

  private func move(_ lane: Int, by factor: Double, _ step: inout Step) {
    for other in classOfLane.indices where classOfLane[other] == classOfLane[lane] {
      let share = other == lane ? 1 : Double(recipe.cooperation)
      if share > 0 { step.moves.append((other, factor * share)) }
    }
  }

  private mutating func noteGap(_ falling: [Double], atMost count: Int) {
    let first = falling.prefix(count)
    for (left, right) in zip(first, first.dropFirst()) { leastGap = min(leastGap, left - right) }
  }
}

extension RefinementTwin {
  /// All epochs. A document that moved nothing rests for an epoch, then for two, then for four. One that weighs more than 2 is
  /// met as often as it takes for each meeting to weigh at most 2.
  package mutating func run(_ documents: [Document], seed: UInt64) -> [(meanLoss: Double, errorRate: Double)]
  {
    var rests = [Int](repeating: 0, count: documents.count)
    var lastRests = rests
    var statistics: [(meanLoss: Double, errorRate: Double)] = []
    let totalWeight = documents.reduce(0) { $0 + $1.weight }
    let visits = documents.map { max(1, ($0.weight / 2).rounded(.up)) }
    let visited = zip(documents, visits).map { document, count in
      var document = document
      document.weight /= count
      return document
    }
    for epoch in 0..<recipe.epochs {
      var order = documents.indices.filter { rests[$0] == 0 }.flatMap {
        repeatElement($0, count: Int(visits[$0]))
      }
      rests = rests.map { max(0, $0 - 1) }
      var random = CounterRandom(seed: seed, stream: 0x5EED, step: UInt64(epoch))
      for position in order.indices.dropLast() {
        order.swapAt(position, position + random.nextIndex(below: order.count - position))
      }
      var (loss, errors) = (0.0, 0.0)
      for first in stride(from: 0, to: order.count, by: 64) {
        let batch = order[first..<min(first + 64, order.count)]
        let done = (Double(epoch) + Double(first) / Double(order.count)) / Double(recipe.epochs)
        let steps = learn(batch.map { visited[$0] }, rate: recipe.rate * (1 - done))
        for (document, step) in zip(batch, steps) {
          rests[document] = step.moves.isEmpty ? min(4, max(1, 2 * lastRests[document])) : 0
          lastRests[document] = rests[document]
          loss += visited[document].weight * step.loss
          errors += step.isRight ? 0 : visited[document].weight
        }
      }
      statistics.append((loss / max(totalWeight, 1e-300), errors / max(totalWeight, 1e-300)))
    }
    return statistics
  }
}

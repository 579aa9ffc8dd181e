import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Refined weights in lists: the same rivals by bounds as by every score, and moves by their definition.
@Suite struct WeightListsTests {
  /// A model of some hundred prototypes, a few features that most of them have, and documents.
  private struct Problem {
    let counts: [Int]
    let featureCount = 90
    let weights: WeightLists
    let lanes: [PrototypeVector]
    let rows: [[Float]]
    let classes: [Int32]

    init(seed: UInt64, classCount: Int) throws {
      var random = CounterRandom(seed: seed, stream: 21)
      counts = (0..<classCount).map { _ in 1 + random.nextIndex(below: 4) }
      func isCommon(_ feature: Int) -> Bool { feature % 8 == 0 }
      let count = featureCount
      lanes = (0..<counts.reduce(0, +)).map { _ in
        let columns = (0..<count).filter { random.nextUnit() < (isCommon($0) ? 0.7 : 0.04) }
        return PrototypeVector(
          columns: columns.map { UInt32($0) }, values: columns.map { _ in random.nextUnit() * 3 - 1 })
      }
      let biases = seed % 3 == 0 ? lanes.map { _ in Float(random.nextUnit() - 1) } : nil
      weights = try WeightLists(
        lanes.map { ($0, 1) },
        classStarts: counts.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1)) },
        featureCount: featureCount, biases: biases)
      rows = (0..<60).map { _ in
        (0..<count).map { random.nextUnit() < (isCommon($0) ? 0.3 : 0.1) ? Float(random.nextUnit()) : 0 }
      }
      classes = rows.map { _ in Int32(random.nextIndex(below: classCount)) }
    }

    var classOfLane: [Int32] {
      counts.indices.flatMap { [Int32](repeating: Int32($0), count: counts[$0]) }
    }

    var classStarts: [Int64] { counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int64($1)) } }

    func withSet(_ body: (TrainingSet) throws -> Void) throws {
      try TestRows.features(rows, isSparse: true).withRows { view in
        try body(
          TrainingSet(
            view, norms: try RowNorms(of: view, distance: .cosine, workers: 1), classes: classes,
            classCount: counts.count))
      }
    }

    func weight(_ feature: Int, _ lane: Int) -> Float { weights.weight(feature: feature, lane: lane) }
  }

  /// Moves of a few classes, each with all its lanes, along a document.
  private func move(_ problem: Problem, _ set: TrainingSet, seed: UInt64, parts: Int) {
    var random = CounterRandom(seed: seed, stream: 22)
    let starts = problem.classStarts
    for document in 0..<20 {
      var chosen: Set<Int> = []
      while chosen.count < min(3, problem.counts.count) {
        chosen.insert(random.nextIndex(below: problem.counts.count))
      }
      let moves = chosen.sorted().flatMap { index in
        (starts[index]..<starts[index + 1]).map {
          fk_refine_move(lane: UInt32($0), factor: Float(random.nextUnit() * 2 - 1))
        }
      }
      for part in 0..<parts {
        set.withRow(document) { columns, values in
          problem.weights.move(
            moves, moves.count, along: columns, values, rate: 0.5, rates: nil, part: part, parts: parts)
        }
      }
    }
  }

  private func check(_ seed: UInt64, classCount: Int) throws {
    let problem = try Problem(seed: seed, classCount: classCount)
    try problem.withSet { set in
      move(problem, set, seed: seed, parts: 1 + Int(seed % 3))
      if seed % 2 == 0 { problem.weights.tighten(workers: 1) }
      let scratch = try WeightLists.Scratch(problem.weights)
      let (classOfLane, starts) = (problem.classOfLane, problem.classStarts)
      let parts = classOfLane.map { _ in Float(0.3) }
      for document in 0..<Int32(problem.rows.count) {
        scratch.score([document], of: set)
        let scores = scratch.scores
        var loss = fk_refine_loss(margin: 1, sharpness: 4, cooperation: 0.7, least_pull: 0.05)
        var (wanted, found) = (fk_refine_contest(), fk_refine_contest())
        var members: [Int32] = [-1, -1]
        parts.withUnsafeBufferPointer { parts in
          members.withUnsafeMutableBufferPointer { members in
            func question(_ which: Int) -> fk_refine_document {
              fk_refine_document(
                scale: set.scale(of: Int(document)), own_class: problem.classes[Int(document)],
                own_part: seed % 5 == 0 ? nil : parts.baseAddress, weight: 1,
                member: members.baseAddress.map { $0 + which })
            }
            var first = question(0)
            fk_refine_find(scores, classOfLane.count, classOfLane, starts, &first, &loss, &wanted)
            var second = question(1)
            _ = scratch.find(document, of: set, &second, loss, &found)
          }
        }
        #expect(members[0] == members[1])
        #expect(found.own == wanted.own && found.own_score == wanted.own_score, "seed \(seed)")
        #expect(found.count == wanted.count, "seed \(seed), document \(document)")
        let (foundLanes, wantedLanes) = (lanes(found), lanes(wanted))
        #expect(foundLanes == wantedLanes, "seed \(seed), document \(document)")
      }
    }
  }

  /// The rivals' lanes and the bits of their scores.
  private func lanes(_ contest: fk_refine_contest) -> [[UInt32]] {
    let lanes = [contest.lane.0, contest.lane.1, contest.lane.2, contest.lane.3]
    let scores = [contest.score.0, contest.score.1, contest.score.2, contest.score.3]
    return (0..<Int(contest.count)).map { [lanes[$0], scores[$0].bitPattern] }
  }

  @Test func boundsFindTheRivalsThatScoresFind() throws {
    for seed in 0..<12 as Range<UInt64> { try check(seed, classCount: seed < 8 ? 300 : 1 + Int(seed)) }
  }

  /// In a separate process for each level: the level is one for the whole process.
  @Test(arguments: [FK_SIMD_SCALAR, FK_SIMD_AVX2, FK_SIMD_AVX512, FK_SIMD_NEON].map { Int32($0) })
  func everyInstructionSetAgrees(_ level: Int32) async {
    guard fk_simd_is_supported(level) != 0 else { return }
    await #expect(processExitsWith: .success) { [level = level as Int32] in
      #expect(fk_simd_force(level) == 0)
      for seed in 50..<54 as Range<UInt64> { try WeightListsTests().check(seed, classCount: 300) }
    }
  }

  @Test func scoresAndMovesAreWhatTheirDefinitionsSay() throws {
    for seed in [1, 2] as [UInt64] {
      let problem = try Problem(seed: seed, classCount: 120)
      try problem.withSet { set in
        var wanted = problem.lanes.map { lane in
          var dense = [Float](repeating: 0, count: problem.featureCount)
          for (column, value) in zip(lane.columns, lane.values) { dense[Int(column)] = Float(value) }
          return dense
        }
        move(problem, set, seed: seed, parts: 2)
        // The same moves, one weight at a time.
        var random = CounterRandom(seed: seed, stream: 22)
        for document in 0..<20 {
          var chosen: Set<Int> = []
          while chosen.count < 3 { chosen.insert(random.nextIndex(below: problem.counts.count)) }
          for index in chosen.sorted() {
            for lane in problem.classStarts[index]..<problem.classStarts[index + 1] {
              let factor = Float(random.nextUnit() * 2 - 1)
              for (feature, value) in problem.rows[document].enumerated() where value != 0 {
                wanted[Int(lane)][feature] += 0.5 * value * factor
              }
            }
          }
        }
        for lane in wanted.indices {
          for feature in 0..<problem.featureCount {
            #expect(abs(problem.weight(feature, lane) - wanted[lane][feature]) < 1e-5, "seed \(seed)")
          }
        }
        let scratch = try WeightLists.Scratch(problem.weights)
        scratch.score([7], of: set)
        for lane in wanted.indices {
          let score = zip(problem.rows[7], wanted[lane]).reduce(0) { $0 + $1.0 * $1.1 }
          #expect(abs(scratch.scores[lane] - score) < 1e-4, "seed \(seed)")
        }
      }
    }
  }

  /// Weights that count as 0 score as if they were dropped.
  @Test func smallWeightsCountAsDropped() throws {
    let problem = try Problem(seed: 4, classCount: 200)
    try problem.withSet { set in
      let least = problem.weights.least(keeping: 0.4)
      let before = problem.weights.weightCount
      let scratch = try WeightLists.Scratch(problem.weights)
      scratch.score(Array(0..<30)[...], of: set, least: least)
      let judged = scratch.scores
      problem.weights.drop(below: least)
      scratch.score(Array(0..<30)[...], of: set)
      #expect(scratch.scores == judged)
      let share = Double(problem.weights.weightCount) / Double(before)
      #expect(abs(share - 0.4) < 0.01, "\(share)")
    }
  }
}

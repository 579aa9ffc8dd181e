import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct RefineKernelTests {
  /// In a separate process for each level: the level is one for the whole process.
  @Test(arguments: supportedLevels) func everyLevelAnswersByItsDefinition(_ level: Int32) async {
    await #expect(processExitsWith: .success) { [level = level as Int32] in
      #expect(fk_simd_force(level) == 0)
      RefineKernelChecks.scores()
      for seed in 0..<400 as Range<UInt64> {
        RefineKernelChecks.moves(seed: seed)
        RefineKernelChecks.rivals(seed: seed)
      }
    }
  }

  @Test func furtherMovesThanThereIsRoomForAreLeftOut() {
    let score: [Float] = [0, 0, 0, 1, 1, 1, 1]
    let whole = refineMoves(score, counts: [3, 4], own: 0, capacity: 7)
    #expect(whole.moves.count == 7)
    for capacity in 0...7 {
      let cut = refineMoves(score, counts: [3, 4], own: 0, capacity: capacity)
      #expect(cut.moves.map(\.lane) == Array(whole.moves.map(\.lane).prefix(capacity)))
      #expect(cut.loss == whole.loss)
    }
  }

  @Test func aSingleClassHasNoRival() {
    for count in [1, 7, 8, 9, 65] {
      let step = refineMoves(fractions(count, seed: 3), counts: [count], own: 0, capacity: 100)
      #expect(step.moves.isEmpty)
      #expect(step.loss == 0)
      #expect(step.isRight)
    }
  }

  /// Classes compete, each by its best prototype.
  @Test func anotherPrototypeOfARivalClassIsNoRival() {
    let alone = refineMoves([1, 0.5], counts: [1, 1], own: 0, cooperation: 0, capacity: 9)
    let joined = refineMoves([1, 0.2, 0.5, 0.4], counts: [1, 3], own: 0, cooperation: 0, capacity: 9)
    #expect(joined.loss == alone.loss)
    #expect(joined.moves.map(\.lane) == [0, 2])
    #expect(joined.moves.map(\.factor) == alone.moves.map(\.factor))
  }

  @Test func aClassWithoutPrototypesLearnsNothing() {
    let step = refineMoves([1, 2], counts: [1, 0, 1], own: 1, capacity: 100)
    #expect(step.moves.isEmpty)
  }

  @Test func scoresThatAreNoNumbersAreNoSuccess() {
    for broken in [Float.nan, .infinity, -.infinity] {
      let step = refineMoves([broken, 0], counts: [1, 1], own: 0, capacity: 100)
      #expect(step.moves.isEmpty)
      #expect(!step.loss.isFinite)
      #expect(!step.isRight)
    }
  }

  @Test func tiesCountAgainstADocumentUnlessItsLaneComesFirst() {
    #expect(refineMoves([1, 1], counts: [1, 1], own: 0, capacity: 9).isRight)
    #expect(!refineMoves([1, 1], counts: [1, 1], own: 1, capacity: 9).isRight)
  }
}

struct RefineStep {
  var moves: [(lane: Int, factor: Float)]
  var loss: Float
  var isRight: Bool
}

/// `fk_refine_find` and `fk_refine_moves` with arrays.
func refineMoves(
  _ score: [Float], scale: Float = 1, counts: [Int], own: Int, cooperation: Float = 0.5, capacity: Int
) -> RefineStep {
  let starts = counts.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1)) }
  let classes = counts.indices.flatMap { [Int32](repeating: Int32($0), count: counts[$0]) }
  var parameters = fk_refine_loss(margin: 1, sharpness: 4, cooperation: cooperation, least_pull: 0.05)
  var document = fk_refine_document(
    scale: scale, own_class: Int32(own), own_part: nil, weight: 1, member: nil)
  var contest = fk_refine_contest()
  fk_refine_find(score, classes.count, classes, starts, &document, &parameters, &contest)
  // One more than there is room for, to see that it stays untouched.
  var moves = [fk_refine_move](repeating: fk_refine_move(lane: 12345, factor: 0), count: capacity + 1)
  var (loss, right): (Float, Int32) = (0, 0)
  let count = fk_refine_moves(
    &contest, classes, starts, &parameters, &moves, capacity, &loss, &right)
  #expect(moves[capacity].lane == 12345)
  return RefineStep(
    moves: moves.prefix(count).map { (Int($0.lane), $0.factor) }, loss: loss, isRight: right != 0)
}

/// The kernels against their definitions, at the level in force.
enum RefineKernelChecks {
  /// Which classes are rivals, and by which lane: scores with ties and with NaN among them, at odd scales.
  static func rivals(seed: UInt64) {
    var random = CounterRandom(seed: seed, stream: 9)
    let counts = (0..<2 + random.nextIndex(below: 60)).map { _ in 1 + random.nextIndex(below: 5) }
    let own = random.nextIndex(below: counts.count)
    let classes = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let levels = [3, 40, 1_000_000][random.nextIndex(below: 3)]
    let scale = [0.37, 1, 1e-3, 3.3e7][random.nextIndex(below: 4)] as Float
    let scores = classes.map { _ in
      random.nextUnit() < 0.02
        ? Float.nan : 3 * Float(random.nextIndex(below: levels)) / Float(levels) / scale
    }
    guard let best = scores.indices.filter({ classes[$0] == own }).first, !scores[best].isNaN else { return }
    let found = refineMoves(
      scores, scale: scale, counts: counts, own: own, cooperation: 0, capacity: 9)
    let wanted = rivalLanes(scores, classes, own: own, scale: scale)
    // A pull too weak for a step does nothing; else the own class's lane comes first.
    guard !found.moves.isEmpty else { return }
    #expect(found.moves.dropFirst().map(\.lane) == wanted, "seed \(seed)")
  }

  /// The definition: each other class's first best lane above the threshold, the best of these first.
  private static func rivalLanes(
    _ scores: [Float], _ classes: [Int], own: Int, scale: Float
  ) -> [Int] {
    var ownBest = -Float.infinity
    var isFirst = true
    for lane in scores.indices where classes[lane] == own {
      if isFirst || scores[lane] > ownBest { ownBest = scores[lane] }
      isFirst = false
    }
    let threshold = (ownBest * scale - 1 + Float(naturalLogarithm(0.05)) / 4) / scale
    var bests: [(lane: Int, score: Float)] = []
    for lane in scores.indices where classes[lane] != own && scores[lane] > threshold {
      let score = scores[lane] * scale
      if let last = bests.last, classes[last.lane] == classes[lane] {
        if score > last.score { bests[bests.count - 1] = (lane, score) }
      } else {
        bests.append((lane, score))
      }
    }
    let order = bests.sorted { $0.score != $1.score ? $0.score > $1.score : $0.lane < $1.lane }
    return order.prefix(Int(FK_REFINE_RIVALS)).map(\.lane)
  }

  static func scores() {
    for stride in [8, 16, 24, 32, 40, 64, 72, 120, 128, 136, 256, 264, 504, 520] {
      for count in [0, 1, 5, 6, 7, 20] {
        let table = wholeNumbers(25 * stride, seed: UInt64(stride))
        let values = wholeNumbers(count, seed: UInt64(count))
        let columns = (0..<count).map { UInt32(24 - $0) }
        var found = [Float](repeating: .nan, count: stride + 1)
        fk_refine_scores(columns, values, count, table, stride, &found)
        let wanted = (0..<stride).map { lane in
          (0..<count).reduce(Float(0)) { $0 + values[$1] * table[Int(columns[$1]) * stride + lane] }
        }
        #expect(Array(found.dropLast()) == wanted, "stride \(stride), count \(count)")
        #expect(found[stride].isNaN, "written beyond the end")
      }
    }
  }

  /// Random scores without near ties, own class anywhere.
  static func moves(seed: UInt64) {
    var random = CounterRandom(seed: seed, stream: 8)
    let counts = (0..<1 + random.nextIndex(below: 12)).map { _ in
      1 + random.nextIndex(below: seed % 5 == 0 ? 40 : 4)
    }
    let own = [0, counts.count - 1, random.nextIndex(below: counts.count)][random.nextIndex(below: 3)]
    let lanes = counts.reduce(0, +)
    // Distinct multiples of 1/64, and a scale that is a power of two: all comparisons are exact.
    var ranks = Array(0..<lanes)
    ranks.shuffle(using: &random)
    let spread = Float([1, 8, 64][random.nextIndex(below: 3)])
    let scale: Float = [0.25, 1, 4][random.nextIndex(below: 3)]
    let scores = ranks.map { Float($0) / spread + 0.25 }
    let found = refineMoves(
      scores.map { $0 / scale }, scale: scale, counts: counts, own: own, cooperation: 0.7,
      capacity: 9 * (counts.max() ?? 1))
    let classes = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let wanted = definition(scores, classes, own: own)
    #expect(found.isRight == wanted.isRight, "seed \(seed)")
    #expect(abs(Double(found.loss) - wanted.loss) < 1e-4 * (1 + wanted.loss), "seed \(seed)")
    #expect(found.moves.map(\.lane) == wanted.moves.map(\.lane), "seed \(seed)")
    for (found, wanted) in zip(found.moves, wanted.moves) {
      #expect(abs(Double(found.factor) - wanted.factor) < 1e-5, "seed \(seed)")
    }
  }

  /// One feature of value 1 makes the twin's weights the scores.
  private static func definition(
    _ scores: [Float], _ classes: [Int], own: Int
  ) -> RefinementTwin.Step {
    var twin = RefinementTwin(
      recipe: .oneRate.lasting(1),
      weights: scores.map { [Double($0)] }, biases: nil, classOfLane: classes)
    let document = RefinementTwin.Document(terms: [(0, 1)], scale: 1, classIndex: own, weight: 1)
    return twin.learn([document], rate: 0)[0]
  }
}

import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Heavy documents are met several times instead of making one large step.
@Suite struct RefinementVisitsTests {
  @Test func everyDocumentIsMetWithAllOfItsWeight() {
    let weights: [Float] = [0.25, 1, 2, 2.5, 40, 0]
    let visits = RefinementVisits(weights)
    let documents: [Int32] = [0, 1, 2, 3, 4, 5]
    let met = visits.repeating(documents)
    for document in documents {
      let count = met.count { $0 == document }
      #expect(count == visits.count(of: document))
      #expect(visits.weightOfVisit(to: document) <= RefinementVisits.largestWeight)
      #expect(abs(visits.weightOfVisit(to: document) * Float(count) - weights[Int(document)]) < 1e-5)
    }
    #expect(RefinementVisits(nil).repeating(documents) == documents)
  }

  /// Two overlapping classes, one with a fiftieth of the rows: weights that make them equal find nearly as many of the one as
  /// of the other.
  @Test func balancedWeightsMoveTheBoundary() throws {
    var random = CounterRandom(seed: 4, stream: 31)
    func draw(_ count: Int) -> (rows: [[Float]], classes: [Int]) {
      let classes = (0..<count).map { $0 % 50 == 0 ? 1 : 0 }
      let rows = classes.map { label -> [Float] in
        (0..<6).map { column in
          let noise = (0..<6).reduce(Float(-3)) { sum, _ in sum + Float(random.nextUnit()) }
          return 4 + noise + (label == 1 && column < 2 ? 1 : 0) - (label == 1 && column > 3 ? 1 : 0)
        }
      }
      return (rows, classes)
    }
    let (rows, classes) = draw(3000)
    let (new, truth) = draw(3000)
    func recalls(_ weights: [Double]?) throws -> (rare: Double, usual: Double) {
      var classifier = try FastKMeansClassifier<Int>()
      try classifier.fit(
        TestRows.features(rows, isSparse: false), labels: classes, sampleWeights: weights)
      let answers = try classifier.model.classify(TestRows.features(new, isSparse: false)).map(\.label)
      func recall(_ label: Int) -> Double {
        let own = truth.indices.filter { truth[$0] == label }
        return Double(own.count { answers[$0] == label }) / Double(own.count)
      }
      return (recall(1), recall(0))
    }
    let plain = try recalls(nil)
    let balanced = try recalls(classes.map { $0 == 1 ? 25 : 25.0 / 49 })
    #expect(balanced.rare > plain.rare + 0.2 || plain.rare > 0.7, "\(plain) \(balanced)")
    #expect((balanced.rare + balanced.usual) / 2 > 0.75, "\(plain) \(balanced)")
  }
}

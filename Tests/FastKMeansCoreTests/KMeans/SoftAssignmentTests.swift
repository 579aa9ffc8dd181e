import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Soft assignment keeps the prototypes of a class apart: a class of several clusters gets one in each.
@Suite struct SoftAssignmentTests {
  /// Two classes of three clusters each, which lie around the origin in turn.
  private static func clusters(_ count: Int, seed: UInt64) -> (rows: [[Float]], classes: [Int]) {
    var random = CounterRandom(seed: seed, stream: 41)
    let corners: [[Float]] = [[9, 0], [5, 8], [-5, 8], [-9, 0], [-5, -8], [5, -8]]
    let places = (0..<count).map { $0 % 6 }
    let rows = places.map { place in
      corners[place].map { $0 + 2 * (Float(random.nextUnit()) + Float(random.nextUnit()) - 1) }
    }
    return (rows, places.map { $0 % 2 })
  }

  @Test(arguments: Distance.allCases, SoftAssignment.allCases)
  func prototypesStayApart(_ distance: Distance, _ rule: SoftAssignment) throws {
    let (rows, classes) = Self.clusters(600, seed: 1)
    var options = TrainingOptions()
    options.distance = distance
    options.softAssignment = rule
    options.refinement = .count(0)
    let features = try TestRows.features(rows, isSparse: false)
    var fitted = try FastKMeansClassifier<Int>(options)
    try fitted.fit(features, labels: classes)
    var streamed = try FastKMeansClassifier<Int>(options)
    for start in stride(from: 0, to: 600, by: 120) {
      try streamed.learn(
        TestRows.features(Array(rows[start..<start + 120]), isSparse: false),
        labels: Array(classes[start..<start + 120]))
    }
    let (new, truth) = Self.clusters(600, seed: 2)
    for model in [try fitted.model, try streamed.model] {
      let answers = try model.classify(TestRows.features(new, isSparse: false)).map(\.label)
      #expect(answers == truth)
      let set = model.storage.prototypes
      for classIndex in 0..<2 {
        let own = (0..<set.count).filter { Int(set.classIndices[$0]) == classIndex }.map { set.vector($0) }
        #expect(own.count == 3)
        for (index, one) in own.enumerated() {
          for other in own[(index + 1)...] {
            let cosine = one.dot(other) / (one.squaredNorm * other.squaredNorm).squareRoot()
            #expect(cosine < 0.2)
          }
        }
      }
    }
  }
}

import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// A few rows between two batches: answered from the weights that the stream moves, as the model answers.
@Suite struct FewRowsTests {
  private static func answers(_ rows: Features, _ classifier: FastKMeansClassifier<Int>) throws -> [Int32]? {
    try rows.withRows { try classifier.learner.predictedClasses($0) }
  }

  private static func modelAnswers(
    _ rows: Features, _ classifier: FastKMeansClassifier<Int>
  ) throws -> [Int32] {
    try rows.withRows { try ClassScoring(classifier.model.storage).predictedClasses($0) }
  }

  @Test(arguments: Distance.allCases, [true, false])
  func theyAreTheModels(distance: Distance, isSparse: Bool) throws {
    for seed in 0..<6 as Range<UInt64> {
      var options = TrainingOptions()
      options.distance = distance
      options.prototypesPerClass = 1 + Int(seed % 3)
      // Weights that the model leaves out, so that both leave them out.
      options.truncationThreshold = seed % 2 == 0 ? 0.05 : 1e-6
      let (rows, classes) = TestRows.clustered(rows: 240, width: 9, classes: 5, subtopics: 2, seed: seed)
      // The last class comes late, and a class is taken out on the way.
      let order = rows.indices.sorted { (classes[$0] / 4, $0) < (classes[$1] / 4, $1) }
      var classifier = try FastKMeansClassifier<Int>(options)
      var compared = 0
      for first in stride(from: 0, to: order.count, by: 30) {
        let batch = order[first..<min(order.count, first + 30)]
        try classifier.learn(
          TestRows.features(batch.map { rows[$0] }, isSparse: isSparse), labels: batch.map { classes[$0] })
        if first == 90 { try classifier.removeClass(1) }
        let asked = try TestRows.features(Array(rows[first..<first + 20]), isSparse: isSparse)
        guard let answers = try Self.answers(asked, classifier) else { continue }
        compared += 1
        #expect(answers == (try Self.modelAnswers(asked, classifier)), "seed \(seed), batch at \(first)")
      }
      #expect(compared > 4, "seed \(seed)")
    }
  }

  @Test func whatOnlyAModelTellsIsLeftToIt() throws {
    let rows: [[Float]] = [[1, 0.1, 0], [0.1, 1, 0], [0.9, 0, 0], [0, 0.8, 0]]
    let batch = try TestRows.features(rows, isSparse: true)
    var classifier = try FastKMeansClassifier<Int>()
    #expect(try Self.answers(batch, classifier) == nil, "nothing learned")
    try classifier.learn(batch, labels: [0, 1, 0, 1])
    #expect(try Self.answers(batch, classifier) == [0, 1, 0, 1])
    let unknown = try TestRows.features([[0, 0, 1]], isSparse: true)
    #expect(try Self.answers(unknown, classifier) == nil, "no known feature")
    let many = try TestRows.features([[Float]](repeating: rows[0], count: 65), isSparse: true)
    #expect(try Self.answers(many, classifier) == nil, "a model is worth its making")
    let narrow = try TestRows.features([[1, 0]], isSparse: true)
    #expect(throws: InputError.self) { try Self.answers(narrow, classifier) }
    var plain = TrainingOptions()
    plain.refinement = .count(0)
    var prototypes = try FastKMeansClassifier<Int>(plain)
    try prototypes.learn(batch, labels: [0, 1, 0, 1])
    #expect(try Self.answers(batch, prototypes) == nil, "no refined weights")
  }
}

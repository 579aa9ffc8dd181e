import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// An explanation's parts add up to the scores that decided.
@Suite struct ExplanationTests {
  /// The score of every prototype in double precision, from the model's own numbers.
  private static func plainScores(_ row: [Float], _ model: ClassifierModel<Int>) -> [Double] {
    let storage = model.storage
    let weights = storage.refined?.weights ?? storage.prototypes
    let isCosine = model.options.distance == .cosine
    let length = row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let unit = isCosine ? (length > 0 ? 1 / length : 0) : 1
    return (0..<weights.count).map { prototype in
      let dot = weights.row(prototype).reduce(0.0) { $0 + Double(row[$1.column]) * $1.value }
      let bias =
        storage.refined.map { Double($0.biases?[prototype] ?? 0) }
        ?? (isCosine ? 0 : -storage.squaredNorms[prototype] / 2)
      return unit * dot + bias
    }
  }

  private static func check(_ test: TrainingCase, refinement: RefinementEpochs) throws {
    var test = test
    test.options.refinement = refinement
    let model = try test.fitted().classifier.model
    let features = try test.features()
    let explanations = try model.explain(features)
    let answers = try model.classify(features)
    #expect(explanations.count == test.rows.count)
    for (row, (explanation, answer)) in zip(explanations, answers).enumerated() {
      let scores = plainScores(test.rows[row], model)
      let owners = model.prototypes.classIndices.map { model.classes[Int($0)] }
      let place: Comment = "seed \(test.seed), row \(row)"
      let size = scores.map(\.magnitude).reduce(1, max)
      let best = try #require(scores.max())
      #expect(abs(explanation.winner.score - best) < 1e-4 * size, place)
      #expect(explanation.winner.label == answer.best.label, place)
      #expect(explanation.winner.prototype == answer.best.prototype, place)
      #expect(explanation.isRejected == answer.isRejected, place)
      let rivals = zip(scores, owners).filter { $0.1 != explanation.winner.label }.map(\.0)
      let rival = try #require(explanation.rival)
      #expect(abs(rival.score - (rivals.max() ?? .nan)) < 1e-4 * size, place)
      let lead = explanation.leads().reduce(rival.bias.distance(to: explanation.winner.bias)) { $0 + $1.lead }
      #expect(abs(lead - (explanation.winner.score - rival.score)) < 1e-6 * size, place)
      #expect((0...1.000001).contains(explanation.knownShare), place)
      for (first, second) in zip(
        explanation.winner.contributions, explanation.winner.contributions.dropFirst())
      {
        #expect(first.product.magnitude >= second.product.magnitude, place)
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func partsAddUpToTheScores(seed: UInt64) throws {
    try Self.check(TrainingCase(seed: seed), refinement: .count(0))
    try Self.check(TrainingCase(seed: seed), refinement: .count(2))
  }

  @Test func wordsThatDecidedComeFirst() throws {
    // Feature 0 is common to both classes, 1 belongs to class 7, 2 to class 9.
    let rows: [[Float]] = [[1, 3, 0], [1, 2, 0], [1, 0, 3], [1, 0, 2]]
    var options = TrainingOptions.prototypesOnly
    options.prototypesPerClass = 1
    var classifier = try FastKMeansClassifier<Int>(options)
    _ = try classifier.fit(TestRows.features(rows, isSparse: true), labels: [7, 7, 9, 9])
    let document = try TestRows.features([[2, 1, 0]], isSparse: true)
    let explanation = try #require(try classifier.model.explain(document).first)
    #expect(explanation.winner.label == 7)
    #expect(explanation.rival?.label == 9)
    #expect(explanation.leads().first?.feature == 1)
    #expect(explanation.winner.positionInClass == 0)
    #expect(explanation.winner.mass == 2)
    #expect(abs(explanation.knownShare - 1) < 1e-6)
  }

  @Test func anEmptyDocumentHasNoWords() throws {
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions.prototypesOnly)
    _ = try classifier.fit(TestRows.features([[1, 0], [0, 1]], isSparse: true), labels: [3, 4])
    let document = try TestRows.features([[0, 0]], isSparse: true)
    let explanation = try #require(try classifier.model.explain(document).first)
    #expect(explanation.rival?.contributions.isEmpty == true)
    #expect(explanation.isRejected)
    #expect(explanation.winner.contributions.isEmpty)
    #expect(explanation.knownShare == 0)
  }

  @Test func aWrongWidthIsRefused() throws {
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions.prototypesOnly)
    _ = try classifier.fit(TestRows.features([[1, 0], [0, 1]], isSparse: true), labels: [3, 4])
    let model = try classifier.model
    #expect(throws: InputError.featureCountMismatch(expected: 2, found: 3)) {
      try model.explain(TestRows.features([[1, 0, 0]], isSparse: true))
    }
  }
}

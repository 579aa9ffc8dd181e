import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// A document that has nothing a model knows gets the most frequent class, with its share.
@Suite struct UnknownDocumentTests {
  /// Class 2 has half of the rows; the last two features occur in none.
  private static func fitted(isSparse: Bool, refined: Bool) throws -> ClassifierModel<Int> {
    let drawn = TestRows.clustered(rows: 80, width: 10, classes: 4, density: 0.5, seed: 3)
    let classes = drawn.classes.indices.map { $0 % 2 == 0 ? 2 : drawn.classes[$0] }
    var options = TrainingOptions()
    options.refinement = refined ? .count(2) : .count(0)
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(
      TestRows.features(drawn.rows.map { $0 + [0, 0] }, isSparse: isSparse), labels: classes)
    return try classifier.model
  }

  @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
  func theMostFrequentClassIsAnswered(isSparse: Bool, refined: Bool) throws {
    let model = try Self.fitted(isSparse: isSparse, refined: refined)
    let known = [1] + [Float](repeating: 0, count: 11)
    let blank = [Float](repeating: 0, count: 12)
    let strange = isSparse ? blank.dropLast() + [3] : blank
    let rows = try TestRows.features([blank, strange, known, blank], isSparse: isSparse)
    let answers = try model.classify(rows, top: 4)
    let probabilities = try model.probabilities(of: rows).values
    let predicted = try model.predictedClassIndices(rows)
    let counts = model.storage.priors.shares
    #expect(abs(counts.reduce(0, +) - 1) < 1e-6 && counts.max() == counts[2])
    for row in [0, 1, 3] {
      #expect(answers[row].isRejected)
      #expect(answers[row].label == 2 && predicted[row] == 2)
      #expect(answers[row].confidence == counts[2])
      #expect(answers[row].classes.map(\.confidence) == counts.sorted(by: >))
      #expect(Array(probabilities[row * 4..<row * 4 + 4]) == counts)
    }
    #expect(!answers[2].isRejected)
    #expect(answers[2].confidence == probabilities[8..<12].max())
  }
}

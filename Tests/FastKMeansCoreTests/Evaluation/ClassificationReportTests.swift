import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite("Classification report")
struct ClassificationReportTests {
  /// Three classes; by hand: class 0 has tp 2, fp 1, fn 1; class 1 tp 1, fp 1, fn 1; class 2 tp 1, fp 1, fn 1.
  private let truth = [0, 0, 0, 1, 1, 2, 2]
  private let predicted = [0, 0, 1, 1, 2, 2, 0]

  @Test func countsByHand() throws {
    let report = try ClassificationReport(truth: truth, predicted: predicted)
    #expect(report.documentCount == 7)
    #expect(report.correctCount == 4)
    #expect(report.accuracy == 4.0 / 7)
    #expect(report.classes.map(\.precision) == [2.0 / 3, 0.5, 0.5])
    #expect(report.classes.map(\.recall) == [2.0 / 3, 0.5, 0.5])
    #expect(report.classes.map(\.f1) == [4.0 / 6, 0.5, 0.5])
    #expect(abs(report.macroF1 - (4.0 / 6 + 0.5 + 0.5) / 3) < 1e-15)
    #expect(report.microF1 == 4.0 / 7)
    #expect(report.classes.map(\.support) == [3, 2, 2])
  }

  @Test func meansOverClassesThatOccurOrArePredicted() throws {
    // Class 5 occurs and is never predicted; class 7 is predicted and never occurs; both have F1 0, class 6 none.
    let report = try ClassificationReport(truth: [0, 0, 5], predicted: [0, 7, 0])
    #expect(report.classes.map(\.classIndex) == [0, 5, 7])
    #expect(report.classes.map(\.f1) == [0.5, 0, 0])
    #expect(report.classes.map(\.precision) == [0.5, 0, 0])
    #expect(report.classes.map(\.recall) == [0.5, 0, 0])
    #expect(abs(report.macroF1 - 0.5 / 3) < 1e-15)
  }

  @Test func listsConfusionsByCount() throws {
    let report = try ClassificationReport(truth: [0, 0, 1, 1, 2, 2], predicted: [1, 1, 0, 2, 0, 2])
    let pairs = report.confusions.map { [$0.truth, $0.predicted, $0.count] }
    #expect(pairs == [[0, 1, 2], [1, 0, 1], [1, 2, 1], [2, 0, 1]])
  }

  @Test func refusesWhatCannotBeJudged() {
    #expect(throws: InputError.noRows) { try ClassificationReport(truth: [], predicted: []) }
    #expect(throws: InputError.lengthMismatch(what: "predicted classes", expected: 2, found: 1)) {
      try ClassificationReport(truth: [0, 1], predicted: [0])
    }
    #expect(throws: InputError.self) { try ClassificationReport(truth: [0, -1], predicted: [0, 0]) }
  }

  @Test func agreesWithAConfusionMatrix() throws {
    for seed in UInt64(1)...20 {
      var random = CounterRandom(seed: seed, stream: 1, step: 0)
      let truth = (0..<200).map { _ in Int(random.next() % 7) }
      let predicted = truth.map { random.next() % 2 == 0 ? $0 : Int(random.next() % 9) }
      let report = try ClassificationReport(truth: truth, predicted: predicted)
      var matrix = [[Int]](repeating: [Int](repeating: 0, count: 9), count: 9)
      for (actual, given) in zip(truth, predicted) { matrix[actual][given] += 1 }
      for metrics in report.classes {
        let index = metrics.classIndex
        #expect(metrics.support == matrix[index].reduce(0, +), "seed \(seed)")
        #expect(metrics.predictedCount == matrix.reduce(0) { $0 + $1[index] }, "seed \(seed)")
        #expect(metrics.correctCount == matrix[index][index], "seed \(seed)")
      }
      #expect(report.confusions.reduce(0) { $0 + $1.count } == 200 - report.correctCount, "seed \(seed)")
    }
  }
}

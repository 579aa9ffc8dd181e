import FastKMeansCore
import FastKMeansTestSupport
import Foundation
import Testing

/// Reference mode against numbers that the reference implementation made.
///
/// `FASTKMEANS_GOLDEN_DIR=DIR swift test --filter Golden` runs the same over another folder.
@Suite struct GoldenTests {
  /// Single precision on both sides, over three batches.
  static let tolerance = 2e-4

  static var files: [URL] {
    get throws {
      if let folder = ProcessInfo.processInfo.environment["FASTKMEANS_GOLDEN_DIR"] {
        return try Golden.files(in: URL(fileURLWithPath: folder))
      }
      return try Golden.files(in: Bundle.module.bundleURL.appendingPathComponent("Golden"))
    }
  }

  @Test func findsGoldenFiles() throws {
    #expect(try !Self.files.isEmpty)
  }

  @Test(arguments: try files) func followsTheReference(file: URL) throws {
    let golden = try Golden(contentsOf: file)
    for threads in [1, 3] { try check(golden, threads: threads) }
  }

  private func check(_ golden: Golden, threads: Int) throws {
    var options = try golden.options()
    options.threadCount = threads
    var classifier = try FastKMeansClassifier<Label>(options)
    for (number, step) in golden.steps.enumerated() {
      let rows = step.rows[0]..<step.rows[1]
      let seeds = step.initial.flatMap { $0.labels.isEmpty ? nil : $0 }
      let report = try classifier.learn(
        golden.features(golden.rows[rows]), labels: Array(golden.labels[rows]),
        initialization: seeds.map {
          .prototypes(try golden.features($0.prototypes), labels: $0.labels)
        })
      let place = "\(golden.name), step \(number)"
      #expect(report.mergedCount == step.mergedCount, "\(place)")
      #expect(report.prototypeCount == step.prototypeCount, "\(place)")
      #expect(abs(report.shift - step.shift) < Self.tolerance, "\(place): \(report.shift), \(step.shift)")
      try check(classifier.model, against: step, place: place)
    }
    try checkPredictions(of: classifier.model, golden)
  }

  /// Compares class by class: the order of classes is our own, the order within a class is the reference's.
  private func check(_ model: ClassifierModel<Label>, against step: Golden.Step, place: String) throws {
    let ours = model.prototypes.classIndices.map { model.classes[Int($0)] }
    #expect(ours.sorted() == step.labels.sorted(), "\(place)")
    for label in Set(ours) {
      let left = ours.indices.filter { ours[$0] == label }
      let right = step.labels.indices.filter { step.labels[$0] == label }
      for (prototype, expected) in zip(left, right) {
        #expect(abs(model.prototypes.masses[prototype] - step.weights[expected]) < Self.tolerance, "\(place)")
        var row = [Double](repeating: 0, count: model.featureCount)
        for (column, value) in model.prototypes.row(prototype) { row[column] = value }
        for (value, other) in zip(row, step.prototypes[expected]) {
          #expect(abs(value - other) < Self.tolerance, "\(place), prototype \(expected)")
        }
      }
    }
  }

  private func checkPredictions(of model: ClassifierModel<Label>, _ golden: Golden) throws {
    let test = try golden.features(golden.testRows)
    #expect(try model.predict(test) == golden.predictions, "\(golden.name)")
    let probabilities = try model.probabilities(of: test)
    for (row, expected) in golden.probabilities.enumerated() {
      for (column, value) in expected.enumerated() {
        let own = try #require(model.classes.firstIndex(of: golden.classes[column]))
        let found = probabilities.values[row * model.classes.count + own]
        #expect(abs(Double(found - value)) < Self.tolerance, "\(golden.name), row \(row), column \(column)")
      }
    }
  }
}

import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Counts that users give may be anything; what is made of them depends on the rows that are there.
@Suite struct CountLimitTests {
  private static let largest = Int(Int32.max)

  private func rows(isSparse: Bool) throws -> (Features, LabelColumn) {
    let drawn = TestRows.clustered(rows: 30, width: 6, classes: 2, density: isSparse ? 0.5 : 1, seed: 3)
    return (try TestRows.features(drawn.rows, isSparse: isSparse), LabelColumn(drawn.classes))
  }

  private static let changes: [@Sendable (inout TrainingOptions) -> Void] = [
    { $0.prototypesPerClass = largest }, { $0.prototypeCounts = .byPosition([largest, 1]) },
    { $0.prototypeCounts = .byLabel([.integer(0): largest, .integer(1): largest]) },
    { $0.batchSize = largest }, { $0.maxEpochs = largest }, { $0.automaticByteLimit = .max },
  ]

  @Test(arguments: changes.indices, [true, false])
  func theLargestCountsTrain(_ change: Int, isSparse: Bool) throws {
    let (rows, labels) = try rows(isSparse: isSparse)
    for refinement in [RefinementEpochs.count(0), .automatic] {
      var options = TrainingOptions()
      options.isPrototypeCountAutomatic = change == 5
      options.refinement = refinement
      Self.changes[change](&options)
      var fitted = try FastKMeansClassifier<Label>(options)
      try fitted.fit(rows, labels: labels)
      #expect((2...30).contains(try fitted.model.storage.prototypes.count))
      var streamed = try FastKMeansClassifier<Label>(options)
      for _ in 0..<3 { _ = try streamed.fitBatch(rows, labels: labels) }
      #expect((2...90).contains(try streamed.model.storage.prototypes.count))
    }
  }

  @Test(arguments: [1 << 31, 1 << 32, Int.max]) func largerCountsAreRefused(_ count: Int) {
    for (name, change) in [
      ("k_init", { $0.prototypesPerClass = count }), ("batch_size", { $0.batchSize = count }),
      ("max_iters", { $0.maxEpochs = count }),
      ("k_list", { $0.prototypeCounts = .byPosition([count, 1]) }),
      ("k_list", { $0.prototypeCounts = .byLabel(["a": count]) }),
    ] as [(String, (inout TrainingOptions) -> Void)] {
      var options = TrainingOptions()
      change(&options)
      let error = #expect(throws: OptionsError.self) { try options.validated() }
      #expect(error?.parameter == name)
      #expect(error?.value == "\(count)")
    }
  }
}

import CFastKMeans
import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// Rows in double and half precision, read where they lie, give the bits of the rows converted beforehand.
@Suite struct ValueTypeTests {
  @Test(arguments: UInt64(1)...24)
  func everyTypeFitsLikeTheConvertedRows(seed: UInt64) throws {
    var problem = TrainingCase(seed: seed)
    // Prototypes alone, refined ones, the reference mode.
    problem.options.refinement = seed % 3 == 0 ? .automatic : .count(seed % 3 == 1 ? 0 : 3)
    if seed % 8 == 5 {
      problem.options.mode = .reference
      problem.options.refinement = .count(0)
    }
    problem.rows = problem.rows.map { $0.map { HalfPrecision.float16(HalfPrecision.float16Bits($0)) } }
    let features = try problem.features()
    let expected = try answers(CallerRows(features), problem)
    for type in [FKM_FLOAT64, FKM_FLOAT16] {
      for columns in [FKM_INT32, FKM_INT64] {
        let rows = CallerRows(
          features, valueType: type, columnType: columns, gap: columns == FKM_INT64 ? 2 : 0,
          isReversed: seed % 2 == 0)
        #expect(
          try answers(rows, problem) == expected,
          "replay: seed \(seed), value type \(type), column type \(columns)")
      }
    }
  }

  private struct Answers: Equatable {
    var fitted: [UInt8]
    var continued: [UInt8]
    var predicted: [Int32]
    var probabilities: [Float]
    var scores: [Float]
  }

  private func answers(_ rows: CallerRows, _ problem: TrainingCase) throws -> Answers {
    let labels = CallerLabels(problem.classes)
    let classifier = try CallerClassifier(problem.options.callerText)
    try classifier.fit(rows, labels, weights: problem.weights)
    let model = try classifier.model()
    try classifier.fitBatch(rows, labels, weights: problem.weights)
    let count = problem.rows.count * problem.classCount
    var (probabilities, scores) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    var view = rows.rows
    try call { fkm_model_probabilities(model.handle, &view, 0, Int32(FKM_FLOAT32), &probabilities, $0) }
    try call {
      fkm_model_scores(model.handle, &view, 0, Int32(FKM_BY_CLASS), Int32(FKM_FLOAT32), &scores, $0)
    }
    return Answers(
      fitted: try model.bytes(), continued: try classifier.model().bytes(),
      predicted: try model.predict(rows), probabilities: probabilities, scores: scores)
  }

  /// A stride that leads out of the address space is no reason to stop.
  @Test func refusesStridesThatCannotBeAddressed() throws {
    let features = try TestRows.features([[1, 2], [3, 4], [5, 6]], isSparse: false)
    for stride in [1 << 48, -1 << 48] as [Int64] {
      var rows = CallerRows(features).changed {
        $0.row_stride = stride
        $0.row_count = 1 << 40
      }
      var labels = CallerLabels([0, 1, 1]).labels
      let classifier = try CallerClassifier()
      var error = fkm_error()
      error.struct_size = UInt32(MemoryLayout<fkm_error>.size)
      let status = fkm_classifier_fit(classifier.handle, &rows, &labels, nil, nil, nil, nil, &error)
      #expect(status == Int32(FKM_INVALID_ARGUMENT))
    }
  }
}

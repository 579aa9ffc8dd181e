import CFastKMeans
import FastKMeansCore
import FastKMeansFormats
import FastKMeansTestSupport
import Testing

/// The interface gives the Swift library's bits, whatever types the rows come in.
@Suite struct SameAsSwiftTests {
  @Test(arguments: UInt64(1)...30)
  func fittingAndAnsweringGiveTheSameBits(seed: UInt64) throws {
    let problem = TrainingCase(seed: seed)
    let features = try problem.features()
    var swift = try FastKMeansClassifier<Int>(problem.options)
    try swift.fit(features, labels: problem.classes, sampleWeights: problem.weights)

    let classifier = try CallerClassifier(problem.options.callerText)
    let rows = CallerRows(features)
    try classifier.fit(rows, CallerLabels(problem.classes), weights: problem.weights)
    let model = try classifier.model()
    let expected = try ModelFile.bytes(of: ModelContents(model: swift.model))
    #expect(try model.bytes() == expected, "replay: seed \(seed)")
    #expect(
      try model.predict(rows).map(Int.init) == swift.model.predictedClassIndices(features),
      "replay: seed \(seed)")
  }

  /// Halves hold these values exactly, so every type says the same.
  @Test(
    arguments: [FKM_FLOAT32, FKM_FLOAT64, FKM_FLOAT16],
    [(FKM_INT32, FKM_INT32), (FKM_INT64, FKM_INT32), (FKM_INT32, FKM_INT64), (FKM_INT64, FKM_INT64)])
  func everyTypeOfSparseRowsIsTheSame(valueType: Int, indexTypes: (columns: Int, offsets: Int)) throws {
    let (features, classes) = try Self.halves(isSparse: true)
    let expected = try Self.fitted(CallerRows(features), classes)
    let rows = CallerRows(
      features, valueType: valueType, columnType: indexTypes.columns, offsetType: indexTypes.offsets)
    #expect(try Self.fitted(rows, classes) == expected)
  }

  @Test(arguments: [FKM_FLOAT32, FKM_FLOAT64, FKM_FLOAT16], [(0, false), (3, false), (0, true), (5, true)])
  func everyTypeOfDenseRowsIsTheSame(valueType: Int, layout: (gap: Int, isReversed: Bool)) throws {
    let (features, classes) = try Self.halves(isSparse: false)
    let expected = try Self.fitted(CallerRows(features), classes)
    let rows = CallerRows(features, valueType: valueType, gap: layout.gap, isReversed: layout.isReversed)
    #expect(try Self.fitted(rows, classes) == expected)
  }

  private static func halves(isSparse: Bool) throws -> (Features, [Int]) {
    let clustered = TestRows.clustered(
      rows: 60, width: 9, classes: 3, density: isSparse ? 0.5 : 1, seed: 5)
    let rounded = clustered.rows.map { row in
      row.map { HalfPrecision.float16(HalfPrecision.float16Bits($0)) }
    }
    return (try TestRows.features(rounded, isSparse: isSparse), clustered.classes)
  }

  private static func fitted(_ rows: CallerRows, _ classes: [Int]) throws -> [UInt8] {
    let classifier = try CallerClassifier("{\"k_init\": 2, \"distance\": \"euclidean\"}")
    try classifier.fit(rows, CallerLabels(classes))
    return try classifier.model().bytes()
  }

  @Test func labelsByCodeAreTheSameAsOneARow() throws {
    let (features, classes) = try Self.halves(isSparse: true)
    let plain = try CallerClassifier()
    try plain.fit(CallerRows(features), CallerLabels(classes.map { 100 - $0 }))
    let coded = try CallerClassifier()
    try coded.fit(CallerRows(features), CallerLabels(distinct: [100, 99, 98], codes: classes))
    #expect(try coded.model().bytes() == plain.model().bytes())
  }

  @Test func textLabelsComeBackInTheirOrder() throws {
    let (features, classes) = try Self.halves(isSparse: true)
    let names = ["zebra", "äpfel", "apple"]
    let classifier = try CallerClassifier()
    try classifier.fit(CallerRows(features), CallerLabels(classes.map { names[$0] }))
    let model = try classifier.model()
    let info = try model.info()
    #expect(info.label_type == Int32(FKM_LABEL_TEXT))
    var text = [CChar](repeating: 0, count: Int(info.label_text_size))
    var offsets = [Int64](repeating: 0, count: 4)
    try call { fkm_model_copy_text_labels(model.handle, &text, &offsets, $0) }
    let found = (0..<3).map { index in
      String(
        decoding: text[Int(offsets[index])..<Int(offsets[index + 1])].map { UInt8(bitPattern: $0) },
        as: UTF8.self)
    }
    #expect(found == ["apple", "zebra", "äpfel"])
  }

  @Test func learningGoesOnAfterBytesAsIfItHadNeverStopped() throws {
    let (features, classes) = try Self.halves(isSparse: true)
    let (first, second) = (features.selectingRows(0..<40), features.selectingRows(40..<60))
    let labels = (CallerLabels(Array(classes[..<40])), CallerLabels(Array(classes[40...])))
    let whole = try CallerClassifier()
    try whole.fit(CallerRows(first), labels.0)
    let stored = try whole.model().bytes()
    try whole.fitBatch(CallerRows(second), labels.1)

    let read = CallerModel(
      try Owned(fkm_model_free) { fkm_model_from_bytes(stored, Int64(stored.count), -1, $0, $1) })
    let resumed = try CallerClassifier(resuming: read)
    try resumed.fitBatch(CallerRows(second), labels.1)
    #expect(try resumed.model().bytes() == whole.model().bytes())
  }
}

import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Audits and sets of classes through the interface as through the library.
@Suite struct AuditTests {
  private let features: Features
  private let classes: [Int]

  init() throws {
    let clustered = TestRows.clustered(
      rows: 300, width: 30, classes: 4, subtopics: 1, density: 0.4, seed: 12)
    var rows = clustered.rows
    rows[9] = rows[4]
    features = try TestRows.features(rows, isSparse: true)
    var classes = clustered.classes
    for row in [20, 77, 140] { classes[row] = (classes[row] + 1) % 4 }
    self.classes = classes
  }

  @Test func labelsAreAuditedAsByTheLibrary() throws {
    let (rows, labels) = (CallerRows(features), CallerLabels(classes))
    let expected = try features.withRows {
      try LabelAudit($0, labels: LabelColumn(classes), options: TrainingOptions())
    }
    var (suggested, margins) = ([Int32](repeating: -9, count: 300), [Float](repeating: -9, count: 300))
    var (confidences, probable) = ([Float](repeating: -9, count: 300), [UInt8](repeating: 9, count: 300))
    var columns = [Int64](repeating: -9, count: 1500)
    var (view, named) = (rows.rows, labels.labels)
    try call {
      fkm_audit_labels(
        nil, nil, 0, &view, &named, 5, nil, nil, &suggested, &confidences, nil, &margins, &probable, nil, nil,
        5,
        &columns, nil, $0)
    }
    for row in 0..<300 {
      #expect(Int(suggested[row]) == expected.suggested(row) && margins[row] == expected.margin(row))
      #expect(confidences[row] == expected.confidences[row])
      #expect((probable[row] == 1) == expected.isProbable[row])
      let reasons = expected.reasons(row).map { Int64($0.feature) }
      #expect(Array(columns[row * 5..<row * 5 + reasons.count]) == reasons)
      #expect(columns[row * 5 + reasons.count..<row * 5 + 5].allSatisfy { $0 == -1 })
    }
  }

  @Test func duplicatesAreThoseOfTheLibrary() throws {
    let (rows, labels) = (CallerRows(features), CallerLabels(classes))
    let expected = try features.withRows {
      try SimilarRows(of: $0, labels: LabelColumn(classes), threshold: 0.9, workers: 1)
    }
    var (like, similarities) = ([Int64](repeating: -9, count: 300), [Float](repeating: -9, count: 300))
    var conflicts = like
    var (view, named) = (rows.rows, labels.labels)
    try call {
      fkm_audit_duplicates(&view, &named, nil, 0.9, 1, &like, &similarities, &conflicts, nil, $0)
    }
    #expect(like[9] == 4 && similarities[9] == 1)
    #expect(expected.duplicates.allSatisfy { like[$0.row] == Int64($0.other) })
    #expect(like.count { $0 >= 0 } == expected.duplicates.count)
    #expect(conflicts.count { $0 >= 0 } == expected.conflicts.count)
    var other = rows.rows
    try call { fkm_audit_duplicates(&view, nil, &other, 1, 1, &like, nil, &conflicts, nil, $0) }
    #expect(like[8] == 8 && like[9] == 4 && conflicts.allSatisfy { $0 == -1 })
  }

  @Test func setsAreThoseOfTheLibrary() throws {
    let classifier = try CallerClassifier("{}")
    try classifier.fit(CallerRows(features), CallerLabels(classes))
    let model = try classifier.model()
    var swift = try FastKMeansClassifier<Int>(TrainingOptions())
    try swift.fit(features, labels: classes)
    let expected = try swift.model.classify(features, coverage: 0.9)
    let rows = CallerRows(features)
    var view = rows.rows
    let matrix = try Owned(fkm_matrix_free) { fkm_model_predict_sets(model.handle, &view, 1, 0.9, 0, $0, $1) }
    var found = fkm_rows()
    found.struct_size = UInt32(MemoryLayout<fkm_rows>.size)
    try call { fkm_matrix_rows(matrix.handle, &found, $0) }
    let offsets = try #require(found.offsets).assumingMemoryBound(to: Int64.self)
    let columns = try #require(found.columns).assumingMemoryBound(to: Int32.self)
    for row in 0..<300 {
      let own = (Int(offsets[row])..<Int(offsets[row + 1])).map { Int(columns[$0]) }
      #expect(own == expected[row].classes.map(\.label).sorted())
    }
    let refused = try refusal { error in
      var none: OpaquePointer?
      return fkm_model_predict_sets(model.handle, &view, 1, 1.5, 0, &none, error)
    }
    #expect(refused.status == FKM_INVALID_OPTION && refused.parameter == "coverage")
  }

  @Test func rowsToLabelAreThoseOfTheLibrary() throws {
    let classifier = try CallerClassifier("{}")
    try classifier.fit(CallerRows(features), CallerLabels(classes))
    let model = try classifier.model()
    var swift = try FastKMeansClassifier<Int>(TrainingOptions())
    try swift.fit(features, labels: classes)
    let expected = try swift.model.select(from: features, count: 20, similarity: 0.9, seed: 7)
    let rows = CallerRows(features)
    var view = rows.rows
    var (chosen, indices) = ([Int64](repeating: -9, count: 20), [Int32](repeating: -9, count: 20))
    var (confidences, margins) = ([Float](repeating: -9, count: 20), [Float](repeating: -9, count: 20))
    var count: Int64 = -9
    try call {
      fkm_model_select(
        model.handle, &view, 1, 20, 0.9, 7, &chosen, &indices, &confidences, &margins, &count, $0)
    }
    #expect(count == 20 && chosen.map(Int.init) == expected.map(\.row))
    #expect(indices.map { swift.classes[Int($0)] } == expected.map(\.label))
    #expect(confidences == expected.map(\.confidence) && margins == expected.map(\.margin))
    let many = try [Int64](unsafeUninitializedCapacity: 300) { buffer, size in
      try call {
        fkm_model_select(model.handle, &view, 1, .max, 1, 7, buffer.baseAddress, nil, nil, nil, &count, $0)
      }
      size = Int(count)
    }
    // Row 9 repeats row 4.
    #expect(Set(many).count == 299)
    for (asked, similarity, parameter) in [(Int64(0), 0.9, "count"), (5, 0, "similarity")] {
      let refused = try refusal {
        fkm_model_select(model.handle, &view, 1, asked, similarity, 7, &chosen, nil, nil, nil, &count, $0)
      }
      #expect(refused.status == FKM_INVALID_OPTION && refused.parameter == parameter)
    }
    let missing = try refusal {
      fkm_model_select(model.handle, &view, 1, 5, 1, 7, nil, nil, nil, nil, &count, $0)
    }
    #expect(missing.status == FKM_INVALID_ARGUMENT && missing.parameter == "chosen")
  }

  @Test func descriptionsWeighAsByTheLibrary() throws {
    let (rows, labels) = (CallerRows(features), CallerLabels(classes))
    let expected = try features.withRows {
      try DescriptionWeights(
        $0, labels: LabelColumn(classes), descriptionCount: 40, sampleWeights: nil,
        options: TrainingOptions(),
        progress: nil)
    }
    var (view, named) = (rows.rows, labels.labels)
    var weights = [Double](repeating: -9, count: 300)
    let json = try Owned(fkm_buffer_free) {
      fkm_description_weights(nil, 0, &view, &named, nil, 40, &weights, $0, $1)
    }
    #expect(weights == expected.weights && fkm_buffer_size(json.handle) > 2 && !expected.choices.isEmpty)
    let own = [Double](repeating: 2, count: 260)
    try call { fkm_description_weights(nil, 0, &view, &named, own, 40, &weights, nil, $0) }
    #expect(weights == expected.weights.map { 2 * $0 })
    for count: Int64 in [-1, 301] {
      let refused = try refusal {
        fkm_description_weights(nil, 0, &view, &named, nil, count, &weights, nil, $0)
      }
      #expect(refused.parameter == "description_count")
    }
    let missing = try refusal { fkm_description_weights(nil, 0, &view, &named, nil, 4, nil, nil, $0) }
    #expect(missing.parameter == "weights")
  }

  @Test func badCallsAreNamed() throws {
    let (rows, labels) = (CallerRows(features), CallerLabels(classes))
    var (view, named) = (rows.rows, labels.labels)
    func audit(_ folds: Int64, reasons: Int64) throws -> Refusal {
      try refusal {
        fkm_audit_labels(
          nil, nil, 0, &view, &named, folds, nil, nil, nil, nil, nil, nil, nil, nil, nil, reasons, nil, nil,
          $0)
      }
    }
    #expect(try audit(1, reasons: 0).parameter == "folds")
    #expect(try audit(5, reasons: -1).parameter == "reason_count")
    #expect(try audit(5, reasons: 1001).parameter == "reason_count")
    let threshold = try refusal { fkm_audit_duplicates(&view, nil, nil, 2, 1, nil, nil, nil, nil, $0) }
    #expect(threshold.parameter == "similarity")
    let missing = try refusal { fkm_audit_duplicates(nil, nil, nil, 0.9, 1, nil, nil, nil, nil, $0) }
    #expect(missing.status == FKM_INVALID_ARGUMENT && missing.parameter == "rows")
  }
}

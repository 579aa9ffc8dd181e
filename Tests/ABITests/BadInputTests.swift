import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Nothing that can be checked ends the process; everything wrong is named.
@Suite struct BadInputTests {
  private static let sparse = Features.sparse(
    CSRMatrix(
      unchecked: 4, rowOffsets: [0, 2, 3, 4], columns: [0, 2, 1, 3], values: [1, 2, 3, 4]))

  private func model() throws -> CallerModel {
    let classifier = try CallerClassifier("{\"refine\": 0}")
    try classifier.fit(CallerRows(Self.sparse), CallerLabels([0, 1, 1]))
    return try classifier.model()
  }

  private func predictRefusal(_ rows: fkm_rows, keeping memory: CallerRows) throws -> Refusal {
    var (rows, classes) = (rows, [Int32](repeating: 0, count: 8))
    let model = try model()
    defer { withExtendedLifetime(memory) {} }
    return try refusal { fkm_model_predict(model.handle, &rows, 0, &classes, $0) }
  }

  @Test func structuresThatMakeNoSenseAreNamed() throws {
    let rows = CallerRows(Self.sparse)
    let changes: [(String, (inout fkm_rows) -> Void)] = [
      ("rows.struct_size", { $0.struct_size = 8 }),
      ("rows.layout", { $0.layout = 7 }),
      ("rows.value_type", { $0.value_type = 0 }),
      ("rows.value_type", { $0.value_type = Int32(FKM_INT32) }),
      ("rows.column_type", { $0.column_type = Int32(FKM_FLOAT32) }),
      ("rows.offset_type", { $0.offset_type = 99 }),
      ("rows.row_count", { $0.row_count = -1 }),
      ("rows.row_count", { $0.row_count = .max }),
      ("rows.column_count", { $0.column_count = -1 }),
      ("rows.column_count", { $0.column_count = 1 << 40 }),
      ("rows.value_count", { $0.value_count = -3 }),
      ("rows.value_count", { $0.value_count = .max }),
      ("rows.values", { $0.values = nil }),
      ("rows.columns", { $0.columns = nil }),
      ("rows.offsets", { $0.offsets = nil }),
      ("rows.values", { $0.values += 1 }),
      ("rows.columns", { $0.columns += 2 }),
      ("rows.offsets", { $0.offsets += 4 }),
    ]
    for (parameter, change) in changes {
      let found = try predictRefusal(rows.changed(change), keeping: rows)
      #expect(found.status == FKM_INVALID_ARGUMENT, "\(parameter): \(found)")
      #expect(found.parameter == parameter, "\(found)")
    }
  }

  @Test func deviationsThatMakeNoSenseAreNamed() throws {
    let model = try model()
    for deviation in [-1, .infinity, .nan, 1e300] {
      var target: OpaquePointer?
      let found = try refusal { fkm_refiner_new(model.handle, deviation, &target, $0) }
      #expect(found.status == FKM_INVALID_ARGUMENT && found.parameter == "deviation" && target == nil)
    }
  }

  @Test func denseRowsThatMakeNoSenseAreNamed() throws {
    let rows = CallerRows(try TestRows.features([[1, 2, 3, 4], [0, 1, 0, 1]], isSparse: false))
    let changes: [(String, (inout fkm_rows) -> Void)] = [
      ("rows.row_stride", { $0.row_stride = 17 }),
      ("rows.row_stride", { $0.row_stride = .min }),
      ("rows.row_count", { $0.row_count = 1 << 47 }),
      ("rows.values", { $0.values = nil }),
    ]
    for (parameter, change) in changes {
      let found = try predictRefusal(rows.changed(change), keeping: rows)
      #expect(found.status == FKM_INVALID_ARGUMENT && found.parameter == parameter, "\(found)")
    }
  }

  @Test func badRowsAreNamedByRowAndColumn() throws {
    let cases: [(String, Int, Int, [Int64], [Int64], [Double])] = [
      ("bad_row_offsets", 2, -1, [0, 3, 2, 4], [0, 2, 1, 3], [1, 2, 3, 4]),
      ("bad_row_offsets", 0, -1, [1, 2, 3, 4], [0, 2, 1, 3], [1, 2, 3, 4]),
      ("bad_row_offsets", 3, -1, [0, 2, 3, 3], [0, 2, 1, 3], [1, 2, 3, 4]),
      ("bad_row_offsets", 3, -1, [0, 2, 3, 1 << 31], [0, 2, 1, 3], [1, 2, 3, 4]),
      ("unsorted_columns", 0, 0, [0, 2, 3, 4], [2, 0, 1, 3], [1, 2, 3, 4]),
      ("duplicate_column", 0, 2, [0, 2, 3, 4], [2, 2, 1, 3], [1, 2, 3, 4]),
      ("feature_out_of_range", 2, 4, [0, 2, 3, 4], [0, 2, 1, 4], [1, 2, 3, 4]),
      ("feature_out_of_range", 1, -7, [0, 2, 3, 4], [0, 2, -7, 3], [1, 2, 3, 4]),
      ("not_finite", 1, 1, [0, 2, 3, 4], [0, 2, 1, 3], [1, 2, .nan, 4]),
      ("not_finite", 2, 3, [0, 2, 3, 4], [0, 2, 1, 3], [1, 2, 3, -.infinity]),
      // Beyond single precision.
      ("not_finite", 0, 2, [0, 2, 3, 4], [0, 2, 1, 3], [1, 1e300, 3, 4]),
    ]
    for (kind, row, column, offsets, columns, values) in cases {
      for isWide in [true, false] {
        let memory = CallerRows(Self.sparse)
        let found = try offsets.withUnsafeBytes { offsets in
          try columns.withUnsafeBytes { wide in
            try columns.map { Int32($0) }.withUnsafeBytes { narrow in
              try values.withUnsafeBytes { values in
                let rows = memory.changed {
                  $0.offset_type = Int32(FKM_INT64)
                  $0.offsets = offsets.baseAddress
                  $0.column_type = Int32(isWide ? FKM_INT64 : FKM_INT32)
                  $0.columns = isWide ? wide.baseAddress : narrow.baseAddress
                  $0.value_type = Int32(FKM_FLOAT64)
                  $0.values = values.baseAddress
                }
                return try predictRefusal(rows, keeping: memory)
              }
            }
          }
        }
        #expect(found.status == FKM_BAD_DATA && found.kind == kind, "\(found)")
        #expect(found.row == row && found.column == column, "\(found): row \(found.row)")
      }
    }
  }

  /// Every function, every pointer NULL.
  @Test func nullIsAnswered() throws {
    var target: OpaquePointer?
    let calls: [(UnsafeMutablePointer<fkm_error>) -> Int32] = [
      { fkm_classifier_new("{}", -1, nil, nil, nil, $0) },
      { fkm_classifier_resume(nil, &target, $0) },
      { fkm_classifier_clone(nil, &target, $0) },
      { fkm_classifier_set_options(nil, "{}", -1, $0) },
      { fkm_classifier_options(nil, &target, $0) },
      { fkm_classifier_fit(nil, nil, nil, nil, nil, nil, nil, $0) },
      { fkm_classifier_fit_batch(nil, nil, nil, nil, nil, nil, nil, nil, nil, $0) },
      { fkm_classifier_seed(nil, nil, nil, nil, $0) },
      { fkm_classifier_model(nil, &target, $0) },
      { fkm_classifier_predict(nil, nil, 0, nil, $0) },
      { fkm_classifier_remove_class(nil, nil, $0) },
      { fkm_classifier_rename_class(nil, nil, nil, $0) },
      { fkm_classifier_merge_classes(nil, nil, nil, $0) },
      { fkm_model_get_info(nil, nil, $0) },
      { fkm_model_clone(nil, &target, $0) },
      { fkm_model_options(nil, &target, $0) },
      { fkm_model_copy_integer_labels(nil, nil, $0) },
      { fkm_model_copy_text_labels(nil, nil, nil, $0) },
      { fkm_model_copy_prototypes(nil, 1, 1, nil, nil, 3, nil, $0) },
      { fkm_model_copy_prototype_masses(nil, nil, nil, nil, $0) },
      { fkm_model_predict(nil, nil, 0, nil, $0) },
      { fkm_model_predict_top(nil, nil, 0, 1, nil, nil, nil, nil, nil, nil, $0) },
      { fkm_model_scores(nil, nil, 0, 1, 3, nil, $0) },
      { fkm_model_probabilities(nil, nil, 0, 3, nil, $0) },
      { fkm_model_explain(nil, nil, 0, nil, nil, nil, nil, $0) },
      { fkm_model_rejecting(nil, 1, 0.1, 0, &target, $0) },
      { fkm_model_get_open_set(nil, nil, $0) },
      { fkm_model_open_set_scores(nil, nil, 0, nil, $0) },
      { fkm_device_check(nil, $0) },
      { fkm_model_on_device(nil, nil, &target, $0) },
      { fkm_model_save(nil, nil, $0) },
      { fkm_model_load(nil, -1, &target, $0) },
      { fkm_model_to_bytes(nil, &target, $0) },
      { fkm_model_from_bytes(nil, 4, -1, &target, $0) },
      { fkm_model_vectorizer(nil, &target, $0) },
      { fkm_model_with_vectorizer(nil, nil, &target, $0) },
      { fkm_model_sums(nil, nil, nil, nil, 0, &target, $0) },
      { fkm_sums_get_info(nil, nil, $0) },
      { fkm_sums_copy(nil, 1, nil, nil, 3, nil, nil, $0) },
      { fkm_sums_copy_farthest(nil, nil, nil, $0) },
      { fkm_model_from_sums(nil, nil, nil, nil, nil, 0, &target, nil, $0) },
      { fkm_model_refine(nil, nil, nil, nil, 0, 1, 1, 0, 0, nil, nil, &target, $0) },
      { fkm_refiner_new(nil, 0, &target, $0) },
      { fkm_refiner_moves(nil, nil, nil, nil, nil, nil, nil, 1, 0, &target, $0) },
      { fkm_refiner_add(nil, nil, nil, $0) },
      { fkm_refiner_model(nil, &target, $0) },
      { fkm_model_average(nil, 2, nil, &target, $0) },
      { fkm_model_with_weights(nil, nil, nil, &target, $0) },
      { fkm_model_copy_biases(nil, nil, $0) },
      { fkm_model_calibrate(nil, nil, nil, nil, 0, &target, nil, nil, $0) },
      { fkm_vectorizer_new("{}", -1, nil, $0) },
      { fkm_vectorizer_fit(nil, nil, -1, &target, nil, nil, $0) },
      { fkm_vectorizer_transform(nil, nil, -1, &target, nil, $0) },
      { fkm_vectorizer_clone(nil, &target, $0) },
      { fkm_vectorizer_get_info(nil, nil, $0) },
      { fkm_vectorizer_options(nil, &target, $0) },
      { fkm_vectorizer_copy_vocabulary(nil, nil, nil, $0) },
      { fkm_vectorizer_copy_frequencies(nil, nil, nil, $0) },
      { fkm_vectorizer_from_parts("{}", -1, nil, nil, 3, nil, nil, 0, 0, &target, $0) },
      { fkm_matrix_rows(nil, nil, $0) },
    ]
    for (position, body) in calls.enumerated() {
      let found = try refusal(#_sourceLocation, body)
      #expect(found.status == FKM_INVALID_ARGUMENT && found.kind == "null", "call \(position): \(found)")
      #expect(target == nil)
    }
    fkm_classifier_free(nil)
    fkm_model_free(nil)
    fkm_sums_free(nil)
    fkm_refiner_free(nil)
    fkm_vectorizer_free(nil)
    fkm_matrix_free(nil)
    fkm_buffer_free(nil)
    #expect(fkm_buffer_data(nil) == nil && fkm_buffer_size(nil) == 0)
  }

  @Test func aHandleOfAnotherTypeIsNoticed() throws {
    let model = try model()
    let found = try refusal { fkm_classifier_set_options(model.handle, "{}", -1, $0) }
    #expect(found.kind == "handle" && found.parameter == "classifier", "\(found)")
  }

  @Test func aCallWithoutAnErrorStructureStillAnswers() throws {
    #expect(fkm_model_get_info(nil, nil, nil) == Int32(FKM_INVALID_ARGUMENT))
    var short = fkm_error()
    short.struct_size = 4
    short.status = 77
    #expect(fkm_model_get_info(nil, nil, &short) == Int32(FKM_INVALID_ARGUMENT))
    #expect(short.status == 77)
  }

  @Test(arguments: [
    ("{\"k_init\": 0}", "k_init"), ("{\"k_init\": 2.5}", "k_init"), ("{\"k_init\": true}", "k_init"),
    ("{\"k_list\": [2, 0]}", "k_list"), ("{\"k_list\": 3}", "k_list"),
    ("{\"k_list\": [[1, 2], [1, 3]]}", "k_list"),
    ("{\"init_method\": \"farthest\"}", "init_method"), ("{\"distance\": \"manhattan\"}", "distance"),
    ("{\"dtype\": \"int8\"}", "dtype"), ("{\"soft\": 1}", "soft"), ("{\"soft_type\": null}", "soft_type"),
    ("{\"temperature\": 0}", "temperature"), ("{\"temperature\": \"nan\"}", "temperature"),
    ("{\"lambda_penalty\": -1}", "lambda_penalty"), ("{\"merge_threshold\": \"inf\"}", "merge_threshold"),
    ("{\"percentile_threshold\": 1.5}", "percentile_threshold"), ("{\"batch_size\": 0}", "batch_size"),
    ("{\"n_threads\": 0}", "n_threads"), ("{\"min_weight\": -1}", "min_weight"),
    ("{\"truncation_threshold\": 1e999}", "truncation_threshold"), ("{\"max_iters\": 0}", "max_iters"),
    ("{\"tol\": \"much\"}", "tol"), ("{\"random_state\": -1}", "random_state"),
    ("{\"refine\": -2}", "refine"), ("{\"refine\": 5000}", "refine"), ("{\"decay\": 0}", "decay"),
    ("{\"warm_start\": \"yes\"}", "warm_start"), ("{\"mode\": \"fast\"}", "mode"),
    ("{\"half_life\": 0}", "half_life"), ("{\"half_life\": true}", "half_life"),
    ("{\"k_bytes\": 0}", "k_bytes"),
    ("{\"k_bytes\": \"all\"}", "k_bytes"), ("{\"device\": 3}", "device"), ("{\"k_intit\": 3}", "k_intit"),
  ])
  func optionsAreRefusedByName(text: String, name: String) throws {
    var target: OpaquePointer?
    let found = try refusal { fkm_classifier_new(text, -1, nil, nil, &target, $0) }
    #expect(found.status == FKM_INVALID_OPTION && found.parameter == name, "\(found)")
    #expect(!found.value.isEmpty && !found.allowed.isEmpty, "\(found)")
  }

  @Test(arguments: ["", "{", "[]", "3", "{\"k_init\": 1, \"k_init\": 2}", "{\"k_init\": 3} x"])
  func textsThatAreNoOptionsAreRefused(text: String) throws {
    var target: OpaquePointer?
    let found = try refusal { fkm_classifier_new(text, -1, nil, nil, &target, $0) }
    #expect(found.status == FKM_INVALID_ARGUMENT && found.parameter == "options", "\(found)")
  }

  @Test func badLabelsAndWeightsAreRefused() throws {
    let rows = CallerRows(Self.sparse)
    let classifier = try CallerClassifier()
    func kind(_ labels: CallerLabels, weights: [Double]? = nil) throws -> String {
      do {
        try classifier.fit(rows, labels, weights: weights)
      } catch let refusal as Refusal {
        #expect(refusal.status == FKM_BAD_DATA, "\(refusal)")
        return refusal.kind
      }
      return "answered"
    }
    #expect(try kind(CallerLabels([1, 2])) == "length_mismatch")
    #expect(try kind(CallerLabels([1, 1, 1])) == "one_class_only")
    #expect(try kind(CallerLabels(distinct: [4, 4], codes: [0, 1, 1])) == "bad_labels")
    #expect(try kind(CallerLabels(distinct: [4, 5], codes: [0, 1, 2])) == "bad_labels")
    #expect(try kind(CallerLabels(distinct: [4, 5], codes: [0, 1, -1])) == "bad_labels")
    for weight in [-1, .nan, .infinity, 1e13] {
      #expect(try kind(CallerLabels([1, 2, 2]), weights: [1, weight, 1]) == "bad_sample_weight")
    }
    #expect(try kind(CallerLabels([1, 2, 2]), weights: [0, 0, 0]) == "bad_sample_weight")
    try classifier.fit(rows, CallerLabels(["a", "b", "b"]))
    #expect(throws: Refusal.self) { try classifier.fitBatch(rows, CallerLabels([1, 2, 2])) }
  }

  @Test func questionsThatDoNotFitTheModelAreRefused() throws {
    let model = try model()
    var target: OpaquePointer?
    var rows = CallerRows(try TestRows.features([[1, 2], [0, 1]], isSparse: true))
    var view = rows.rows
    var classes: [Int32] = [0, 0, 0]
    #expect(
      try refusal { fkm_model_predict(model.handle, &view, 0, &classes, $0) }.kind == "feature_count_mismatch"
    )
    rows = CallerRows(Self.sparse)
    view = rows.rows
    for threads: Int32 in [-2, 5000, .min] {
      let found = try refusal { fkm_model_predict(model.handle, &view, threads, &classes, $0) }
      #expect(found.parameter == "threads", "\(found)")
    }
    for top: Int64 in [0, 3, .min, .max] {
      let found = try refusal {
        fkm_model_predict_top(model.handle, &view, 0, top, nil, nil, nil, nil, nil, nil, $0)
      }
      #expect(found.parameter == "top", "\(found)")
    }
    let wanted: [Int32] = [0, 2, 0]
    #expect(
      try refusal { fkm_model_explain(model.handle, &view, 0, wanted, nil, nil, nil, $0) }.parameter
        == "wanted")
    #expect(try refusal { fkm_model_vectorizer(model.handle, &target, $0) }.status == FKM_UNSUPPORTED)
    #expect(
      try refusal { fkm_model_copy_text_labels(model.handle, nil, nil, $0) }.status == FKM_UNSUPPORTED)
    #expect(
      try refusal { fkm_model_copy_prototypes(model.handle, 2, 1, nil, nil, 3, nil, $0) }.status
        == FKM_UNSUPPORTED)
    withExtendedLifetime(rows) {}
  }

  @Test func filesThatAreNoModelsAreRefused() throws {
    var target: OpaquePointer?
    #expect(
      try refusal { fkm_model_load("no such folder/model", -1, &target, $0) }.status == FKM_IO)
    let bytes = try model().bytes()
    var damaged = bytes
    damaged[damaged.count - 1] ^= 1
    #expect(
      try refusal { fkm_model_from_bytes(damaged, Int64(damaged.count), -1, &target, $0) }.status
        == FKM_BAD_MODEL)
    for count in [0, 1, 8, 100, bytes.count - 1] {
      let found = try refusal { fkm_model_from_bytes(bytes, Int64(count), -1, &target, $0) }
      #expect(found.status == FKM_BAD_MODEL, "\(found)")
    }
    // Version 1 becomes version 9, which also is as long.
    var newer = bytes
    let pattern = Array("\"format_version\":\"1.".utf8)
    let place = try #require(
      newer.indices.first { newer[$0...].starts(with: pattern) })
    newer[place + pattern.count - 2] = UInt8(ascii: "9")
    #expect(
      try refusal { fkm_model_from_bytes(newer, Int64(newer.count), -1, &target, $0) }.status
        == FKM_NEWER_FORMAT)
    #expect(target == nil)
  }
}

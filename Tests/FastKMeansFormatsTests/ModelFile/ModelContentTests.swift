import FastKMeansCore
import FastKMeansText
import Testing

@testable import FastKMeansFormats

/// Files whose parts are well formed and make no model.
@Suite struct ModelContentTests {
  private func found(_ change: (inout ForgedModel) -> Void) throws -> ModelFileError.Problem? {
    var model = try ForgedModel(SampleModels.ofText())
    change(&model)
    return problem(model.bytes())
  }

  private func expectRefused(
    _ part: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout ForgedModel) -> Void
  ) throws {
    let problem = try found(change)
    #expect(
      problem?.description.contains(part) == true, "\(String(describing: problem))",
      sourceLocation: sourceLocation)
  }

  @Test func refusesBadOptions() throws {
    try expectRefused("options.k_init") { $0.set("options", option: "k_init", nil) }
    try expectRefused("k_init is 0") { $0.set("options", option: "k_init", .integer(0)) }
    try expectRefused("options.k_init") { $0.set("options", option: "k_init", .number(2.5)) }
    try expectRefused("options.distance") { $0.set("options", option: "distance", .string("manhattan")) }
    try expectRefused("options.soft") { $0.set("options", option: "soft", .integer(1)) }
    try expectRefused("options.temperature") { $0.set("options", option: "temperature", .numeral("1e999")) }
    try expectRefused("temperature is 0") { $0.set("options", option: "temperature", .integer(0)) }
    try expectRefused("options.random_state") { $0.set("options", option: "random_state", .integer(-1)) }
    try expectRefused("options.merge_threshold") { $0.set("options", option: "merge_threshold", .bool(true)) }
    try expectRefused("text 'options'") { $0.metadata["options"] = .string("[]") }
    try expectRefused("text 'options'") { $0.metadata["options"] = .string("{\"a\":1,\"a\":1}") }
    try expectRefused("dtype") { $0.set("options", option: "dtype", .string("float16")) }
    let pairs: [JSON] = [
      .integer(3), .array([.string("a")]), .array([.array([.string("a")])]),
      .array([.array([.null, .integer(1)])]),
      .array([.array([.string("a"), .integer(1)]), .array([.string("a"), .integer(2)])]),
    ]
    for value in pairs { try expectRefused("options.k_list") { $0.set("options", option: "k_list", value) } }
  }

  @Test func refusesBadNumbers() throws {
    for text in ["", "-1", "1.5", "abc", "9223372036854775808"] {
      try expectRefused("feature_count") { $0.metadata["feature_count"] = .string(text) }
      try expectRefused("batch_count") { $0.metadata["batch_count"] = .string(text) }
    }
    try expectRefused("feature_count") { $0.metadata["feature_count"] = .string("0") }
    try expectRefused("features") { $0.metadata["feature_count"] = .string("100000") }
    try expectRefused("feature count") { $0.metadata["feature_count"] = .string("4294967296") }
    try expectRefused("out of range") { $0.metadata["feature_count"] = .string("3") }
  }

  @Test func refusesBadRefinedWeights() throws {
    func expect(
      _ part: String, _ distance: Distance = .euclidean, _ change: (inout ForgedModel) -> Void
    ) throws {
      var model = try ForgedModel(SampleModels.refined(distance: distance, isSparse: true))
      change(&model)
      let found = problem(model.bytes())
      #expect(found?.description.contains(part) == true, "\(part): \(String(describing: found))")
    }
    try expect("NaN") { $0.set("refined.values", at: 0, Float.nan) }
    try expect("column") { $0.set("refined.indices", at: 0, UInt32.max) }
    try expect("offsets") { $0.set("refined.indptr", at: 1, -1) }
    try expect("bias") { $0.set("refined.bias", at: 0, Float.infinity) }
    try expect("biases") {
      $0.tensors["renamed"] = $0.tensors["refined.bias"]
      $0.tensors["refined.bias"] = nil
    }
    try expect("biases") { $0.set("options", option: "distance", .string("cosine")) }
    try expect("unit") { $0.set("refined", option: "unit", .integer(0)) }
    try expect("refined.unit") { $0.set("refined", option: "unit", .null) }
    try expect("refined.values") {
      $0.tensors["renamed"] = $0.tensors["refined.values"]
      $0.tensors["refined.values"] = nil
    }
    try expect("calibration") { $0.set("calibration", option: "slope", .integer(0)) }
    try expect("calibration.intercept") { $0.set("calibration", option: "intercept", nil) }
    try expect("refine is 1001") { $0.set("options", option: "refine", .integer(1001)) }
    try expect("options.refine") { $0.set("options", option: "refine", .string("always")) }
  }

  @Test func refusesDenseModelsOfAnotherWidth() throws {
    let contents = try SampleModels.ofVectors(isSparse: false)
    let count = contents.model.prototypes.count
    for width in [11, 13, 1 << 31] {
      var model = try ForgedModel(contents)
      model.metadata["feature_count"] = .string("\(width)")
      #expect(
        problem(model.bytes())
          == .wrongShape(tensor: "prototype.values", expected: "[\(count), \(width)]", found: [count, 12]))
    }
  }

  @Test func refusesBadPrototypes() throws {
    try expectRefused("NaN") { $0.set("prototype.values", at: 0, Float.nan) }
    try expectRefused("NaN") { $0.set("prototype.values", at: 1, Float.infinity) }
    try expectRefused("mass") { $0.set("prototype.mass", at: 0, -1.0) }
    try expectRefused("mass") { $0.set("prototype.sum_scale", at: 0, Double.nan) }
    try expectRefused("classes") { $0.set("prototype.class", at: 0, Int32(1)) }
    try expectRefused("classes") { $0.set("prototype.class", at: 0, Int32(-1)) }
    try expectRefused("column") { $0.set("prototype.indices", at: 1, UInt32(0)) }
    try expectRefused("column") { $0.set("prototype.indices", at: 0, UInt32.max) }
    for offset in [Int.min, -1, 1 << 40, Int.max] {
      try expectRefused("offsets") { $0.set("prototype.indptr", at: 1, offset) }
      try expectRefused("length") { $0.set("prototype.indptr", at: 0, offset) }
    }
  }

  @Test func refusesBadLabels() throws {
    try expectRefused("label_kind") { $0.metadata["label_kind"] = .string("colour") }
    try expectRefused("class.label_integers") { $0.metadata["label_kind"] = .string("integer") }
    try expectRefused("not UTF-8") { $0.set("class.label_bytes", at: 0, UInt8(0xFF)) }
    for offset in [Int.min, -1, 1 << 40, Int.max] {
      for index in 0..<4 {
        try expectRefused("class.label_offsets") { $0.set("class.label_offsets", at: index, offset) }
      }
    }
    // "money", "sport", "ünïcode" with one name twice.
    try expectRefused("twice") {
      for (index, byte) in "money".utf8.enumerated() { $0.set("class.label_bytes", at: 5 + index, byte) }
    }
  }

  @Test func refusesBadVectorisers() throws {
    try expectRefused("vectorizer.ngrams") { $0.set("vectorizer", option: "ngrams", .integer(1)) }
    try expectRefused("vectorizer.ngrams") {
      $0.set("vectorizer", option: "ngrams", .array([.integer(2), .integer(1)]))
    }
    try expectRefused("ngrams") {
      $0.set("vectorizer", option: "ngrams", .array([.integer(1), .integer(99)]))
    }
    try expectRefused("vectorizer.analyzer") {
      $0.set("vectorizer", option: "analyzer", .string("syllables"))
    }
    try expectRefused("n-grams of characters") {
      $0.set("vectorizer", option: "analyzer", .string("word+char_wb"))
      $0.set("vocabulary.bytes", at: 0, UInt8(ascii: "!"))
    }
    try expectRefused("char_ngrams") {
      $0.set("vectorizer", option: "char_ngrams", .array([.integer(5), .integer(2)]))
    }
    try expectRefused("vectorizer.stop_words") {
      $0.set("vectorizer", option: "stop_words", .string("french"))
    }
    try expectRefused("vectorizer.stop_words") { $0.set("vectorizer", option: "stop_words", .array([.null])) }
    try expectRefused("hashing") { $0.set("vectorizer", option: "hashing", .integer(64)) }
    try expectRefused("document frequencies") { $0.set("vectorizer", option: "document_count", .integer(0)) }
    try expectRefused("vocabulary offsets") { $0.set("vocabulary.offsets", at: 1, Int.max) }
    try expectRefused("vocabulary") { $0.set("vocabulary.bytes", at: 0, UInt8(0xFF)) }
    try expectRefused("inverse") { $0.set("vocabulary.idf", at: 0, Float.nan) }
    try expectRefused("document frequencies") { $0.set("vocabulary.document_frequency", at: 0, Int.max) }
    try expectRefused("text 'vectorizer'") { $0.metadata["vectorizer"] = .string("{") }
  }

  @Test func refusesToWriteWhatItWouldNotRead() throws {
    let contents = try SampleModels.ofText()
    let other = try TFIDFVectorizer(hashingBits: 4)
    for vectorizer in [other, try TFIDFVectorizer()] {
      let bad = try ModelContents(model: contents.model, vectorizer: vectorizer)
      let error = #expect(throws: ModelFileError.self) { try ModelFile.bytes(of: bad) }
      guard case .cannotBeWritten = error?.problem else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }
}

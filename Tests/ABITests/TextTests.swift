import CFastKMeans
import FastKMeansCore
import FastKMeansText
import Testing

/// The vectoriser behind the interface gives the Swift one's rows, and can be taken apart and put together.
@Suite struct TextTests {
  private static let texts = ["the cat sat", "a dog sat on a cat", "Fünf Katzen", "", "the dog"]

  private func withDocuments<Result>(
    _ texts: [String], _ body: (UnsafePointer<fkm_documents>) throws -> Result
  ) throws -> Result {
    let bytes = texts.flatMap { Array($0.utf8) }
    let offsets = texts.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + Int32($1.utf8.count)) }
    return try bytes.withUnsafeBytes { bytes in
      try offsets.withUnsafeBytes { offsets in
        var documents = fkm_documents()
        documents.struct_size = UInt32(MemoryLayout<fkm_documents>.size)
        documents.offset_type = Int32(FKM_INT32)
        documents.count = Int64(texts.count)
        documents.byte_count = Int64(bytes.count)
        documents.bytes = bytes.baseAddress
        documents.offsets = offsets.baseAddress
        return try body(&documents)
      }
    }
  }

  private func fitted(_ options: String) throws -> (vectorizer: Owned, rows: CSRMatrix) {
    let plan = try Owned(fkm_vectorizer_free) { fkm_vectorizer_new(options, -1, $0, $1) }
    return try withDocuments(Self.texts) { documents in
      var matrix: OpaquePointer?
      let vectorizer = try Owned(fkm_vectorizer_free) {
        fkm_vectorizer_fit(plan.handle, documents, 2, $0, &matrix, nil, $1)
      }
      return (vectorizer, try rows(try #require(matrix)))
    }
  }

  /// The rows of a matrix, which is freed.
  private func rows(_ matrix: OpaquePointer) throws -> CSRMatrix {
    defer { fkm_matrix_free(matrix) }
    var rows = fkm_rows()
    rows.struct_size = UInt32(MemoryLayout<fkm_rows>.size)
    try call { fkm_matrix_rows(matrix, &rows, $0) }
    func elements<Element>(_ start: UnsafeRawPointer?, _ count: Int64, as: Element.Type) throws -> [Element] {
      Array(
        UnsafeRawBufferPointer(start: start, count: Int(count) * MemoryLayout<Element>.stride).bindMemory(
          to: Element.self))
    }
    return try CSRMatrix(
      columnCount: Int(rows.column_count),
      rowOffsets: elements(rows.offsets, rows.row_count + 1, as: Int.self),
      columns: elements(rows.columns, rows.value_count, as: UInt32.self),
      values: elements(rows.values, rows.value_count, as: Float.self))
  }

  @Test(arguments: ["[1, 1]", "[1, 2]", "\"1-2\""], [true, false])
  func rowsAreThoseOfTheLibrary(ngrams: String, sublinear: Bool) throws {
    let found = try fitted("{\"min_df\": 1, \"ngrams\": \(ngrams), \"sublinear_tf\": \(sublinear)}").rows
    let expected = try TFIDFVectorizer.fitTransform(
      UTF8Documents(Self.texts),
      options: TextOptions(
        ngrams: ngrams == "[1, 1]" ? 1...1 : 1...2, minDocumentFrequency: 1, sublinearTF: sublinear))
    #expect(found == expected.rows)
  }

  @Test(arguments: ["{\"min_df\": 1}", "{\"hashing\": 6}"], [true, false])
  func partsMakeTheSameVectorizer(options: String, keepsFrequencies: Bool) throws {
    let (vectorizer, expected) = try fitted(options)
    var info = fkm_vectorizer_info()
    info.struct_size = UInt32(MemoryLayout<fkm_vectorizer_info>.size)
    try call { fkm_vectorizer_get_info(vectorizer.handle, &info, $0) }
    var text = [CChar](repeating: 0, count: Int(info.term_text_size))
    var offsets = [Int64](repeating: 0, count: Int(info.term_count) + 1)
    try call { fkm_vectorizer_copy_vocabulary(vectorizer.handle, &text, &offsets, $0) }
    var factors = [Float](repeating: 0, count: Int(info.frequency_count))
    var frequencies = [Int64](repeating: 0, count: Int(info.frequency_count))
    try call { fkm_vectorizer_copy_frequencies(vectorizer.handle, &factors, &frequencies, $0) }
    let copy = try Owned(fkm_vectorizer_free) { handle, error in
      frequencies.withUnsafeBufferPointer { kept in
        fkm_vectorizer_from_parts(
          options, -1, text, offsets, info.term_count, factors, keepsFrequencies ? kept.baseAddress : nil,
          info.frequency_count, keepsFrequencies ? info.document_count : 0, handle, error)
      }
    }
    let found = try withDocuments(Self.texts) { documents in
      var matrix: OpaquePointer?
      try call { fkm_vectorizer_transform(copy.handle, documents, -1, &matrix, nil, $0) }
      return try rows(try #require(matrix))
    }
    #expect(found == expected)
  }

  @Test func choosesTheAnalyzerAndGivesWords() throws {
    let texts = (0..<40).map { ["a b", "x y", "word one", "other two"][$0 % 4] }
    let names = (0..<40).map { Int64($0 % 4) }
    var json: OpaquePointer?
    func text(_ buffer: OpaquePointer?) throws -> String {
      defer { fkm_buffer_free(buffer) }
      return String(cString: try #require(fkm_buffer_data(buffer)).assumingMemoryBound(to: CChar.self))
    }
    func choose(_ options: String, _ training: String?, rows: Int64 = 40) throws -> Owned {
      try withDocuments(texts) { documents in
        try names.withUnsafeBufferPointer { names in
          var labels = fkm_labels()
          labels.struct_size = UInt32(MemoryLayout<fkm_labels>.size)
          labels.type = Int32(FKM_LABEL_INTEGER)
          (labels.row_count, labels.label_count, labels.integers) = (rows, rows, names.baseAddress)
          return try Owned(fkm_vectorizer_free) {
            fkm_vectorizer_choose(options, -1, training, -1, documents, &labels, $0, &json, $1)
          }
        }
      }
    }
    let chosen = try choose("{\"min_df\": 1}", "{\"n_threads\": 1}")
    let said = try text(json)
    guard case .array(let tried) = try JSON.parse(Array(said.utf8)) else {
      Issue.record("no list: \(said)")
      return
    }
    #expect(tried.allSatisfy { $0["subject"] == .string("analyzer") })
    #expect(tried.filter { $0["taken"] == .bool(true) }.map { $0["candidate"] } == [.string("word+char_wb")])
    let named = try choose("{\"analyzer\": \"word\"}", nil)
    #expect(try text(json) == "[]")
    try call { fkm_vectorizer_options(named.handle, &json, $0) }
    #expect(try text(json).contains("\"analyzer\":\"word\""))
    let fitted = try withDocuments(texts) { documents in
      try Owned(fkm_vectorizer_free) { fkm_vectorizer_fit(chosen.handle, documents, 1, $0, nil, nil, $1) }
    }
    try withDocuments(["One, a", ""]) { documents in
      try call { fkm_vectorizer_words(fitted.handle, documents, &json, $0) }
    }
    let words = try text(json)
    #expect(words.hasPrefix("[[[\"one\",[[") && words.contains("[\"a\",[[") && words.hasSuffix(",[]]"))
    #expect(throws: Refusal.self) { try choose("{\"analyzer\": \"letters\"}", nil) }
    #expect(throws: Refusal.self) { try choose("{}", "{\"refine\": -1}") }
    #expect(throws: Refusal.self) { try choose("{}", nil, rows: 39) }
  }

  @Test func documentsThatMakeNoSenseAreRefused() throws {
    let plan = try Owned(fkm_vectorizer_free) { fkm_vectorizer_new(nil, 0, $0, $1) }
    var target: OpaquePointer?
    func refused(_ change: @escaping (inout fkm_documents) -> Void) throws -> Refusal {
      try withDocuments(Self.texts) { documents in
        var documents = documents.pointee
        change(&documents)
        return try refusal { fkm_vectorizer_fit(plan.handle, &documents, -1, &target, nil, nil, $0) }
      }
    }
    #expect(try refused { $0.struct_size = 0 }.parameter == "documents.struct_size")
    #expect(try refused { $0.count = -1 }.parameter == "documents.count")
    #expect(try refused { $0.byte_count = .max }.parameter == "documents.byte_count")
    #expect(try refused { $0.bytes = nil }.parameter == "documents.bytes")
    #expect(try refused { $0.offsets = nil }.parameter == "documents.offsets")
    #expect(try refused { $0.offset_type = 3 }.parameter == "documents.offset_type")
    #expect(try refused { $0.byte_count -= 1 }.kind == "bad_document_offsets")
    #expect(try refused { $0.count = 2 }.kind == "bad_document_offsets")
    #expect(
      try withDocuments([]) { documents in
        try refusal { fkm_vectorizer_fit(plan.handle, documents, -1, &target, nil, nil, $0) }
      }.kind == "no_rows")
    #expect(
      try withDocuments(["!", "?"]) { documents in
        try refusal { fkm_vectorizer_fit(plan.handle, documents, -1, &target, nil, nil, $0) }
      }.kind == "empty_vocabulary")
    #expect(
      try withDocuments(Self.texts) { documents in
        try refusal { fkm_vectorizer_transform(plan.handle, documents, -1, &target, nil, $0) }
      }.status == FKM_NOT_FITTED)
    #expect(target == nil)
  }

  @Test(arguments: [
    ("{\"ngrams\": [0, 1]}", "ngrams"), ("{\"ngrams\": [2, 1]}", "ngrams"), ("{\"ngrams\": 2}", "ngrams"),
    ("{\"min_df\": 0}", "min_df"), ("{\"min_df\": 0.5}", "min_df"), ("{\"max_features\": 0}", "max_features"),
    ("{\"sublinear_tf\": \"no\"}", "sublinear_tf"), ("{\"stop_words\": \"klingon\"}", "stop_words"),
    ("{\"stop_words\": [1]}", "stop_words"), ("{\"hashing\": 31}", "hashing"), ("{\"input\": null}", "input"),
    ("{\"analyzer\": \"letters\"}", "analyzer"), ("{\"char_ngrams\": [0, 3]}", "char_ngrams"),
    ("{\"char_ngrams\": \"5-2\"}", "char_ngrams"), ("{\"char_weight\": 0}", "char_weight"),
    ("{\"max_df\": 0}", "max_df"), ("{\"norm\": \"max\"}", "norm"),
  ])
  func optionsAreRefusedByName(text: String, name: String) throws {
    var target: OpaquePointer?
    let found = try refusal { fkm_vectorizer_new(text, -1, &target, $0) }
    #expect(found.status == FKM_INVALID_OPTION && found.parameter == name, "\(found)")
  }
}

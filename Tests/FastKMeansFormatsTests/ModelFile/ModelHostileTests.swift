import FastKMeansCore
import FastKMeansText
import Testing

@testable import FastKMeansFormats

/// Files with digests that fit and content that does not.
@Suite struct ModelHostileTests {
  private func forged(_ change: (inout ForgedModel) throws -> Void) throws -> [UInt8] {
    var model = try ForgedModel(SampleModels.ofText())
    try change(&model)
    return model.bytes()
  }

  @Test func forgingNothingGivesAModel() throws {
    #expect(throws: Never.self) { try ModelFile.read(bytes: forged { _ in }) }
  }

  @Test func refusesHugeHeaderLengths() {
    for length in [UInt64.max, 1 << 63, 1 << 40, UInt64(TensorHeader.maxByteCount) + 1] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
      #expect(problem(bytes) == .headerTooLong(declared: length, limit: TensorHeader.maxByteCount))
    }
  }

  @Test(arguments: [
    " {}", "[]", "{", "{}x", "{\"a\":1,\"a\":1}", "", "{\"__metadata__\":[]}", "{\"__metadata__\":{\"a\":1}}",
    "{\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"}}", "{\"a\":" + String(repeating: "[", count: 1000),
  ])
  func refusesHeadersThatAreNoTable(_ header: String) {
    let found = problem(ForgedModel.file(header: header, data: [0]))
    switch found {
    case .badHeader, .badMetadata: break
    default: Issue.record("\(header): \(String(describing: found))")
    }
  }

  @Test func refusesSafetensorsFilesOfOthers() throws {
    #expect(problem(ForgedModel.file(header: "{}")) == .notAModel)
    #expect(problem(ForgedModel.file(header: #"{"__metadata__":{"format":"pt"}}"#)) == .notAModel)
    #expect(try problem(forged { $0.metadata["format"] = nil }) == .notAModel)
  }

  @Test func refusesOtherMajorVersions() throws {
    #expect(
      try problem(forged { $0.metadata["format_version"] = .string("2.0") })
        == .newerVersion(found: "2.0", supported: "1.3"))
    // A later version may have other digests, or none.
    #expect(
      problem(ForgedModel.file(header: #"{"__metadata__":{"format":"fastkmeans","format_version":"9.1"}}"#))
        == .newerVersion(found: "9.1", supported: "1.3"))
    for version in ["", "1", "0.9", "1.x", "-1.0", "1.0.0", "one.zero"] {
      guard case .badMetadata = try problem(forged { $0.metadata["format_version"] = .string(version) })
      else {
        Issue.record("\(version)")
        continue
      }
    }
  }

  @Test func ignoresWhatANewerMinorVersionAdds() throws {
    let bytes = try forged { model in
      model.metadata["format_version"] = .string("1.7")
      model.metadata["thresholds"] = .string("{}")
      model.set("options", option: "new", .integer(5))
      model.set("vectorizer", option: "new", .null)
      let start = model.data.count
      model.data += [1, 2, 3]
      model.tensors["threshold.values"] = .fields([
        "dtype": "U8", "shape": [3, 1], "data_offsets": [.integer(start), .integer(start + 3)],
      ])
    }
    expectSame(try ModelFile.read(bytes: bytes), try SampleModels.ofText())
  }

  @Test func refusesTensorsThatDoNotFillTheData() throws {
    func pair(_ start: Int, _ end: Int) -> JSON { .array([.integer(start), .integer(end)]) }
    let model = try ForgedModel(SampleModels.ofText())
    let range = model.range("prototype.mass")
    let badOffsets: [JSON] = [
      pair(range.upperBound, range.lowerBound),
      pair(range.lowerBound - 8, range.upperBound - 8), pair(range.lowerBound + 8, range.upperBound + 8),
      pair(0, range.count), pair(-8, range.count - 8), pair(range.lowerBound, Int.max),
      pair(Int.max - 7, Int.max), .array([]), .array([.integer(0)]), .null, .string("0,8"),
      .array([.integer(0), .integer(8), .integer(16)]), .array([.numeral("0.0"), .numeral("8.0")]),
      .array([.numeral("1e1"), .numeral("18446744073709551616")]),
    ]
    for offsets in badOffsets { try expectBadTensor { $0.set("prototype.mass", "data_offsets", offsets) } }
    // The last tensor may not reach beyond the end.
    let last = try #require(
      model.tensors.keys.max { model.range($0).upperBound < model.range($1).upperBound })
    let end = model.range(last).upperBound + 100
    #expect(
      try problem(
        forged {
          $0.set(last, "data_offsets", pair(model.range(last).lowerBound, end))
          $0.set(last, "shape", .array([.integer(end - model.range(last).lowerBound)]))
        }) == .truncated(expected: end, found: model.data.count))
  }

  @Test func refusesBytesThatNoTensorOwns() throws {
    let model = try ForgedModel(SampleModels.ofText())
    for name in ["prototype.indptr", "vocabulary.bytes"] {
      try expectBadTensor { forged in
        let start = model.range(name).lowerBound
        forged.data.insert(contentsOf: [0, 0, 0, 0, 0, 0, 0, 0], at: start)
        for other in model.tensors.keys where model.range(other).lowerBound >= start {
          let range = model.range(other)
          let moved = [range.lowerBound + 8, range.upperBound + 8]
          forged.set(other, "data_offsets", .array(moved.map { .integer($0) }))
        }
      }
    }
  }

  @Test func keepsMessagesShortAndOnOneLine() throws {
    let name = "a\n" + String(repeating: "b", count: 100_000)
    let bytes = try forged { $0.tensors[name] = .null }
    let error = #expect(throws: ModelFileError.self) { try ModelFile.read(bytes: bytes) }
    let message = try #require(error).description
    #expect(message.hasPrefix("model: tensor 'a"))
    #expect(message.count < 600 && !message.contains(where: \.isNewline))
  }

  @Test func refusesShapesThatDoNotFit() throws {
    let huge = JSON.integer(Int.max)
    for shape: [JSON] in [
      [], [.integer(0)], [.integer(-1)], [huge], [huge, huge], [.integer(1 << 32), .integer(1 << 32)],
      [.integer(1 << 61)], [.numeral("4.0")], [.null], Array(repeating: .integer(1), count: 9),
    ] {
      try expectBadTensor { $0.set("prototype.mass", "shape", .array(shape)) }
    }
    try expectBadTensor { $0.set("prototype.mass", "shape", .integer(4)) }
    try expectBadTensor { $0.set("prototype.mass", "dtype", .string("Q9")) }
    try expectBadTensor { $0.set("prototype.mass", "dtype", .string("F32")) }
    try expectBadTensor { $0.tensors["prototype.mass"] = .object([]) }
    try expectBadTensor { $0.tensors["prototype.mass"] = .integer(1) }
  }

  @Test func refusesTensorsOfAnotherTypeOrShape() throws {
    #expect(
      try problem(forged { $0.set("prototype.mass", "dtype", .string("I64")) })
        == .wrongType(tensor: "prototype.mass", expected: .float64, found: .int64))
    #expect(
      try problem(forged { $0.set("prototype.values", "dtype", .string("I32")) })
        == .wrongType(tensor: "prototype.values", expected: .float32, found: .int32))
    let model = try ForgedModel(SampleModels.ofText())
    let count = model.range("prototype.mass").count / 8
    #expect(
      try problem(forged { $0.set("prototype.mass", "shape", .array([.integer(count), .integer(1)])) })
        == .wrongShape(tensor: "prototype.mass", expected: "[\(count)]", found: [count, 1]))
  }

  @Test(arguments: [
    "prototype.indices", "prototype.values", "prototype.class", "prototype.mass", "prototype.sum_scale",
    "class.label_bytes", "class.label_offsets", "vocabulary.bytes", "vocabulary.offsets", "vocabulary.idf",
    "vocabulary.document_frequency",
  ])
  func refusesModelsWithoutATensor(_ name: String) throws {
    // Under another name, so that the data stays filled.
    let found = try problem(
      forged {
        $0.tensors["renamed"] = $0.tensors[name]
        $0.tensors[name] = nil
      })
    #expect(found == .missingTensor(name: name))
  }

  @Test(arguments: ["options", "feature_count", "batch_count", "label_kind"])
  func refusesModelsWithoutAText(_ key: String) throws {
    #expect(try problem(forged { $0.metadata[key] = nil }) == .missingMetadata(key: key))
  }

  private func expectBadTensor(_ change: (inout ForgedModel) -> Void) throws {
    let found = try problem(forged(change))
    guard case .badTensor = found else {
      Issue.record("\(String(describing: found))")
      return
    }
  }
}

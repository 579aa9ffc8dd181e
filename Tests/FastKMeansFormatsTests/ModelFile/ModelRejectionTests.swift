import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

/// What a model knows about unknown classes, and its rule of rejection, in files.
@Suite struct ModelRejectionTests {
  private static func contents(_ rule: RejectionRule? = nil) throws -> ModelContents {
    var contents = try SampleModels.refined(isSparse: true)
    let unknown = OpenSet.Sample(
      scores: (0..<50).map { Float($0) / 7 }, classIndices: (0..<50).map { Int32($0 % 3) })
    let openSet = try OpenSet(
      intercept: -0.5, oddsWeight: 1.0 / 3, seenWeight: 0.25,
      known: OpenSet.Sample(scores: [1, .pi], classIndices: [0, 2]), unknown: unknown, classCount: 3)
    contents.model.storage.openSet = openSet
    contents.model = try contents.model.rejecting(rule)
    return contents
  }

  private static let rules: [RejectionRule?] = [
    nil, try? RejectionRule(.falseAccept, rate: 0.05),
    try? RejectionRule(.falseReject, rate: 1.0 / 3, isPerClass: true),
  ]

  @Test(arguments: rules) func comesBackAsItWas(rule: RejectionRule?) throws {
    let contents = try Self.contents(rule)
    let bytes = try ModelFile.bytes(of: contents)
    let back = try ModelFile.read(bytes: bytes)
    expectSame(contents, back)
    #expect(back.model.openSet == contents.model.openSet)
    #expect(back.model.storage.rejection == contents.model.storage.rejection)
    #expect(back.model.rejection == rule)
    #expect(try ModelFile.bytes(of: back) == bytes)
    let rows = try SampleModels.rows(20, isSparse: true).0
    #expect(try back.model.classify(rows, top: 2) == contents.model.classify(rows, top: 2))
  }

  @Test func anotherPrecisionKeepsBoth() throws {
    let contents = try Self.contents(try RejectionRule(.falseAccept, rate: 0.1))
    let converted = try contents.converted(to: .float16).contents
    #expect(converted.model.openSet == contents.model.openSet)
    #expect(converted.model.rejection == contents.model.rejection)
  }

  @Test func aFileWithoutThemHasNeither() throws {
    let back = try ModelFile.read(bytes: ModelFile.bytes(of: SampleModels.refined(isSparse: true)))
    #expect(back.model.openSet == nil)
    #expect(back.model.rejection == nil)
  }

  @Test func contentThatCannotBeIsRefused() throws {
    func refused(_ change: (inout ForgedModel) -> Void) throws -> ModelFileError.Problem? {
      var model = try ForgedModel(Self.contents(RejectionRule(.falseAccept, rate: 0.1)))
      change(&model)
      return problem(model.bytes())
    }
    #expect(try refused { _ in } == nil)
    let contentFaults: [(inout ForgedModel) -> Void] = [
      { $0.set("open_set.unknown_class", at: 3, Int32(3)) },
      { $0.set("open_set.known_class", at: 0, Int32(-1)) },
      { $0.set("open_set.unknown_score", at: 0, Float.nan) },
      { $0.set("open_set", option: "odds", .number(0)) }, { $0.set("open_set", option: "seen", .number(-1)) },
      { $0.set("rejection", option: "rate", .number(1.5)) },
      // Finer than 50 documents can tell.
      { $0.set("rejection", option: "rate", .number(0.001)) },
    ]
    for (index, fault) in contentFaults.enumerated() {
      guard case .badContent = try refused(fault) else {
        Issue.record("fault \(index)")
        continue
      }
    }
    guard case .badMetadata = try refused({ $0.set("rejection", option: "measure", .string("luck")) }) else {
      Issue.record("an unknown measure was taken")
      return
    }
    #expect(try refused { $0.metadata["open_set"] = nil } == .missingMetadata(key: "open_set"))
    #expect(
      try refused { $0.set("rejection", option: "per_class", nil) }
        == .missingMetadata(key: "rejection.per_class"))
  }
}

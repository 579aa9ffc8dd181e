import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// "None of these" through the interface as through the library.
@Suite struct RejectionTests {
  private struct Problem {
    let features: Features
    let rows: CallerRows
    let model: CallerModel
    let swift: ClassifierModel<Int>

    init(refine: RefinementEpochs = .automatic) throws {
      let clustered = TestRows.clustered(
        rows: 500, width: 40, classes: 6, subtopics: 1, density: 0.3, seed: 21)
      features = try TestRows.features(clustered.rows, isSparse: true)
      rows = CallerRows(features)
      var options = TrainingOptions()
      options.refinement = refine
      let classifier = try CallerClassifier(options.callerText)
      try classifier.fit(rows, CallerLabels(clustered.classes))
      model = try classifier.model()
      var swift = try FastKMeansClassifier<Int>(options)
      try swift.fit(features, labels: clustered.classes)
      self.swift = try swift.model
    }

    func rejecting(_ measure: Int, _ rate: Double, perClass: Int32 = 0) throws -> CallerModel {
      CallerModel(
        try Owned(fkm_model_free) {
          fkm_model_rejecting(model.handle, Int32(measure), rate, perClass, $0, $1)
        })
    }

    func rejected(_ model: CallerModel) throws -> [Bool] {
      var view = rows.rows
      var rejected = [UInt8](repeating: 9, count: features.rowCount)
      try call { fkm_model_predict_top(model.handle, &view, 0, 1, nil, nil, nil, nil, nil, &rejected, $0) }
      return rejected.map { $0 == 1 }
    }
  }

  private func openSet(_ model: CallerModel) throws -> fkm_open_set {
    var info = fkm_open_set()
    info.struct_size = UInt32(MemoryLayout<fkm_open_set>.size)
    try call { fkm_model_get_open_set(model.handle, &info, $0) }
    return info
  }

  @Test(arguments: [false, true])
  func documentsAreRejectedAsByTheLibrary(perClass: Bool) throws {
    let problem = try Problem()
    let rules: [(Int, RejectionRule.Measure)] = [
      (FKM_FALSE_ACCEPT, .falseAccept), (FKM_FALSE_REJECT, .falseReject),
    ]
    for (measure, swiftMeasure) in rules {
      let model = try problem.rejecting(measure, 0.2, perClass: perClass ? 1 : 0)
      let expected = try problem.swift.rejecting(
        RejectionRule(swiftMeasure, rate: 0.2, isPerClass: perClass))
      #expect(try problem.rejected(model) == expected.classify(problem.features).map(\.isRejected))
      let info = try openSet(model)
      #expect(info.measure == Int32(measure) && info.rate == 0.2 && info.is_per_class == (perClass ? 1 : 0))
      let set = try #require(expected.openSet)
      #expect(info.known_count == Int64(set.knownCount) && info.unknown_count == Int64(set.unknownCount))
      #expect(info.separation == set.separation)
    }
    // Some documents are rejected, or the comparison would say nothing.
    #expect(try problem.rejected(problem.rejecting(FKM_FALSE_REJECT, 0.2)).contains(true))
  }

  @Test func scoresAreThoseOfTheLibrary() throws {
    let problem = try Problem()
    var view = problem.rows.rows
    var scores = [Float](repeating: 0, count: problem.features.rowCount)
    try call { fkm_model_open_set_scores(problem.model.handle, &view, 2, &scores, $0) }
    #expect(scores == (try problem.swift.classify(problem.features).map { $0.openSetScore }))
  }

  @Test func theRuleGoesIntoTheFileAndIsTakenBack() throws {
    let problem = try Problem()
    #expect(try openSet(problem.model).measure == Int32(FKM_ACCEPT_ALL))
    let bytes = try problem.rejecting(FKM_FALSE_ACCEPT, 0.1).bytes()
    let read = CallerModel(
      try Owned(fkm_model_free) { handle, error in
        bytes.withUnsafeBytes { fkm_model_from_bytes($0.baseAddress, Int64($0.count), -1, handle, error) }
      })
    #expect(try openSet(read).rate == 0.1)
    let resumed = try CallerClassifier(resuming: read).model()
    #expect(try openSet(resumed).rate == 0.1)
    let plain = CallerModel(
      try Owned(fkm_model_free) { fkm_model_rejecting(read.handle, Int32(FKM_ACCEPT_ALL), .nan, 0, $0, $1) })
    #expect(try openSet(plain).rate.isNaN)
  }

  @Test func whatMakesNoSenseIsNamed() throws {
    let problem = try Problem()
    var target: OpaquePointer?
    for rate in [0, 1, -1, .nan, 1e-9] {
      let found = try refusal {
        fkm_model_rejecting(problem.model.handle, Int32(FKM_FALSE_ACCEPT), rate, 0, &target, $0)
      }
      #expect(found.status == FKM_INVALID_OPTION && found.parameter == "false_accept_rate", "\(found)")
    }
    let unknown = try refusal { fkm_model_rejecting(problem.model.handle, 7, 0.1, 0, &target, $0) }
    #expect(unknown.parameter == "measure", "\(unknown)")

    let plain = try Problem(refine: .count(0))
    var info = fkm_open_set()
    info.struct_size = UInt32(MemoryLayout<fkm_open_set>.size)
    var view = plain.rows.rows
    var scores = [Float](repeating: 0, count: plain.features.rowCount)
    let refusals: [(UnsafeMutablePointer<fkm_error>) -> Int32] = [
      { fkm_model_rejecting(plain.model.handle, Int32(FKM_FALSE_REJECT), 0.1, 0, &target, $0) },
      { fkm_model_get_open_set(plain.model.handle, &info, $0) },
      { fkm_model_open_set_scores(plain.model.handle, &view, 0, &scores, $0) },
    ]
    for body in refusals {
      let found = try refusal(#_sourceLocation, body)
      #expect(found.status == FKM_UNSUPPORTED, "\(found)")
    }
    #expect(target == nil)
  }
}

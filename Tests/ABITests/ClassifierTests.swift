import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Progress, cancellation, options, copies: what only a classifier has.
@Suite struct ClassifierTests {
  private struct Problem {
    let rows: CallerRows
    let labels: CallerLabels
    /// So few that a classifier may answer without a model.
    let few: CallerRows

    init() throws {
      let clustered = TestRows.clustered(rows: 80, width: 12, classes: 3, density: 0.5, seed: 3)
      few = CallerRows(try TestRows.features(Array(clustered.rows[..<10]), isSparse: true))
      rows = CallerRows(try TestRows.features(clustered.rows, isSparse: true))
      labels = CallerLabels(clustered.classes)
    }
  }

  /// What a progress function of these tests works on.
  private struct Watch {
    var calls = 0
    var limit = Int.max
    var classifier: OpaquePointer?
    var innerStatus: Int32 = 0
    var isInOrder = true
  }

  private static let watching: fkm_progress_function = { context, progress in
    guard let watch = context?.assumingMemoryBound(to: Watch.self), let progress else { return 1 }
    watch.pointee.calls += 1
    let now = progress.pointee
    watch.pointee.isInOrder = watch.pointee.isInOrder && now.completed >= 0 && now.completed <= now.total
    if watch.pointee.classifier != nil {
      watch.pointee.innerStatus = fkm_classifier_set_options(watch.pointee.classifier, "{}", -1, nil)
    }
    return watch.pointee.calls >= watch.pointee.limit ? 1 : 0
  }

  private func fit(_ classifier: CallerClassifier, _ problem: Problem, _ watch: inout Watch) throws {
    var (view, column) = (problem.rows.rows, problem.labels.labels)
    try withUnsafeMutablePointer(to: &watch) { watch in
      try call { fkm_classifier_fit(classifier.handle, &view, &column, nil, Self.watching, watch, nil, $0) }
    }
  }

  @Test func progressIsReportedAndCanCancel() throws {
    let problem = try Problem()
    // With more threads the number of reports depends on when they are done.
    let classifier = try CallerClassifier("{\"n_threads\": 1}")
    var watch = Watch()
    try fit(classifier, problem, &watch)
    #expect(watch.calls > 3 && watch.isInOrder)
    let before = try classifier.model().bytes()
    for limit in [1, 2, watch.calls / 2, watch.calls] {
      var stopping = Watch(limit: limit)
      do {
        try fit(classifier, problem, &stopping)
        Issue.record("not cancelled at call \(limit)")
      } catch let refusal as Refusal {
        #expect(refusal.status == FKM_CANCELLED, "\(refusal)")
      }
      #expect(stopping.calls == limit)
      #expect(try classifier.model().bytes() == before)
    }
  }

  @Test func aCallFromWithinACallIsRefused() throws {
    let problem = try Problem()
    let classifier = try CallerClassifier()
    var watch = Watch(classifier: classifier.handle)
    try fit(classifier, problem, &watch)
    #expect(watch.innerStatus == Int32(FKM_INVALID_ARGUMENT))
  }

  @Test func aClassifierAnswersAsItsModel() throws {
    let problem = try Problem()
    for options in ["{}", "{\"refine\": 0}"] {
      let classifier = try CallerClassifier(options)
      for _ in 0..<3 {
        try classifier.fitBatch(problem.rows, problem.labels)
        for rows in [problem.few, problem.rows] {
          #expect(try classifier.predict(rows) == classifier.model().predict(rows))
        }
      }
    }
  }

  @Test func aFreshClassifierHasNoModel() throws {
    let classifier = try CallerClassifier()
    #expect(throws: Refusal.self) { try classifier.model() }
    #expect(throws: Refusal.self) { try classifier.predict(Problem().rows) }
    var target: OpaquePointer?
    let found = try refusal { fkm_classifier_model(classifier.handle, &target, $0) }
    #expect(found.status == FKM_NOT_FITTED)
  }

  @Test func optionsChangeAndComeBack() throws {
    let problem = try Problem()
    let classifier = try CallerClassifier("{\"k_init\": 2, \"random_state\": 18446744073709551615}")
    try call { fkm_classifier_set_options(classifier.handle, "{\"tol\": 0.5, \"n_threads\": 2}", -1, $0) }
    #expect(try options(classifier).contains("\"random_state\":18446744073709551615"))
    #expect(try options(classifier).contains("\"tol\":0.5"))
    #expect(try options(classifier).contains("\"n_threads\":2"))
    #expect(try options(classifier).contains("\"k_init\":2"))
    #expect(try options(classifier).contains("\"half_life\":null"))
    try call {
      fkm_classifier_set_options(classifier.handle, "{\"half_life\": 500, \"k_bytes\": 4096}", -1, $0)
    }
    #expect(try options(classifier).contains("\"half_life\":500"))
    #expect(try options(classifier).contains("\"k_bytes\":4096"))
    // What comes out goes in again.
    let text = try options(classifier)
    #expect(try options(CallerClassifier(text)) == text)

    try classifier.fit(problem.rows, problem.labels)
    for (name, value) in [("distance", "euclidean"), ("dtype", "float16"), ("mode", "reference")] {
      let found = try refusal {
        fkm_classifier_set_options(classifier.handle, "{\"\(name)\": \"\(value)\"}", -1, $0)
      }
      #expect(found.status == FKM_INVALID_OPTION && found.parameter == name, "\(found)")
    }
    try call { fkm_classifier_set_options(classifier.handle, "{\"warm_start\": true}", -1, $0) }
  }

  @Test func whatWasTriedIsToldAsJSON() throws {
    let problem = try Problem()
    let classifier = try CallerClassifier("{\"distance\": \"auto\"}")
    #expect(try text { fkm_classifier_choices(classifier.handle, $0, $1) } == "[]")
    try classifier.fit(problem.rows, problem.labels)
    let told = try text { fkm_classifier_choices(classifier.handle, $0, $1) }
    guard case .array(let choices) = try JSON.parse(Array(told.utf8)) else {
      Issue.record("no list: \(told)")
      return
    }
    let subjects = choices.compactMap { $0["subject"] }
    #expect(subjects.contains(.string("distance")) && subjects.contains(.string("recipe")))
    #expect(choices.contains { $0["taken"] == .bool(true) })
    #expect(try options(classifier).contains("\"distance\":\"auto\"") == false)
    #expect(try text { fkm_classifier_warnings(classifier.handle, $0, $1) } == "[]")
  }

  @Test func aDistanceThatIsClearlyWorseBringsAWarning() throws {
    let (rows, classes) = TestRows.unlikeUnits(300, seed: 1)
    let classifier = try CallerClassifier("{\"distance\": \"cosine\"}")
    try classifier.fit(CallerRows(TestRows.features(rows, isSparse: false)), CallerLabels(classes))
    let told = try text { fkm_classifier_warnings(classifier.handle, $0, $1) }
    guard case .array(let warnings) = try JSON.parse(Array(told.utf8)), warnings.count == 1,
      case .string(let warning) = warnings[0]
    else {
      Issue.record("no list of one sentence: \(told)")
      return
    }
    #expect(warning.contains("% right and euclidean, standardized features "), "\(warning)")
    #expect(warning.hasSuffix("%; distance='auto' chooses by held-out rows"), "\(warning)")
  }

  private func options(_ classifier: CallerClassifier) throws -> String {
    try text { fkm_classifier_options(classifier.handle, $0, $1) }
  }

  private func text(
    _ call: (UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<fkm_error>?) -> Int32
  ) throws -> String {
    let buffer = try Owned(fkm_buffer_free, call)
    let bytes = UnsafeRawBufferPointer(
      start: fkm_buffer_data(buffer.handle), count: Int(fkm_buffer_size(buffer.handle)))
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func aCopyIsIndependent() throws {
    let problem = try Problem()
    let classifier = try CallerClassifier()
    try classifier.fit(problem.rows, problem.labels)
    let copy = try Owned(fkm_classifier_free) { fkm_classifier_clone(classifier.handle, $0, $1) }
    let before = try classifier.model().bytes()
    var (view, column) = (problem.rows.rows, problem.labels.labels)
    try call {
      fkm_classifier_fit_batch(copy.handle, &view, &column, nil, nil, nil, nil, nil, nil, $0)
    }
    #expect(try classifier.model().bytes() == before)
  }

  @Test func reportsSayWhatHappened() throws {
    let problem = try Problem()
    let classifier = try CallerClassifier()
    let report = try classifier.fit(problem.rows, problem.labels)
    #expect(report.new_class_count == 3 && report.epochs >= 1)
    #expect(report.prototype_count == (try classifier.model().info().prototype_count))
    #expect(report.refinement == Int32(FKM_REFINEMENT_DONE) && report.held_out_count > 0)
    let more = try classifier.fitBatch(problem.rows, CallerLabels([Int](repeating: 9, count: 80)))
    #expect(more.new_class_count == 1 && more.held_out_accuracy.isNaN)
    #expect(report.error_before_update.isNaN && more.error_before_update == 1)
  }

  @Test func givenPrototypesAreWhereTrainingBegins() throws {
    let problem = try Problem()
    let start = CallerRows(try TestRows.features([[1] + [Float](repeating: 0, count: 11)], isSparse: true))
    let classifier = try CallerClassifier(
      "{\"refine\": 0, \"soft\": false}", initial: start, labels: CallerLabels([1]))
    try classifier.fit(problem.rows, problem.labels)
    var classes = [Int32](repeating: -1, count: Int(try classifier.model().info().prototype_count))
    let model = try classifier.model()
    try call { fkm_model_copy_prototype_masses(model.handle, &classes, nil, nil, $0) }
    #expect(classes.filter { $0 == 1 }.count == 1)
  }
}

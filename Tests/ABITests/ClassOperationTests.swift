import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Classes that go, get another name or become one, through the interface as through the library.
@Suite struct ClassOperationTests {
  private struct Problem {
    let features: Features
    let rows: CallerRows
    let names: [String]
    let classifier: CallerClassifier
    var swift: FastKMeansClassifier<String>

    init(isRefined: Bool) throws {
      let clustered = TestRows.clustered(rows: 90, width: 14, classes: 4, density: 0.4, seed: 12)
      features = try TestRows.features(clustered.rows, isSparse: true)
      rows = CallerRows(features)
      names = clustered.classes.map { ["mail", "news", "shop", "talk"][$0] }
      var options = TrainingOptions()
      options.refinement = isRefined ? .automatic : .count(0)
      classifier = try CallerClassifier(options.callerText)
      try classifier.fit(rows, CallerLabels(names))
      swift = try FastKMeansClassifier<String>(options)
      try swift.fit(features, labels: names)
    }

    /// Both have the same classes and give the same scores.
    func expectTheSame(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
      let model = try classifier.model()
      let expected = try swift.model
      #expect(try model.info().class_count == Int64(expected.classes.count), sourceLocation: sourceLocation)
      let predicted = try model.predict(rows).map { expected.classes[Int($0)] }
      #expect(predicted == (try expected.predict(features)), sourceLocation: sourceLocation)
      let info = try model.info()
      var text = [CChar](repeating: 0, count: Int(info.label_text_size))
      var offsets = [Int64](repeating: 0, count: Int(info.class_count) + 1)
      try call { fkm_model_copy_text_labels(model.handle, &text, &offsets, $0) }
      let joined = String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      #expect(joined == expected.classes.joined(), sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [true, false])
  func whatIsDoneToClassesIsDoneAsInTheLibrary(isRefined: Bool) throws {
    var problem = try Problem(isRefined: isRefined)
    let classifier = problem.classifier.handle
    var (mail, post) = (CallerLabels(["mail"]).borrowed, CallerLabels(["post"]).borrowed)
    try call { fkm_classifier_rename_class(classifier, &mail.labels, &post.labels, $0) }
    try problem.swift.renameClass("mail", to: "post")
    try problem.expectTheSame()

    var (two, news) = (CallerLabels(["talk", "post"]).borrowed, CallerLabels(["news"]).borrowed)
    try call { fkm_classifier_merge_classes(classifier, &two.labels, &news.labels, $0) }
    try problem.swift.mergeClasses(["talk", "post"], into: "news")
    try problem.expectTheSame()

    try call { fkm_classifier_remove_class(classifier, &news.labels, $0) }
    try problem.swift.removeClass("news")
    try problem.expectTheSame()
  }

  @Test func whatCannotBeDoneIsNamedAndChangesNothing() throws {
    let problem = try Problem(isRefined: true)
    let classifier = problem.classifier.handle
    let before = try problem.classifier.model().bytes()
    var (mail, news) = (CallerLabels(["mail"]).borrowed, CallerLabels(["news"]).borrowed)
    var (none, number) = (CallerLabels(["none"]).borrowed, CallerLabels([3]).borrowed)
    var (twice, both) = (CallerLabels(["mail", "mail"]).borrowed, CallerLabels(["mail", "news"]).borrowed)
    let refusals: [(Int, String, (UnsafeMutablePointer<fkm_error>) -> Int32)] = [
      (FKM_BAD_DATA, "unknown_class", { fkm_classifier_remove_class(classifier, &none.labels, $0) }),
      (FKM_INVALID_ARGUMENT, "size", { fkm_classifier_remove_class(classifier, &both.labels, $0) }),
      (
        FKM_BAD_DATA, "unknown_class",
        { fkm_classifier_rename_class(classifier, &none.labels, &mail.labels, $0) }
      ),
      (
        FKM_UNSUPPORTED, "unsupported",
        { fkm_classifier_rename_class(classifier, &mail.labels, &news.labels, $0) }
      ),
      (
        FKM_BAD_DATA, "label_type_changed",
        { fkm_classifier_rename_class(classifier, &mail.labels, &number.labels, $0) }
      ),
      (
        FKM_INVALID_ARGUMENT, "size",
        { fkm_classifier_rename_class(classifier, &mail.labels, &both.labels, $0) }
      ),
      (
        FKM_UNSUPPORTED, "unsupported",
        { fkm_classifier_merge_classes(classifier, &twice.labels, &news.labels, $0) }
      ),
      (
        FKM_UNSUPPORTED, "unsupported",
        { fkm_classifier_merge_classes(classifier, &both.labels, &news.labels, $0) }
      ),
      (
        FKM_BAD_DATA, "unknown_class",
        { fkm_classifier_merge_classes(classifier, &mail.labels, &none.labels, $0) }
      ),
    ]
    for (status, kind, body) in refusals {
      let found = try refusal(#_sourceLocation, body)
      #expect(found.status == status && found.kind == kind, "\(found)")
    }
    #expect(try problem.classifier.model().bytes() == before)
  }

  @Test func theOnlyClassStays() throws {
    let classifier = try CallerClassifier()
    let rows = CallerRows(try TestRows.features([[1, 0], [0, 1]], isSparse: true))
    try classifier.fitBatch(rows, CallerLabels([7, 7]))
    var seven = CallerLabels([7]).borrowed
    let found = try refusal { fkm_classifier_remove_class(classifier.handle, &seven.labels, $0) }
    #expect(found.status == FKM_UNSUPPORTED, "\(found)")
  }
}

/// Labels with the memory that they point into.
private struct BorrowedLabels {
  var labels: fkm_labels
  let owner: CallerLabels
}

extension CallerLabels {
  fileprivate var borrowed: BorrowedLabels { BorrowedLabels(labels: labels, owner: self) }
}

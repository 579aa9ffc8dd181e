import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_classifier_new")
package func classifierNew(
  _ options: UnsafePointer<CChar>?, _ optionsLength: Int64, _ initial: UnsafePointer<fkm_rows>?,
  _ initialLabels: UnsafePointer<fkm_labels>?, _ classifier: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    var settings = TrainingOptions()
    try settings.set(options, length: optionsLength)
    if let given = try Initialization(initial, initialLabels) { settings.initialization = given }
    try settings.device.check()
    try put(ClassifierHandle(Learner(options: settings.validated())), in: classifier, "classifier")
  }
}

@_cdecl("fkm_classifier_resume")
package func classifierResume(
  _ model: OpaquePointer?, _ classifier: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let model = try ModelHandle.borrowed(model, "model")
    try put(ClassifierHandle(Learner(resuming: model.storage)), in: classifier, "classifier")
  }
}

@_cdecl("fkm_classifier_clone")
package func classifierClone(
  _ classifier: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let learner = try ClassifierHandle.borrowed(classifier, "classifier").withLearner { $0 }
    try put(ClassifierHandle(learner), in: copy, "copy")
  }
}

@_cdecl("fkm_classifier_free")
package func classifierFree(_ classifier: OpaquePointer?) { Handle.release(classifier) }

@_cdecl("fkm_classifier_set_options")
package func classifierSetOptions(
  _ classifier: OpaquePointer?, _ options: UnsafePointer<CChar>?, _ optionsLength: Int64,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    try ClassifierHandle.borrowed(classifier, "classifier").withLearner { learner in
      var settings = learner.options.options
      try settings.set(options, length: optionsLength)
      try settings.device.check()
      try learner.change(to: settings.validated())
    }
  }
}

@_cdecl("fkm_classifier_options")
package func classifierOptions(
  _ classifier: OpaquePointer?, _ json: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let settings = try ClassifierHandle.borrowed(classifier, "classifier").withLearner { $0.options.options }
    try put(BufferHandle(Array(settings.json.utf8)), in: json, "json")
  }
}

@_cdecl("fkm_classifier_model")
package func classifierModel(
  _ classifier: OpaquePointer?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let learner = try ClassifierHandle.borrowed(classifier, "classifier").withLearner { $0 }
    try put(ModelHandle(learner.model()), in: model, "model")
  }
}

extension Initialization {
  /// Prototypes that a caller gives; nil for none.
  init?(_ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?) throws {
    guard rows != nil || labels != nil else { return nil }
    let features = try BorrowedRows(rows, "initial", workers: 1).features
    let column = try LabelColumn(labels, "initial_labels")
    self = .prototypes(features, labels: (0..<column.count).map { column[$0] })
  }
}

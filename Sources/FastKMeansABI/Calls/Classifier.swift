import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_classifier_new")
package func classifierNew(
  _ options: TextPointer?, _ optionsLength: Int64, _ initial: RowsPointer?, _ initialLabels: LabelsPointer?,
  _ classifier: HandlePointer?, _ error: ErrorPointer?
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
package func classifierResume(_ model: OpaquePointer?, _ classifier: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) {
    let model = try ModelHandle.borrowed(model, "model")
    try put(ClassifierHandle(Learner(resuming: model.storage)), in: classifier, "classifier")
  }
}

@_cdecl("fkm_classifier_clone")
package func classifierClone(_ classifier: OpaquePointer?, _ copy: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) {
    let learner = try ClassifierHandle.borrowed(classifier, "classifier").reading { $0 }
    try put(ClassifierHandle(learner), in: copy, "copy")
  }
}

@_cdecl("fkm_classifier_free")
package func classifierFree(_ classifier: OpaquePointer?) { Handle.release(classifier) }

@_cdecl("fkm_classifier_set_options")
package func classifierSetOptions(
  _ classifier: OpaquePointer?, _ options: TextPointer?, _ optionsLength: Int64, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    try ClassifierHandle.borrowed(classifier, "classifier").changing { learner in
      var settings = learner.options.options
      try settings.set(options, length: optionsLength)
      try settings.device.check()
      try learner.change(to: settings.validated())
    }
  }
}

@_cdecl("fkm_classifier_options")
package func classifierOptions(_ classifier: OpaquePointer?, _ json: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) {
    let settings = try ClassifierHandle.borrowed(classifier, "classifier").reading { $0.options.options }
    try put(BufferHandle(settings.json()), in: json, "json")
  }
}

@_cdecl("fkm_classifier_choices")
package func classifierChoices(_ classifier: OpaquePointer?, _ json: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) {
    let choices = try ClassifierHandle.borrowed(classifier, "classifier").reading { $0.choices }
    try put(BufferHandle(JSON.array(choices.map(\.json)).text), in: json, "json")
  }
}

@_cdecl("fkm_classifier_warnings")
package func classifierWarnings(
  _ classifier: OpaquePointer?, _ json: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let warning = try ClassifierHandle.borrowed(classifier, "classifier").reading {
      $0.choices.warning(naming: "distance='auto'", percentSign: "%")
    }
    try put(BufferHandle(JSON.array([warning].compactMap { $0.map(JSON.string) }).text), in: json, "json")
  }
}

@_cdecl("fkm_classifier_model")
package func classifierModel(_ classifier: OpaquePointer?, _ model: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) {
    try put(ModelHandle(ClassifierHandle.borrowed(classifier, "classifier").model()), in: model, "model")
  }
}

@_cdecl("fkm_classifier_predict")
package func classifierPredict(
  _ classifier: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32,
  _ classIndices: UnsafeMutablePointer<Int32>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try ClassifierHandle.borrowed(classifier, "classifier")
    let asked = try threadCount(threads)
    let workers = Parallel.workerCount(
      try asked ?? handle.reading { $0.options.options.threadCount })
    let found = try CallerRows(rows, "rows", workers: workers)
    let target = try Output<Int32>(classIndices, count: found.view.rowCount, "class_indices")
    if let classes = try handle.reading({ learner in
      try found.withView { try learner.predictedClasses($0) }
    }) {
      return target.write(classes)
    }
    let input = try AnswerInput(handle.model(), found, workers: workers)
    try input.answer { target.write(try input.scoring.predictedClasses($0)) }
  }
}

@_cdecl("fkm_classifier_remove_class")
package func classifierRemoveClass(
  _ classifier: OpaquePointer?, _ label: LabelsPointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let label = try LabelColumn(label, "label").only("label")
    try ClassifierHandle.borrowed(classifier, "classifier").changing { try $0.removeClass(label) }
  }
}

@_cdecl("fkm_classifier_rename_class")
package func classifierRenameClass(
  _ classifier: OpaquePointer?, _ label: LabelsPointer?, _ name: LabelsPointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let label = try LabelColumn(label, "label").only("label")
    let name = try LabelColumn(name, "name").only("name")
    try ClassifierHandle.borrowed(classifier, "classifier").changing {
      try $0.renameClass(label, to: name)
    }
  }
}

@_cdecl("fkm_classifier_merge_classes")
package func classifierMergeClasses(
  _ classifier: OpaquePointer?, _ labels: LabelsPointer?, _ target: LabelsPointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let column = try LabelColumn(labels, "labels")
    let target = try LabelColumn(target, "target").only("target")
    try ClassifierHandle.borrowed(classifier, "classifier").changing {
      try $0.mergeClasses((0..<column.count).map { column[$0] }, into: target)
    }
  }
}

extension Initialization {
  /// Prototypes that a caller gives; nil for none.
  init?(_ rows: RowsPointer?, _ labels: LabelsPointer?) throws {
    guard rows != nil || labels != nil else { return nil }
    let features = try CallerRows(rows, "initial", workers: 1).features
    let column = try LabelColumn(labels, "initial_labels")
    self = .prototypes(features, labels: (0..<column.count).map { column[$0] })
  }
}

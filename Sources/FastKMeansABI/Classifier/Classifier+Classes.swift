import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_classifier_remove_class")
package func classifierRemoveClass(
  _ classifier: OpaquePointer?, _ label: UnsafePointer<fkm_labels>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let label = try LabelColumn(label, "label").only("label")
    try ClassifierHandle.borrowed(classifier, "classifier").withLearner { try $0.removeClass(label) }
  }
}

@_cdecl("fkm_classifier_rename_class")
package func classifierRenameClass(
  _ classifier: OpaquePointer?, _ label: UnsafePointer<fkm_labels>?, _ name: UnsafePointer<fkm_labels>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let label = try LabelColumn(label, "label").only("label")
    let name = try LabelColumn(name, "name").only("name")
    try ClassifierHandle.borrowed(classifier, "classifier").withLearner {
      try $0.renameClass(label, to: name)
    }
  }
}

@_cdecl("fkm_classifier_merge_classes")
package func classifierMergeClasses(
  _ classifier: OpaquePointer?, _ labels: UnsafePointer<fkm_labels>?, _ target: UnsafePointer<fkm_labels>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let column = try LabelColumn(labels, "labels")
    let target = try LabelColumn(target, "target").only("target")
    try ClassifierHandle.borrowed(classifier, "classifier").withLearner {
      try $0.mergeClasses((0..<column.count).map { column[$0] }, into: target)
    }
  }
}

extension LabelColumn {
  /// The label of an argument that is to have one.
  fileprivate func only(_ name: String) throws -> Label {
    guard count == 1 else { throw ArgumentError.size("\(name).row_count", count, allowed: "1: one label") }
    return self[0]
  }
}

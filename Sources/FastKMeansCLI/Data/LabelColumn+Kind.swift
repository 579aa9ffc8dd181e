import FastKMeansCore

extension LabelColumn {
  /// The same labels in the type that a model has: numbers are also texts.
  ///
  /// - Throws: `InputError.badLabels` for texts where the model has integers.
  func column(kind: Label.Kind?) throws -> LabelColumn {
    guard let kind, let found = labels.first?.kind, kind != found else { return self }
    guard kind == .text else {
      throw InputError.badLabels(found: "texts", expected: "integers, as the model's classes are")
    }
    return try LabelColumn(labels: labels.map { .text($0.description) }, indices: indices)
  }
}

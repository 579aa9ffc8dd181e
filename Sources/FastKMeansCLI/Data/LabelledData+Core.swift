import FastKMeans
import FastKMeansFormats
import FastKMeansText

// The one place where what readers give meets what the core and the vectoriser take.

extension FastKMeansFormats.LabelColumn {
  /// The labels of all rows.
  ///
  /// - Parameters:
  ///   - kind: the type of the model's labels. Numbers are also texts, if that is what the model has.
  /// - Throws: `InputError.badLabels` if the types cannot meet or a row has no label.
  func column(kind: Label.Kind?) throws -> FastKMeans.LabelColumn {
    guard !indices.contains(-1) else {
      throw InputError.badLabels(found: "missing in some rows", expected: "a label for each row")
    }
    guard let kind, let found = labels.first?.kind, kind != found else {
      return try FastKMeans.LabelColumn(labels: labels, indices: indices)
    }
    guard kind == .text else {
      throw InputError.badLabels(found: "texts", expected: "integers, as the model's classes are")
    }
    return try FastKMeans.LabelColumn(labels: labels.map { .text($0.description) }, indices: indices)
  }
}

extension FastKMeansFormats.TextDocuments {
  func utf8Documents() throws -> UTF8Documents { try UTF8Documents(bytes: bytes, offsets: offsets) }
}

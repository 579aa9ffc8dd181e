import FastKMeansCore
import FastKMeansFormats

/// What labelled rows say of a model before and after it was made smaller.
struct ConversionCheck {
  let documentCount: Int
  let accuracyBefore: Double
  let accuracyAfter: Double
  /// The share of documents that both give the same class.
  let agreement: Double

  /// - Throws: errors of the readers and the library.
  init(before: LoadedModel, after: LoadedModel, path: String, reader: ReaderOptions) throws {
    let rows = try LabelledData.read(path, options: reader)
    let prepared = try rows.prepared(with: before.vectorizer, workers: reader.workers)
    guard let labels = prepared.labels else {
      throw InputError.badLabels(found: "missing", expected: "a label for each row")
    }
    let numbering = ClassNumbering(before.model.classes)
    let truth = numbering.numbers(of: try labels.column(kind: before.labelKind))
    let old = try before.model.predictedClassIndices(prepared.features)
    let new = try after.model.predictedClassIndices(prepared.features)
    func share(_ count: Int) -> Double { Double(count) / Double(max(1, truth.count)) }
    documentCount = truth.count
    accuracyBefore = share(zip(truth, old).count { $0 == $1 })
    accuracyAfter = share(zip(truth, new).count { $0 == $1 })
    agreement = share(zip(old, new).count { $0 == $1 })
  }
}

import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Synchronization

/// A model as it answers requests: immutable, its index made, so that no request waits for it.
package final class ServedModel: Sendable {
  package let name: String
  package let version: String
  package let contents: ModelContents
  /// The number by which changes name each prototype; nil for a model that does not learn.
  package let prototypeIDs: [UInt64]?
  /// The map of its prototypes, made when somebody looks.
  package let atlas = OnDemand<PrototypeAtlas>()
  /// Models that reject at the rates that requests asked for, with the order in which they came.
  private let rejecting = Mutex<[(rate: Double, model: ClassifierModel<Label>)]>([])

  /// A caller who asks for ever other rates takes no more memory than this many thresholds.
  private static let keptRates = 16

  /// - Throws: what making the index throws.
  /// - Complexity: O(stored values).
  package init(
    name: String, version: String, _ contents: ModelContents, prototypeIDs: [UInt64]? = nil
  ) throws {
    self.name = name
    self.version = version
    self.contents = contents
    self.prototypeIDs = prototypeIDs
    try contents.model.storage.index().prepare()
  }

  package var takesText: Bool { contents.vectorizer != nil }

  /// The answers to rows of the model's kind.
  ///
  /// - Parameters:
  ///   - falseAcceptRate: the share of documents of unknown classes that may be accepted; nil: as the model was saved.
  /// - Throws: `InputError`, `OptionsError`, `ClassifierError`.
  package func classify(
    _ rows: LabelledData, top count: Int = 1, reasons: Int = 0, falseAcceptRate: Double? = nil
  ) throws -> [Answer<Label>] {
    let model = try falseAcceptRate.map(model(falseAcceptRate:)) ?? contents.model
    let features = try contents.features(of: rows)
    guard reasons > 0 else { return try model.classify(features, top: count, parts: []) }
    return try model.classify(features, top: count, reasons: reasons) { row, leads in
      FeatureNames(contents.vectorizer, document: rows.text(at: row)).reasons(for: leads)
    }
  }

  private func model(falseAcceptRate rate: Double) throws -> ClassifierModel<Label> {
    if let known = rejecting.withLock({ $0.first { $0.rate == rate } }) { return known.model }
    let model = try contents.model.rejecting(falseAcceptRate: rate)
    rejecting.withLock {
      if $0.count == Self.keptRates { $0.removeFirst() }
      $0.append((rate, model))
    }
    return model
  }
}

extension LabelledData {
  /// The text of a row; nil for vectors.
  package func text(at row: Int) -> String? {
    if case .text(let documents, _) = self { documents.text(at: row) } else { nil }
  }

  /// The same for people, where a document has several columns.
  package func readableText(at row: Int) -> String? {
    if case .text(let documents, _) = self { documents.readableText(at: row) } else { nil }
  }
}

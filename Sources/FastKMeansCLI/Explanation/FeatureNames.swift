import FastKMeansCore
import FastKMeansText

/// What the features of one document are called.
///
/// A hashing model keeps no words; those of the document at hand are hashed again to find its columns.
struct FeatureNames {
  private let model: LoadedModel
  /// The document's terms by hashed column, more than one where they collide; empty with a vocabulary.
  private var hashed: [Int: [String]] = [:]

  init(model: LoadedModel) { self.model = model }

  init(model: LoadedModel, document: String) {
    self.init(model: model)
    hashed = model.vectorizer?.hashedTerms(of: document) ?? [:]
  }

  subscript(feature: Int) -> String {
    hashed[feature]?.joined(separator: " or ") ?? model.name(ofFeature: feature)
  }
}

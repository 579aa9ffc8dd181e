import FastKMeansText

/// Names the features of one document.
///
/// A hashing model keeps no words. So the document's own words are hashed again to find their columns.
package struct FeatureNames {
  private let contents: ModelContents
  /// The document's terms by hashed column; colliding terms share one. Empty for models with a vocabulary.
  private var hashed: [Int: [String]] = [:]

  /// - Parameters:
  ///   - contents: the model.
  ///   - document: the text; `nil` for a row of vectors.
  package init(_ contents: ModelContents, document: String?) {
    self.contents = contents
    if let document { hashed = contents.vectorizer?.hashedTerms(of: document) ?? [:] }
  }

  package subscript(feature: Int) -> String {
    hashed[feature]?.joined(separator: " or ") ?? contents.name(ofFeature: feature)
  }
}

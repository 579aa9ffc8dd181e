import FastKMeansFormats
import FastKMeansText

/// Names the features of one document.
///
/// A hashing model keeps no words. So the document's own words are hashed again to find their columns.
struct FeatureNames {
  private let contents: ModelContents
  /// The document's terms by hashed column; colliding terms share one. Empty for models with a vocabulary.
  private var hashed: [Int: [String]] = [:]

  /// - Parameters:
  ///   - contents: the model.
  ///   - document: the text; `nil` for a row of vectors.
  /// - Throws: errors of the text options.
  init(_ contents: ModelContents, document: String?) throws {
    self.contents = contents
    guard let document, let vectorizer = contents.vectorizer, vectorizer.isHashing else { return }
    var options = vectorizer.options
    (options.hashingBits, options.minDocumentFrequency, options.maxFeatures) = (nil, 1, nil)
    // A document without any term has no vocabulary, and no feature to name.
    guard let own = try? TFIDFVectorizer.fit(to: CollectionOfOne(document), options: options, workers: 1)
    else { return }
    for column in 0..<own.columnCount {
      guard let term = own.term(at: column), let hash = vectorizer.column(of: term) else { continue }
      hashed[hash, default: []].append(term)
    }
  }

  subscript(feature: Int) -> String {
    hashed[feature]?.joined(separator: " or ") ?? contents.name(ofFeature: feature)
  }
}

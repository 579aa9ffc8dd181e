import FastKMeansFormats
import FastKMeansText

/// Says to which words the features of one document belong.
///
/// A hashing model keeps no words, and an n-gram of characters is a part of some: the document says of which.
struct FeatureNames {
  private let contents: ModelContents
  /// The document's words by column, each with its share; empty where each feature is a word.
  private var words: [Int: [(word: String, share: Double)]] = [:]

  /// - Parameters:
  ///   - contents: the model.
  ///   - document: the text; `nil` for a row of vectors.
  init(_ contents: ModelContents, document: String?) {
    self.contents = contents
    guard let document, let vectorizer = contents.vectorizer, vectorizer.hasPartsOfWords else { return }
    for word in vectorizer.words(of: document) {
      for share in word.shares { words[share.column, default: []].append((word.text, share.share)) }
    }
  }

  /// The words that a feature belongs to, with shares that add up to 1.
  subscript(feature: Int) -> [(word: String, share: Double)] {
    words[feature] ?? [(contents.name(ofFeature: feature), 1)]
  }
}

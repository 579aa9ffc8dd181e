import FastKMeansCore

/// Text options that have been checked; only these can vectorise.
public struct ValidatedTextOptions: Sendable, Equatable {
  public let options: TextOptions

  fileprivate init(_ options: TextOptions) { self.options = options }
}

extension TextOptions {
  /// The longest n-gram. With it and ``UTF8Documents/maxDocumentBytes`` a document's terms number fewer than 2^32.
  static let maxNGram = 8
  /// The most hash bits with which document frequencies can be learned: 2^24 columns take 192 MB.
  static let maxFittedHashingBits = 24

  /// Checks every value.
  ///
  /// - Throws: ``OptionsError`` with the parameter, its value and what is allowed.
  public func validated() throws(OptionsError) -> ValidatedTextOptions {
    guard ngrams.lowerBound >= 1, ngrams.upperBound <= Self.maxNGram else {
      throw OptionsError(
        parameter: "ngrams", value: "\(ngrams.lowerBound)-\(ngrams.upperBound)",
        allowed: "two whole numbers from 1 to \(Self.maxNGram), such as 1-2")
    }
    guard minDocumentFrequency >= 1 else {
      throw OptionsError(
        parameter: "min_df", value: "\(minDocumentFrequency)", allowed: "a whole number of documents from 1")
    }
    if let maxFeatures, maxFeatures < 1 {
      throw OptionsError(
        parameter: "max_features", value: "\(maxFeatures)", allowed: "a whole number from 1, or none")
    }
    if let hashingBits, !(1...30).contains(hashingBits) {
      throw OptionsError(
        parameter: "hashing", value: "\(hashingBits)", allowed: "1 to 30 bits, or none for a vocabulary")
    }
    if case .custom(let words) = stopWords, words.contains(where: \.isEmpty) {
      throw OptionsError(parameter: "stop_words", value: "a list with an empty word", allowed: "words")
    }
    return ValidatedTextOptions(self)
  }

  /// Checks that document frequencies can be learned with these options.
  func checkFittable() throws(OptionsError) {
    guard let hashingBits, hashingBits > Self.maxFittedHashingBits else { return }
    throw OptionsError(
      parameter: "hashing", value: "\(hashingBits)",
      allowed: "1 to \(Self.maxFittedHashingBits) bits where document frequencies are learned;"
        + " up to 30 without fitting")
  }
}

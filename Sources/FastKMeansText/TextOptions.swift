import FastKMeansCore

/// The options of turning text into features.
///
/// The comment of each property begins with its name on the command line (with dashes), in Python and in files. The
/// defaults are those of scikit-learn's `TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=100_000)`.
/// Three things are fixed. Words are runs of at least two Unicode letters, digits or underscores. Rows have unit length.
/// The inverse document frequency is smoothed: `ln((1 + n) / (1 + df)) + 1`.
public struct TextOptions: Sendable, Equatable {
  /// `lowercase`: whether the text is folded before it is split, as Python's `str.lower()` does.
  public var lowercase: Bool
  /// `ngrams`: how many consecutive words make a term, from the fewest to the most; within 1...8.
  public var ngrams: ClosedRange<Int>
  /// `min_df`: the number of documents that a term must occur in to become a feature; from 1. Hashing ignores it.
  public var minDocumentFrequency: Int
  /// `max_features`: the largest number of features; from 1, `nil` for no limit. The terms that occur most often are
  /// kept; of equally frequent ones the first in code point order. Hashing ignores it.
  public var maxFeatures: Int?
  /// `sublinear_tf`: whether a term counts `1 + ln(occurrences)` in place of its occurrences.
  public var sublinearTF: Bool
  /// `stop_words`: the words that are left out.
  public var stopWords: StopWords
  /// `hashing`: the number of bits of a term's hash that choose its column, in place of a vocabulary; within 1...30,
  /// `nil` for a vocabulary.
  public var hashingBits: Int?

  /// Makes options; those that are not named keep their defaults.
  public init(
    lowercase: Bool = true, ngrams: ClosedRange<Int> = 1...1, minDocumentFrequency: Int = 2,
    maxFeatures: Int? = 100_000, sublinearTF: Bool = true, stopWords: StopWords = .none,
    hashingBits: Int? = nil
  ) {
    self.lowercase = lowercase
    self.ngrams = ngrams
    self.minDocumentFrequency = minDocumentFrequency
    self.maxFeatures = maxFeatures
    self.sublinearTF = sublinearTF
    self.stopWords = stopWords
    self.hashingBits = hashingBits
  }
}

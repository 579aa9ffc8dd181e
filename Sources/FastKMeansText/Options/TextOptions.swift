/// How text becomes features, as a user gives it; ``validated()`` checks it.
///
/// The comment of each property gives its name on the command line (with dashes), in Python and in files. The
/// defaults are those of scikit-learn's `TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=100_000)`.
/// Not to be chosen: words are runs of at least two Unicode letters, digits or underscores; rows have unit
/// length; the inverse document frequency is smoothed, `ln((1 + n) / (1 + df)) + 1`.
public struct TextOptions: Sendable, Equatable {
  /// `lowercase`: fold the text before it is split, as Python's `str.lower()` does.
  public var lowercase: Bool
  /// `ngrams`: how many consecutive words make a term, smallest to largest; within 1...8.
  public var ngrams: ClosedRange<Int>
  /// `min_df`: a term must occur in this many documents, at least 1. Without effect when hashing.
  public var minDocumentFrequency: Int
  /// `max_features`: keep the terms that occur most often, at least 1; `nil` keeps all. Among terms that occur
  /// equally often the first in code point order stay. Without effect when hashing.
  public var maxFeatures: Int?
  /// `sublinear_tf`: count `1 + ln(occurrences)` in place of the occurrences.
  public var sublinearTF: Bool
  /// `stop_words`: words to leave out.
  public var stopWords: StopWords
  /// `hashing`: 2 to this power columns, chosen by the term's hash, in place of a vocabulary; within 1...30.
  public var hashingBits: Int?

  /// Every option has a default; name those that differ.
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

import FastKMeansCore

/// The options of turning text into features.
///
/// The comment of each property begins with its name on the command line (with dashes), in Python and in files. The
/// defaults are those of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`.
public struct TextOptions: Sendable, Equatable {
  /// `analyzer`: whether terms are words, n-grams of characters, or both, or what a trial finds best.
  public var analyzer = TextAnalyzer.auto
  /// `lowercase`: whether the text is folded before it is split, as Python's `str.lower()` does.
  public var lowercase: Bool
  /// `ngrams`: how many consecutive words make a term, from the fewest to the most; within 1...8. `nil` is what a trial
  /// finds best where the analyzer is tried, else single words.
  public var ngrams: ClosedRange<Int>?
  /// `char_ngrams`: how many consecutive characters make a term, from the fewest to the most; within 1...8.
  public var characterNGrams = 2...5
  /// `char_weight`: the length of the characters' part of a row where that of the words' part is 1; above 0. Only for
  /// both at once.
  public var characterWeight = 1.0
  /// `min_df`: the number of documents that a term must occur in to become a feature; from 1. Hashing ignores it.
  public var minDocumentFrequency: Int
  /// `max_df`: the number of documents that a term may occur in to become a feature; from 1, `nil` for no limit. Hashing
  /// ignores it.
  public var maxDocumentFrequency: Int?
  /// `max_features`: the largest number of features; from 1, `nil` for no limit. The terms that occur most often are
  /// kept; of equally frequent ones the first in code point order. Words and characters have it each. Hashing ignores it.
  public var maxFeatures: Int?
  /// `sublinear_tf`: whether a term counts `1 + ln(occurrences)` in place of its occurrences.
  public var sublinearTF: Bool
  /// `binary`: whether a term counts once however often it occurs in a document.
  public var isBinary = false
  /// `use_idf`: whether a term weighs more the fewer documents it occurs in, `ln((1 + n) / (1 + df)) + 1`.
  public var usesInverseDocumentFrequency = true
  /// `smooth_idf`: whether document frequencies are counted as if one more document had every term. Without it a term weighs
  /// `ln(n / df) + 1`.
  public var smoothsInverseDocumentFrequency = true
  /// `norm`: which length of a row is 1; `nil` for rows as they come.
  public var norm: RowNorm? = .l2
  /// `stop_words`: the words that are left out.
  public var stopWords: StopWords
  /// `hashing`: the number of bits of a term's hash that choose its column, in place of a vocabulary; within 1...30,
  /// `nil` for a vocabulary. Where there are words and characters, each has half of the columns.
  public var hashingBits: Int?
  /// The columns that documents have; empty where a document is one text. ``document(_:)`` makes a document of a row.
  public var columns: [DocumentColumn] = []

  /// Makes options; those that are not named keep their defaults.
  public init(
    lowercase: Bool = true, ngrams: ClosedRange<Int>? = nil, minDocumentFrequency: Int = 1,
    maxFeatures: Int? = nil, sublinearTF: Bool = true, stopWords: StopWords = .none,
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

extension TextOptions {
  /// The sizes of n-grams of words.
  var wordNGrams: ClosedRange<Int> { ngrams ?? 1...1 }

  /// The same with nothing left to choose: words, where no trial says more.
  var definite: TextOptions { reading(analyzer == .auto ? .word : analyzer) }

  /// The same for one analyzer.
  func reading(_ analyzer: TextAnalyzer) -> TextOptions {
    var options = self
    (options.analyzer, options.ngrams) = (analyzer, wordNGrams)
    return options
  }
}

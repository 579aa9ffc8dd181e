import FastKMeansCore

/// Turns text into TF-IDF rows of unit length. It is immutable, so any number of threads can share one.
///
/// With default options the rows equal those of scikit-learn's `TfidfVectorizer(sublinear_tf=True, min_df=2,
/// max_features=100_000)` within 1e-6 (a golden file holds them together). They differ in:
/// - the Unicode version, which is that of Swift's standard library;
/// - which of equally frequent terms `max_features` keeps: here the first in code point order, there those that an
///   unstable sort leaves;
/// - bytes that are not UTF-8: here they are read as U+FFFD and counted.
///
/// There are two kinds. One has a vocabulary: its columns are the vocabulary's terms in code point order. The other
/// hashes: its columns are hashes of terms (MurmurHash3, as scikit-learn's `HashingVectorizer(alternate_sign=False)` has
/// it), so it needs to see no documents first, which suits streams. A hashing vectoriser that is fitted learns document
/// frequencies; one that is not gives every term the weight 1. Terms that share a column add up.
public struct TFIDFVectorizer: Sendable {
  /// The options that it was made with.
  public let options: TextOptions
  /// The number of documents that were seen while fitting; 0 when nothing was.
  package let documentCount: Int
  /// In how many of them each column's term occurs; empty when nothing was fitted.
  package let documentFrequencies: [Int]
  /// `ln((1 + documents) / (1 + document frequency)) + 1` for each column; empty when nothing was fitted.
  package var inverseDocumentFrequencies: [Float] { weighting.inverseDocumentFrequencies }

  let vocabulary: TermIndex
  let analyzer: Analyzer
  let weighting: TermWeighting

  /// - Parameters:
  ///   - options: checked by the caller.
  ///   - documentFrequencies: one for each column; empty when nothing was fitted.
  ///   - inverseDocumentFrequencies: the same; nil for those that follow from the document frequencies.
  init(
    _ options: TextOptions, vocabulary: TermIndex, documentFrequencies: [Int],
    inverseDocumentFrequencies: [Float]? = nil, documentCount: Int
  ) {
    self.options = options
    self.vocabulary = vocabulary
    self.documentFrequencies = documentFrequencies
    self.documentCount = documentCount
    analyzer = Analyzer(options)
    weighting = TermWeighting(
      inverseDocumentFrequencies: inverseDocumentFrequencies
        ?? documentFrequencies.map {
          TermWeighting.inverseDocumentFrequency(documents: $0, of: documentCount)
        }, sublinear: options.sublinearTF)
  }

  /// Makes a vectoriser that has seen no documents. It can be used as it is when it hashes; one with a vocabulary comes
  /// from ``fitTransform(_:options:workers:)``.
  ///
  /// - Throws: ``OptionsError``.
  public init(_ options: TextOptions = TextOptions()) throws(OptionsError) {
    self.init(
      try options.validated(), vocabulary: TermIndex(bytes: [], offsets: [0]), documentFrequencies: [],
      documentCount: 0)
  }

  /// Makes a hashing vectoriser with 2 to the power of `bits` columns, which needs no fitting.
  ///
  /// - Throws: ``OptionsError``.
  package init(hashingBits bits: Int, ngrams: ClosedRange<Int> = 1...1) throws(OptionsError) {
    try self.init(TextOptions(ngrams: ngrams, hashingBits: bits))
  }
}

extension TFIDFVectorizer {
  /// Whether columns are hashes of terms; then no term can be named.
  package var isHashing: Bool { options.hashingBits != nil }

  /// Whether ``transform(_:workers:)`` can be called: a vocabulary has been learned, or none is needed.
  package var isFitted: Bool { isHashing || documentCount > 0 }

  /// The number of features of every row.
  public var columnCount: Int {
    if let bits = options.hashingBits { 1 << bits } else { vocabulary.count }
  }

  /// The vocabulary's terms in UTF-8, one after the other, in column order; empty when hashing.
  package var vocabularyBytes: [UInt8] { vocabulary.bytes }

  /// Where each term starts in ``vocabularyBytes``, and the end of the last; `[0]` when hashing.
  package var vocabularyOffsets: [Int] { vocabulary.offsets }

  /// Returns the term of a column; `nil` when hashing, and for a column outside `0 ..< columnCount`.
  public func term(at column: Int) -> String? {
    guard column >= 0, column < vocabulary.count else { return nil }
    return String(
      decoding: vocabulary.bytes[vocabulary.offsets[column]..<vocabulary.offsets[column + 1]], as: UTF8.self)
  }
}

extension TFIDFVectorizer: Equatable {
  public static func == (one: TFIDFVectorizer, other: TFIDFVectorizer) -> Bool {
    one.options == other.options && one.documentCount == other.documentCount
      && one.documentFrequencies == other.documentFrequencies
      && one.inverseDocumentFrequencies == other.inverseDocumentFrequencies
      && one.vocabulary == other.vocabulary
  }
}

/// Rows that a vectoriser made of text.
package struct VectorizedText: Sendable, Equatable {
  /// The vectoriser that made the rows.
  package let vectorizer: TFIDFVectorizer
  /// A row for each document. It has unit length, or no entries where none of its terms is known.
  package let rows: CSRMatrix
  /// How many invalid UTF-8 sequences were read as U+FFFD.
  package let repairCount: Int
}

import FastKMeansCore

/// Turns text into TF-IDF rows of unit length. It is immutable, so any number of threads can share one.
///
/// With default options the rows equal those of scikit-learn's `TfidfVectorizer(sublinear_tf=True)` within 1e-6 (a golden
/// file holds them together). They differ in:
/// - the Unicode version, which is that of Swift's standard library;
/// - which of equally frequent terms `max_features` keeps: here the first in code point order, there those that an
///   unstable sort leaves;
/// - bytes that are not UTF-8: here they are read as U+FFFD and counted.
///
/// There are two kinds. One has a vocabulary: its columns are the vocabulary's terms in code point order. The other
/// hashes: its columns are hashes of terms (MurmurHash3, as scikit-learn's `HashingVectorizer(alternate_sign=False)` has
/// it), so it needs to see no documents first, which suits streams. A hashing vectoriser that is fitted learns document
/// frequencies; one that is not gives every term the weight 1. Terms that share a column add up.
///
/// Words and n-grams of characters can be read at once. Each of the two then has its own columns, the characters' first,
/// and each part of a row is scaled to the norm before the whole is.
public struct TFIDFVectorizer: Sendable {
  /// The options that it was made with; the analyzer `auto` has become a definite one.
  package let options: TextOptions
  /// The number of documents that were seen while fitting; 0 when nothing was.
  package let documentCount: Int
  /// In how many of them each column's term occurs; empty when nothing was fitted.
  package let documentFrequencies: [Int]
  /// `ln((1 + documents) / (1 + document frequency)) + 1` for each column; empty when nothing was fitted.
  package var inverseDocumentFrequencies: [Float] {
    documentFrequencies.isEmpty
      ? [] : weighting.inverseDocumentFrequencies + blocks.flatMap(\.inverseDocumentFrequencies)
  }

  /// In the order of their columns.
  let parts: [TermPart]
  /// One for each of several columns of documents, which then has the parts.
  let blocks: [ColumnBlock]
  let weighting: TermWeighting

  /// - Parameters:
  ///   - options: checked by the caller.
  ///   - vocabularies: one for each part; nil for empty ones.
  ///   - documentFrequencies: one for each column; empty when nothing was fitted.
  ///   - inverseDocumentFrequencies: the same; nil for those that follow from the document frequencies.
  init(
    _ options: TextOptions, vocabularies: [TermIndex]? = nil, documentFrequencies: [Int],
    inverseDocumentFrequencies: [Float]? = nil, documentCount: Int
  ) {
    let options = options.definite
    self.options = options
    self.documentFrequencies = documentFrequencies
    self.documentCount = documentCount
    blocks = []
    parts = TermPart.parts(
      options,
      vocabularies: vocabularies ?? options.analyzer.kinds.map { _ in TermIndex(bytes: [], offsets: [0]) })
    weighting = TermWeighting(
      options, parts: parts,
      inverseDocumentFrequencies: inverseDocumentFrequencies
        ?? documentFrequencies.map {
          TermWeighting.inverseDocumentFrequency(documents: $0, of: documentCount, options)
        })
  }

  /// One of several columns.
  init(_ options: TextOptions, blocks: [ColumnBlock], documentCount: Int) {
    self.options = options.definite
    self.blocks = blocks
    self.documentCount = documentCount
    documentFrequencies = documentCount > 0 ? blocks.flatMap(\.documentFrequencies) : []
    parts = []
    weighting = TermWeighting(options, parts: [], inverseDocumentFrequencies: [])
  }

  /// Makes a vectoriser that has seen no documents. It can be used as it is when it hashes; one with a vocabulary comes
  /// from ``fitTransform(_:options:workers:)``.
  ///
  /// - Throws: ``OptionsError``.
  package init(_ options: TextOptions = TextOptions()) throws(OptionsError) {
    let options = try options.validated()
    guard options.columns.isEmpty else {
      self.init(options, blocks: try Self.unfittedBlocks(options.definite), documentCount: 0)
      return
    }
    self.init(options, documentFrequencies: [], documentCount: 0)
  }

  /// Makes a hashing vectoriser with 2 to the power of `bits` columns, which needs no fitting.
  ///
  /// - Throws: ``OptionsError``.
  package init(hashingBits bits: Int, ngrams: ClosedRange<Int>? = nil) throws(OptionsError) {
    try self.init(TextOptions(ngrams: ngrams, hashingBits: bits))
  }
}

extension TFIDFVectorizer {
  /// Whether columns are hashes of terms; then no term can be named.
  package var isHashing: Bool { options.hashingBits != nil }

  /// Whether ``transform(_:workers:)`` can be called: a vocabulary has been learned, or none is needed.
  package var isFitted: Bool { isHashing || documentCount > 0 }

  /// The number of features of every row.
  public var columnCount: Int { blocks.last?.columns.upperBound ?? parts.last?.columns.upperBound ?? 0 }

  /// The vocabulary's terms in UTF-8, one after the other, in column order, and where each starts, with the end of the last;
  /// without terms when hashing.
  package var vocabulary: (bytes: [UInt8], offsets: [Int]) {
    if !blocks.isEmpty { return names }
    if parts.count == 1 { return (parts[0].vocabulary.bytes, parts[0].vocabulary.offsets) }
    var (bytes, offsets) = ([UInt8](), [0])
    for part in parts {
      for column in part.columns {
        guard let name = part.name(of: column) else { break }
        bytes += name
        offsets.append(bytes.count)
      }
    }
    return (bytes, offsets)
  }

  /// The same for several columns of documents: the names of all features.
  private var names: (bytes: [UInt8], offsets: [Int]) {
    var (bytes, offsets) = ([UInt8](), [0])
    guard !isHashing else { return (bytes, offsets) }
    for block in blocks {
      for feature in block.columns {
        bytes += (block.name(of: feature) ?? "").utf8
        offsets.append(bytes.count)
      }
    }
    return (bytes, offsets)
  }

  /// Returns the term of a column; `nil` when hashing, and for a column outside `0 ..< columnCount`. With words and
  /// characters at once, n-grams of characters begin with a plus sign. Where documents have columns, the name of the column
  /// comes first: `title: screen`, `product=phone`, `price`.
  public func term(at column: Int) -> String? {
    if !blocks.isEmpty { return blocks.first { $0.columns.contains(column) }?.name(of: column) }
    guard let name = parts.first(where: { $0.columns.contains(column) })?.name(of: column) else { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}

extension TFIDFVectorizer: Equatable {
  /// Whether two vectorisers make the same rows of the same texts.
  public static func == (one: TFIDFVectorizer, other: TFIDFVectorizer) -> Bool {
    one.options == other.options && one.documentCount == other.documentCount
      && one.documentFrequencies == other.documentFrequencies
      && one.inverseDocumentFrequencies == other.inverseDocumentFrequencies
      && one.parts.map(\.vocabulary) == other.parts.map(\.vocabulary) && one.blocks == other.blocks
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

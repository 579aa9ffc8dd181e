import FastKMeansText

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The plain twin of `TFIDFVectorizer`: dictionaries, double precision, one document after the other.
public struct TextReferenceVectorizer {
  /// Sorted by code point.
  public let terms: [[UInt8]]
  public let documentFrequencies: [Int]
  public let inverseDocumentFrequencies: [Double]
  /// For each document the columns and values, by column.
  public let rows: [[(column: Int, value: Double)]]
  /// How many U+FFFD stand for invalid bytes.
  public let repairCount: Int

  /// Fits and transforms the documents; without hashing.
  public init(_ documents: [[UInt8]], options: TextOptions) {
    var repairs = 0
    let counts = documents.map { document -> [[UInt8]: Int] in
      let text = Self.decode(document, repairs: &repairs)
      let terms = TextReferenceTokenizer.terms(
        of: text, lowercase: options.lowercase, ngrams: options.ngrams, stopWords: options.stopWords.words)
      return Dictionary(terms.map { ($0, 1) }, uniquingKeysWith: +)
    }
    let frequencies = Dictionary(counts.flatMap(\.keys).map { ($0, 1) }, uniquingKeysWith: +)
    let totals = Dictionary(counts.flatMap { $0.map { ($0.key, $0.value) } }, uniquingKeysWith: +)
    var kept = frequencies.filter { $0.value >= options.minDocumentFrequency }.map(\.key)
    kept.sort { $0.lexicographicallyPrecedes($1) }
    if let limit = options.maxFeatures, kept.count > limit {
      // A stable order by falling occurrences, then back to the order of the terms.
      let ranked = kept.enumerated().sorted {
        let (one, other) = (totals[$0.element] ?? 0, totals[$1.element] ?? 0)
        return one != other ? one > other : $0.offset < $1.offset
      }
      kept = ranked.prefix(limit).sorted { $0.offset < $1.offset }.map(\.element)
    }
    let documentFrequencies = kept.map { frequencies[$0] ?? 0 }
    let factors = documentFrequencies.map { log(Double(1 + documents.count) / Double(1 + $0)) + 1 }
    let columns = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    rows = counts.map { row in
      Self.weigh(row, columns: columns, factors: factors, sublinear: options.sublinearTF)
    }
    terms = kept
    self.documentFrequencies = documentFrequencies
    inverseDocumentFrequencies = factors
    repairCount = repairs
  }

  private static func weigh(
    _ counts: [[UInt8]: Int], columns: [[UInt8]: Int], factors: [Double], sublinear: Bool
  ) -> [(column: Int, value: Double)] {
    var row: [(column: Int, value: Double)] = []
    for (term, count) in counts {
      guard let column = columns[term] else { continue }
      row.append((column, (sublinear ? 1 + log(Double(count)) : Double(count)) * factors[column]))
    }
    let length = row.reduce(0.0) { $0 + $1.value * $1.value }.squareRoot()
    return row.sorted { $0.column < $1.column }.map { ($0.column, $0.value / length) }
  }

  /// Decodes by the standard library, and counts what it had to repair.
  static func decode(_ bytes: [UInt8], repairs: inout Int) -> [Unicode.Scalar] {
    let text = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    let genuine = bytes.indices.count { bytes[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
    repairs += text.count { $0 == "\u{FFFD}" } - genuine
    return text
  }
}

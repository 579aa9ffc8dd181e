import FastKMeansText

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The plain twin of `TFIDFVectorizer`: dictionaries, double precision, one document after the other.
package struct TextReferenceVectorizer {
  /// Sorted by code point.
  package let terms: [[UInt8]]
  package let documentFrequencies: [Int]
  package let inverseDocumentFrequencies: [Double]
  /// For each document the columns and values, by column.
  package let rows: [[(column: Int, value: Double)]]
  /// How many U+FFFD stand for invalid bytes.
  package let repairCount: Int

  /// Fits and transforms the documents; without hashing.
  package init(_ documents: [[UInt8]], options: TextOptions) {
    var repairs = 0
    let counts = documents.map { document -> [[UInt8]: Int] in
      let text = Self.decode(document, repairs: &repairs)
      let terms = TextReferenceTokenizer.terms(of: text, options: options)
      return Dictionary(terms.map { ($0, 1) }, uniquingKeysWith: +)
    }
    let frequencies = Dictionary(counts.flatMap(\.keys).map { ($0, 1) }, uniquingKeysWith: +)
    let totals = Dictionary(counts.flatMap { $0.map { ($0.key, $0.value) } }, uniquingKeysWith: +)
    var kept = frequencies.filter {
      $0.value >= options.minDocumentFrequency && $0.value <= options.maxDocumentFrequency ?? .max
    }.map(\.key)
    kept.sort { $0.lexicographicallyPrecedes($1) }
    if let limit = options.maxFeatures {
      // A stable order by falling occurrences, then back to the order of the terms.
      let ranked = kept.enumerated().sorted {
        let (one, other) = (totals[$0.element] ?? 0, totals[$1.element] ?? 0)
        return one != other ? one > other : $0.offset < $1.offset
      }
      let isBeside = Self.isBeside(options)
      let taken = [true, false].flatMap { part in ranked.filter { isBeside($0.element) == part }.prefix(limit)
      }
      kept = taken.sorted { $0.offset < $1.offset }.map(\.element)
    }
    let documentFrequencies = kept.map { frequencies[$0] ?? 0 }
    let factors = documentFrequencies.map { frequency in
      guard options.usesInverseDocumentFrequency else { return 1.0 }
      let added = options.smoothsInverseDocumentFrequency ? 1 : 0
      return log(Double(added + documents.count) / Double(added + frequency)) + 1
    }
    let columns = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    rows = counts.map { row in
      Self.weigh(row, columns: columns, factors: factors, options)
    }
    terms = kept
    self.documentFrequencies = documentFrequencies
    inverseDocumentFrequencies = factors
    repairCount = repairs
  }

  /// Whether a term is one of characters beside words.
  private static func isBeside(_ options: TextOptions) -> ([UInt8]) -> Bool {
    let hasBoth = options.analyzer == .wordAndChar || options.analyzer == .wordAndCharWB
    return { hasBoth && $0.first == UInt8(ascii: "+") }
  }

  private static func weigh(
    _ counts: [[UInt8]: Int], columns: [[UInt8]: Int], factors: [Double], _ options: TextOptions
  ) -> [(column: Int, value: Double)] {
    func frequency(_ count: Int) -> Double {
      options.isBinary ? 1 : options.sublinearTF ? 1 + log(Double(count)) : Double(count)
    }
    func scaled(_ row: [(column: Int, value: Double)], to length: Double) -> [(column: Int, value: Double)] {
      let found =
        switch options.norm {
        case .l2: row.reduce(0.0) { $0 + $1.value * $1.value }.squareRoot()
        case .l1: row.reduce(0.0) { $0 + $1.value }
        case nil: 1.0
        }
      return row.map { ($0.column, $0.value * length / found) }
    }
    let isBeside = Self.isBeside(options)
    let row = [true, false].flatMap { part in
      let entries = counts.compactMap { term, count in
        isBeside(term) == part ? columns[term].map { ($0, frequency(count) * factors[$0]) } : nil
      }
      return scaled(entries, to: part ? options.characterWeight : 1)
    }
    return (row.isEmpty ? row : scaled(row, to: 1)).sorted { $0.column < $1.column }
  }

  /// Decodes by the standard library, and counts what it had to repair.
  static func decode(_ bytes: [UInt8], repairs: inout Int) -> [Unicode.Scalar] {
    let text = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    let genuine = bytes.indices.count { bytes[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
    repairs += text.count { $0 == "\u{FFFD}" } - genuine
    return text
  }
}

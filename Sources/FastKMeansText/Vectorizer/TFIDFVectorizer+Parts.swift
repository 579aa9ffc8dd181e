import FastKMeansCore

extension TFIDFVectorizer {
  /// A vectoriser from what a model file stores of it; everything is checked, for a file may say anything.
  ///
  /// - Parameters:
  ///   - options: as ``TFIDFVectorizer/options``.
  ///   - vocabularyBytes: the terms' UTF-8, in code point order; empty when hashing.
  ///   - vocabularyOffsets: where each term starts, and the end of the last; `[0]` when hashing.
  ///   - inverseDocumentFrequencies: one for each column, finite and above 0; empty for hashing without fitting.
  ///   - documentFrequencies: one for each column, at most `documentCount`; empty for hashing without fitting.
  ///   - documentCount: how many documents were seen; 0 for hashing without fitting.
  /// - Throws: ``OptionsError``; ``TextError/badParts(part:position:problem:)``.
  /// - Complexity: O(bytes + columns).
  package init(
    options: TextOptions, vocabularyBytes: [UInt8], vocabularyOffsets: [Int],
    inverseDocumentFrequencies: [Float], documentFrequencies: [Int], documentCount: Int
  ) throws {
    // The stop words stay as they were when the vocabulary was learned.
    try options.checkRanges()
    try Self.checkVocabulary(vocabularyBytes, vocabularyOffsets)
    let termCount = vocabularyOffsets.count - 1
    if let bits = options.hashingBits {
      try Self.require(termCount == 0, "vocabulary offsets", 0, "a hashing vectoriser has no terms")
      let columnCount = documentCount == 0 ? 0 : 1 << bits
      if documentCount != 0 { try options.checkFittable() }
      try Self.checkFrequencies(documentFrequencies, columnCount, smallest: 0, documentCount)
      try Self.checkFactors(inverseDocumentFrequencies, columnCount)
    } else {
      try Self.require(termCount > 0, "vocabulary offsets", 0, "there are no terms")
      try Self.checkFrequencies(documentFrequencies, termCount, smallest: 1, documentCount)
      try Self.checkFactors(inverseDocumentFrequencies, termCount)
    }
    self.init(
      options, vocabularies: try Self.vocabularies(options, vocabularyBytes, vocabularyOffsets),
      documentFrequencies: documentFrequencies, inverseDocumentFrequencies: inverseDocumentFrequencies,
      documentCount: documentCount)
  }

  /// In how many documents a term occurs whose inverse document frequency is all that has been kept.
  package static func documentFrequency(factor: Float, of documentCount: Int) -> Int {
    guard factor.isFinite else { return 1 }
    let frequency = (1 + Double(documentCount)) / naturalExponential(Double(factor) - 1) - 1
    return Int(max(1, min(Double(max(1, documentCount)), frequency.rounded())))
  }

  static func require(
    _ condition: Bool, _ part: String, _ position: Int, _ problem: @autoclosure () -> String
  ) throws(TextError) {
    guard condition else { throw TextError.badParts(part: part, position: position, problem: problem()) }
  }

  static func checkVocabulary(_ bytes: [UInt8], _ offsets: [Int]) throws {
    let part = "vocabulary offsets"
    try require(offsets.first == 0, part, 0, "the first offset must be 0")
    try require(offsets.count - 1 <= TermSlots.maxTerms, part, offsets.count - 1, "too many terms")
    for position in 1..<max(1, offsets.count) {
      try require(
        offsets[position] > offsets[position - 1] && offsets[position] <= bytes.count, part, position,
        "offsets must ascend and end at the number of bytes, \(bytes.count); found \(offsets[position])")
    }
    try require(
      offsets[offsets.count - 1] == bytes.count, part, offsets.count - 1,
      "the last offset must be the number of bytes, \(bytes.count)")
    var previous: ArraySlice<UInt8> = []
    for position in 0..<offsets.count - 1 {
      let term = bytes[offsets[position]..<offsets[position + 1]]
      try require(
        previous.lexicographicallyPrecedes(term), "vocabulary", position,
        "terms must be in code point order, each once")
      try require(
        String(validating: term, as: UTF8.self) != nil, "vocabulary", position, "the term is not UTF-8")
      previous = term
    }
  }

  /// One vocabulary for each part; n-grams of characters without their marks.
  private static func vocabularies(
    _ options: TextOptions, _ bytes: [UInt8], _ offsets: [Int]
  ) throws -> [TermIndex] {
    guard options.analyzer.kinds.count > 1 else { return [TermIndex(bytes: bytes, offsets: offsets)] }
    let count = offsets.count - 1
    // No word begins with a lesser code point than a digit.
    let markedCount = (0..<count).first { bytes[offsets[$0]] >= UInt8(ascii: "0") } ?? count
    for position in 0..<markedCount {
      try require(
        bytes[offsets[position]] == TermPart.mark && offsets[position + 1] - offsets[position] > 1,
        "vocabulary",
        position, "n-grams of characters begin with a plus sign, and words with a letter, digit or underscore"
      )
    }
    let characters = (0..<markedCount).map { bytes[offsets[$0] + 1..<offsets[$0 + 1]] }
    let start = offsets[markedCount]
    return [
      TermIndex(
        bytes: Array(characters.joined()), offsets: (0...markedCount).map { offsets[$0] - $0 }),
      TermIndex(bytes: Array(bytes[start...]), offsets: offsets[markedCount...].map { $0 - start }),
    ]
  }

  static func checkFrequencies(
    _ frequencies: [Int], _ columnCount: Int, smallest: Int, _ documentCount: Int
  ) throws {
    try require(
      (0...StoredCount.limit).contains(documentCount), "document count", 0,
      "\(documentCount) is outside 0 ... \(StoredCount.limit)")
    try require(
      frequencies.count == columnCount, "document frequencies", frequencies.count,
      "expected \(columnCount) of them")
    for (position, frequency) in frequencies.enumerated() {
      try require(
        frequency >= smallest && frequency <= documentCount, "document frequencies", position,
        "\(frequency) is outside \(smallest) ... \(documentCount)")
    }
  }

  private static func checkFactors(_ factors: [Float], _ columnCount: Int) throws {
    try require(
      factors.count == columnCount, "inverse document frequencies", factors.count,
      "expected \(columnCount) of them")
    for (position, factor) in factors.enumerated() {
      try require(
        factor.isFinite && factor > 0, "inverse document frequencies", position,
        "\(factor) is not a finite number above 0")
    }
  }
}

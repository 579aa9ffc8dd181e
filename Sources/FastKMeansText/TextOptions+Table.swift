import FastKMeansCore

extension TextOptions: TabledOptions {
  /// The longest n-gram. With it and ``UTF8Documents/maxDocumentBytes`` a document's terms number fewer than 2^32.
  static let maxNGram = 8
  /// The most hash bits with which document frequencies can be learned: 2^24 columns take 192 MB.
  static let maxFittedHashingBits = 24

  package static let defaults = TextOptions()

  /// Every option of text. Validation, model files, the command line, the C interface, Python and `docs/options.md` follow
  /// from it.
  package static let table: [OptionRow<TextOptions>] = [
    OptionRow(
      "ngrams", \.ngrams, OptionType<ClosedRange<Int>>.ngrams.or("auto"), unit: "range", .text,
      "Terms of this many words, smallest to largest, such as 1-2.",
      details: """
        In JSON a list of the two numbers, in Python a pair. auto: single words, and pairs of them where the analyzer auto \
        finds on held-out rows that they pay.
        """),
    OptionRow(
      "min_df", \.minDocumentFrequency, .documentCount, unit: "count", .text,
      "A term must occur in this many documents.", details: "Without effect when hashing."),
    OptionRow(
      "max_features", \.maxFeatures, OptionType<Int>.whole("a whole number from 1") { $0 >= 1 }.or("none"),
      unit: "count", .text, "Keep this many of the most frequent terms.",
      details: "Words and characters have this limit each. Without effect when hashing."),
    OptionRow("sublinear_tf", \.sublinearTF, .truth, unit: "true|false", .text, "Count 1 + ln(occurrences)."),
    OptionRow(
      "stop_words", \.stopWords, .stopWords, unit: "none|english|file", .text,
      "Words to leave out: the list of this package, or your own.",
      details: """
        They are folded and split as the documents are; n-grams of characters have them still. On the command line your own \
        are a file with a word a line, elsewhere a list.
        """),
    OptionRow(
      "lowercase", \.lowercase, .truth, unit: "true|false", .text, "Fold the text before it is split."),
    OptionRow(
      "hashing", \.hashingBits, OptionType<Int>.whole("1 to 30 bits") { (1...30).contains($0) }.or("none"),
      unit: "bits", .text, "2^bits columns by the terms' hash, in place of a vocabulary.",
      details: "Words and characters have half of them each."),
    OptionRow(
      "analyzer", \.analyzer, .choice, unit: "terms", .text,
      "What terms are: words, n-grams of characters (char), those within pieces between blanks (char_wb), or both.",
      details: """
        auto: words, or words and char_wb where held-out rows are answered better with them, tried on a part of the rows; \
        char_wb for scripts without blanks between words. It is decided where the vocabulary is learned, by a stream on its \
        first rows; where nobody gives labels, auto is word.
        """,
      storage: .unless(.string("word"))),
    OptionRow(
      "char_ngrams", \.characterNGrams, .ngrams, unit: "range", .text,
      "Terms of this many characters, where the analyzer reads characters.",
      storage: .unless(.array([.integer(2), .integer(5)]))),
    OptionRow(
      "char_weight", \.characterWeight, .number("a number above 0") { $0 > 0 }, unit: "number", .text,
      "The length of the characters' part of a row where that of the words' part is 1.",
      details: "Only where the analyzer reads both.", storage: .unless(.number(1))),
    OptionRow(
      "max_df", \.maxDocumentFrequency, OptionType<Int>.documentCount.or("none"), unit: "count", .text,
      "A term may occur in this many documents.", details: "Without effect when hashing.",
      storage: .unless(.null)),
    OptionRow(
      "binary", \.isBinary, .truth, unit: "true|false", .text,
      "Count a term once however often it occurs in a document.", storage: .unless(.bool(false))),
    OptionRow(
      "use_idf", \.usesInverseDocumentFrequency, .truth, unit: "true|false", .text,
      "Weigh a term more the fewer documents it occurs in.", storage: .unless(.bool(true))),
    OptionRow(
      "smooth_idf", \.smoothsInverseDocumentFrequency, .truth, unit: "true|false", .text,
      "Count document frequencies as if one more document had every term.", storage: .unless(.bool(true))),
    OptionRow(
      "norm", \.norm, OptionType<RowNorm>.choice.or("none"), unit: "norm", .text,
      "Which length of a row is 1.", storage: .unless(.string("l2"))),
  ]

  /// Checks every value.
  ///
  /// - Returns: the options, with stop words that are words as documents have them.
  /// - Throws: ``OptionsError`` with the parameter, its value and what is allowed.
  @discardableResult
  package func validated() throws(OptionsError) -> TextOptions {
    try checkRanges()
    try DocumentColumn.check(columns)
    var options = self
    options.stopWords = stopWords.split(lowercase: lowercase)
    return options
  }

  /// Checks that a vocabulary and document frequencies can be learned with these options.
  func checkFittable() throws(OptionsError) {
    if let most = maxDocumentFrequency, most < minDocumentFrequency, hashingBits == nil {
      throw OptionsError(
        parameter: "max_df", value: "\(most)", allowed: "min_df, \(minDocumentFrequency), or more")
    }
    guard let hashingBits, hashingBits > Self.maxFittedHashingBits else { return }
    throw OptionsError(
      parameter: "hashing", value: "\(hashingBits)",
      allowed: "1 to \(Self.maxFittedHashingBits) bits where document frequencies are learned;"
        + " up to 30 without fitting")
  }
}

extension OptionType<Int> {
  fileprivate static var documentCount: OptionType {
    .whole("a whole number of documents from 1") { $0 >= 1 }
  }
}

extension OptionType<ClosedRange<Int>> {
  /// JSON: a list of two numbers, or a text such as `1-2` or, for `2-2`, `2`.
  fileprivate static var ngrams: OptionType {
    OptionType(
      .range, "two whole numbers from 1 to \(TextOptions.maxNGram), such as 1-2",
      read: { json in
        let ends: [Int?] =
          switch json {
          case .array(let values) where values.count == 2: values.map { $0.integer(Int.self) }
          case .string(let text):
            text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
          default: []
          }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last
        else { return nil }
        return first...last
      },
      json: { .array([.integer($0.lowerBound), .integer($0.upperBound)]) },
      refused: {
        $0.lowerBound >= 1 && $0.upperBound <= TextOptions.maxNGram
          ? nil : "\($0.lowerBound)-\($0.upperBound)"
      })
  }
}

extension OptionType<StopWords> {
  /// JSON: null or `none`, `english`, or a list of words.
  fileprivate static var stopWords: OptionType {
    OptionType(
      .words, "none, english, or a list of words", choices: ["none", "english"],
      read: { json in
        switch json {
        case .null, .string("none"): return StopWords.none
        case .string("english"): return .english
        case .array(let values):
          let words = values.compactMap { if case .string(let word) = $0 { word } else { nil } }
          return words.count == values.count ? .custom(Set(words)) : nil
        default: return nil
        }
      },
      json: { words in
        switch words {
        case .none: .null
        case .english: .string("english")
        // By code points, so that the order depends on nothing but the words.
        case .custom(let words): .array(words.map(Label.text).sorted().map { .string($0.description) })
        }
      },
      refused: { words in
        if case .custom(let words) = words, words.contains("") { "a list with an empty word" } else { nil }
      })
  }
}

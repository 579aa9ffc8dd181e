import FastKMeansCore
import FastKMeansText
import Testing

/// Storing a vectoriser and making it again; refusing parts that contradict each other.
@Suite struct PartsTests {
  /// What a model file stores.
  struct Parts {
    var options = TextOptions(minDocumentFrequency: 1)
    var bytes = Array("aabbccé".utf8)
    var offsets = [0, 2, 4, 8]
    var factors: [Float] = [1, 2, 3]
    var frequencies = [1, 2, 3]
    var documentCount = 3

    func make() throws -> TFIDFVectorizer {
      try TFIDFVectorizer(
        options: options, vocabularyBytes: bytes, vocabularyOffsets: offsets,
        inverseDocumentFrequencies: factors, documentFrequencies: frequencies, documentCount: documentCount)
    }
  }

  static func parts(of vectorizer: TFIDFVectorizer) -> Parts {
    Parts(
      options: vectorizer.options, bytes: vectorizer.vocabulary.bytes, offsets: vectorizer.vocabulary.offsets,
      factors: vectorizer.inverseDocumentFrequencies, frequencies: vectorizer.documentFrequencies,
      documentCount: vectorizer.documentCount)
  }

  @Test func storedPartsGiveTheSameVectorizer() throws {
    let texts = try GoldenText.file.get().texts
    let analyzed = TextAnalyzer.allCases.flatMap { analyzer in
      [nil, 8].map { bits in
        var options = TextOptions(hashingBits: bits)
        options.analyzer = analyzer
        return options
      }
    }
    for options in [TextOptions(ngrams: 1...2), TextOptions(stopWords: .english)] + analyzed {
      let fitted = try TFIDFVectorizer.fitTransform(UTF8Documents(texts), options: options)
      let again = try Self.parts(of: fitted.vectorizer).make()
      #expect(again == fitted.vectorizer)
      #expect(try again.transform(texts) == fitted.rows)
    }
    let unfitted = try TFIDFVectorizer(hashingBits: 20)
    #expect(try Self.parts(of: unfitted).make() == unfitted)
  }

  static let changes: [@Sendable (inout Parts) -> Void] = [
    { $0.offsets = [] }, { $0.offsets = [0] }, { $0.offsets = [1, 2, 4, 8] }, { $0.offsets = [0, 2, 2, 8] },
    { $0.offsets = [0, 4, 2, 8] }, { $0.offsets = [0, 2, 4, 9] }, { $0.offsets = [0, 2, 4, 7] },
    { $0.offsets = [0, 2, .max, 8] }, { $0.offsets = [0, .min, 4, 8] }, { $0.offsets = [0, 2, 7, 8] },
    { $0.offsets = [-1, 2, 4, 8] }, { $0.bytes = [] }, { $0.bytes[0] = 0xFF }, { $0.bytes[7] = 0xFF },
    { $0.bytes = Array("bbaaccé".utf8) }, { $0.bytes = Array("aaaaccé".utf8) }, { $0.factors = [1, 2] },
    { $0.factors = [1, 2, .nan] }, { $0.factors[0] = .infinity }, { $0.factors[1] = 0 },
    { $0.factors[1] = -1 }, { $0.frequencies = [1, 2] }, { $0.frequencies = [1, 2, 4] },
    { $0.frequencies[0] = 0 }, { $0.frequencies[0] = -1 }, { $0.documentCount = 0 },
    { $0.documentCount = -1 }, { $0.documentCount = .min }, { $0.options.hashingBits = 4 },
    { parts in parts = Parts(bytes: [], offsets: [0], factors: [], frequencies: [], documentCount: 0) },
    { parts in
      parts = Parts(
        options: TextOptions(hashingBits: 2), bytes: [], offsets: [0], factors: [1], frequencies: [1],
        documentCount: 1)
    },
    { parts in
      parts = Parts(
        options: TextOptions(hashingBits: 2), bytes: [], offsets: [0], factors: [1, 1, 1, 1],
        frequencies: [0, 0, 0, 0], documentCount: 0)
    },
  ]

  @Test func refusesTermsOfNoPart() throws {
    var parts = Parts(bytes: Array("+ab+cddd".utf8), offsets: [0, 3, 6, 8])
    parts.options.analyzer = .wordAndChar
    #expect(try parts.make().columnCount == 3)
    for text in [" ab+cddd", "+ab,cddd", "+\u{E9}\u{E9}aaa"] {
      parts.bytes = Array(text.utf8)
      parts.offsets = text.hasPrefix("+\u{E9}") ? [0, 1, 5, 8] : [0, 3, 6, 8]
      #expect(throws: TextError.self, "\(text)") { try parts.make() }
    }
  }

  /// What a model was trained with stays: stop words that had no effect then have none now.
  @Test func storedStopWordsAreNotSplitAgain() throws {
    var parts = Parts()
    parts.options.stopWords = .custom(["AA", "bb-cc"])
    #expect(try parts.make().transform("aa bb").columns == [0, 1])
  }

  @Test func refusesPartsThatContradictEachOther() throws {
    _ = try Parts().make()
    for (index, change) in Self.changes.enumerated() {
      var parts = Parts()
      change(&parts)
      #expect(throws: TextError.self, "change \(index)") { try parts.make() }
    }
    var parts = Parts()
    parts.options.ngrams = 0...1
    #expect(throws: OptionsError.self) { try parts.make() }
    parts = Parts(bytes: [], offsets: [0], factors: [], frequencies: [], documentCount: 1)
    parts.options.hashingBits = 30
    #expect(throws: OptionsError.self) { try parts.make() }
  }
}

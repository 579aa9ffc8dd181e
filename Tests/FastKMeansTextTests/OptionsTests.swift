import FastKMeansCore
import FastKMeansText
import Testing

@Suite struct OptionsTests {
  static let wrong: [(TextOptions, String)] = [
    (TextOptions(ngrams: 0...1), "ngrams"), (TextOptions(ngrams: -1...1), "ngrams"),
    (TextOptions(ngrams: 1...9), "ngrams"), (TextOptions(minDocumentFrequency: 0), "min_df"),
    (TextOptions(minDocumentFrequency: -1), "min_df"), (TextOptions(maxFeatures: 0), "max_features"),
    (TextOptions(hashingBits: 0), "hashing"), (TextOptions(hashingBits: 31), "hashing"),
    (TextOptions(stopWords: .custom([""])), "stop_words"),
    (changed { $0.characterNGrams = 0...3 }, "char_ngrams"),
    (changed { $0.characterNGrams = 1...9 }, "char_ngrams"),
    (changed { $0.characterWeight = 0 }, "char_weight"),
    (changed { $0.characterWeight = .nan }, "char_weight"),
    (changed { $0.maxDocumentFrequency = 0 }, "max_df"),
  ]

  private static func changed(_ change: (inout TextOptions) -> Void) -> TextOptions {
    var options = TextOptions()
    change(&options)
    return options
  }

  @Test func refusesWrongValuesByName() {
    for (options, parameter) in Self.wrong {
      let error = #expect(throws: OptionsError.self) { try options.validated() }
      #expect(error?.parameter == parameter)
      #expect(throws: OptionsError.self) { try TFIDFVectorizer(options) }
      #expect(throws: OptionsError.self) { try TFIDFVectorizer.fit(to: ["one"], options: options) }
    }
  }

  @Test func defaultsAreThoseOfTheCommandLine() throws {
    let options = try TextOptions().validated()
    #expect(options.lowercase && options.sublinearTF)
    #expect(options.ngrams == nil && options.minDocumentFrequency == 1 && options.maxFeatures == nil)
    #expect(options.analyzer == .auto && options.characterNGrams == 2...5 && options.characterWeight == 1)
    #expect(options.maxDocumentFrequency == nil && options.norm == .l2 && !options.isBinary)
    #expect(options.usesInverseDocumentFrequency && options.smoothsInverseDocumentFrequency)
    #expect(options.stopWords == .none && options.hashingBits == nil)
  }

  @Test func refusesToFitWideHashes() throws {
    let error = #expect(throws: OptionsError.self) {
      try TFIDFVectorizer.fit(to: ["one"], options: TextOptions(hashingBits: 25))
    }
    #expect(error?.parameter == "hashing")
  }
}

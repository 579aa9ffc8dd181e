import FastKMeansCore
import Testing

@testable import FastKMeansText

/// To which words of a document its columns belong.
@Suite struct DocumentWordsTests {
  private static let texts = [
    "The screen, stays BLACK. screen", "e-mail (bounced): see log", "屏幕黑了 screen", "  a\tb\n\nc ", "word", "",
  ]

  private static let options = TextAnalyzer.allCases.flatMap { analyzer in
    [nil, 7].map { bits in
      var options = TextOptions(ngrams: 1...2, hashingBits: bits)
      options.analyzer = analyzer
      options.characterNGrams = 1...4
      return options
    }
  }

  @Test(arguments: options)
  func sharesOfAColumnAddUp(options: TextOptions) throws {
    let vectorizer = try TFIDFVectorizer.fit(to: Self.texts, options: options)
    for text in Self.texts {
      var sums: [Int: Double] = [:]
      for word in vectorizer.words(of: text) {
        for share in word.shares { sums[share.column, default: 0] += share.share }
      }
      #expect(Set(sums.keys) == Set(try vectorizer.transform(text).columns.map(Int.init)))
      #expect(sums.values.allSatisfy { abs($0 - 1) < 1e-9 })
    }
  }

  @Test func wordsAreNamedAsTheyAreRead() throws {
    var options = TextOptions()
    options.analyzer = .wordAndCharWB
    let vectorizer = try TFIDFVectorizer.fit(to: Self.texts, options: options)
    func words(_ text: String) -> [String] { vectorizer.words(of: text).map(\.text) }
    #expect(words("The screen, stays BLACK. screen") == ["the", "screen", "stays", "black"])
    #expect(words("e-mail (bounced):") == ["e-mail", "bounced", "mail"])
    #expect(words("屏幕黑") == ["屏", "幕", "黑"])
    #expect(words("zzz qqq").isEmpty && words("").isEmpty)
  }

  @Test func anNGramGoesToTheWordsWhoseCharactersItTakes() throws {
    var options = TextOptions()
    (options.analyzer, options.characterNGrams) = (.char, 3...3)
    let vectorizer = try TFIDFVectorizer.fit(to: ["ab cab"], options: options)
    let column = try #require(vectorizer.column(of: "b c"))
    let shares = vectorizer.words(of: "ab cab").map { word in
      (word.text, word.shares.first { $0.column == column }?.share)
    }
    #expect(shares.map(\.0) == ["ab", "cab"] && shares.map(\.1) == [0.5, 0.5])
  }
}

import FastKMeansCore
import FastKMeansText
import Testing

@Suite struct VectorizerTests {
  static let texts = [
    "the cat sat on the mat", "the dog sat on the log", "cats and dogs", "", "cat and dog and cat",
  ]

  @Test func emptyAndUnknownDocumentsGiveZeroRows() throws {
    let vectorizer = try TFIDFVectorizer.fit(to: Self.texts)
    let rows = try vectorizer.transform(["", " \n", "a b c", "zebra", "the cat"])
    #expect(rows.rowOffsets == [0, 0, 0, 0, 0, 2])
    #expect(try vectorizer.transform([String]()).rowCount == 0)
    #expect(try vectorizer.transform("").rowCount == 1)
  }

  @Test func oneTextEqualsItsRowAmongMany() throws {
    let vectorizer = try TFIDFVectorizer.fit(to: Self.texts, options: TextOptions(ngrams: 1...2))
    let rows = try vectorizer.transform(Self.texts)
    for (index, text) in Self.texts.enumerated() {
      #expect(try vectorizer.transform(text) == rows.selectingRows([index]))
    }
  }

  @Test func rowsHaveUnitLength() throws {
    let rows = try TFIDFVectorizer.fitTransform(UTF8Documents(Self.texts)).rows
    for row in 0..<rows.rowCount where rows.rowOffsets[row] < rows.rowOffsets[row + 1] {
      let squares = rows.values[rows.rowOffsets[row]..<rows.rowOffsets[row + 1]].reduce(0.0) {
        $0 + Double($1) * Double($1)
      }
      #expect(abs(squares - 1) < 1e-6)
    }
  }

  @Test func namesColumnsAndFindsTerms() throws {
    let vectorizer = try TFIDFVectorizer.fit(to: Self.texts, options: TextOptions(minDocumentFrequency: 1))
    for column in 0..<vectorizer.columnCount {
      let term = try #require(vectorizer.term(at: column))
      #expect(vectorizer.column(of: term) == column)
    }
    #expect(vectorizer.term(at: -1) == nil)
    #expect(vectorizer.term(at: vectorizer.columnCount) == nil)
    #expect(vectorizer.column(of: "zebra") == nil)
    #expect(vectorizer.column(of: "") == nil)
  }

  @Test func englishStopWordsAreLeftOut() throws {
    let vectorizer = try TFIDFVectorizer.fit(
      to: Self.texts, options: TextOptions(minDocumentFrequency: 1, stopWords: .english))
    let terms = (0..<vectorizer.columnCount).compactMap { vectorizer.term(at: $0) }
    #expect(terms == ["cat", "cats", "dog", "dogs", "log", "mat", "sat"])
  }

  @Test func mostFrequentTermsStayAndTiesGoToTheFirst() throws {
    let options = TextOptions(minDocumentFrequency: 1, maxFeatures: 3)
    let vectorizer = try TFIDFVectorizer.fit(to: ["bb bb bb cc cc aa dd ee", "dd aa ff"], options: options)
    #expect((0..<3).map { vectorizer.term(at: $0) } == ["aa", "bb", "cc"])
  }

  @Test func refusesNothingToLearnFrom() throws {
    #expect(throws: InputError.noRows) { try TFIDFVectorizer.fit(to: [String]()) }
    #expect(throws: TextError.emptyVocabulary(documents: 3)) {
      try TFIDFVectorizer.fit(to: ["", "a b", "!!"])
    }
    #expect(throws: TextError.noTermsRemain(minimumDocumentFrequency: 2, documents: 2)) {
      try TFIDFVectorizer.fit(to: ["one two", "three four"])
    }
    #expect(throws: TextError.notFitted) { try TFIDFVectorizer().transform(["one"]) }
    #expect(throws: TextError.notFitted) { try TFIDFVectorizer().transform("one") }
  }

  @Test func hashingNeedsNoFitting() throws {
    let vectorizer = try TFIDFVectorizer(hashingBits: 30)
    #expect(vectorizer.isHashing && vectorizer.isFitted && vectorizer.columnCount == 1 << 30)
    #expect(vectorizer.term(at: 0) == nil)
    let rows = try vectorizer.transform(["word word other", "word"])
    #expect(rows.nonZeroCount == 3)
    let column = try #require(vectorizer.column(of: "word"))
    #expect(rows.columns[rows.rowOffsets[1]] == UInt32(column))
  }

  @Test func hashedTermsThatShareAColumnAddUp() throws {
    let options = TextOptions(sublinearTF: false, hashingBits: 1)
    let rows = try TFIDFVectorizer(options).transform(["aa bb cc dd ee ff gg hh"])
    #expect(rows.columns == [0, 1])
    let ratio = Double(rows.values[0] / rows.values[1])
    let counts = ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"].reduce(into: [0.0, 0.0]) { counts, term in
      if let column = try? TFIDFVectorizer(options).column(of: term) { counts[column] += 1 }
    }
    #expect(abs(ratio - counts[0] / counts[1]) < 1e-6)
  }

  @Test func longDocumentsWork() throws {
    // One word of a megabyte, and a million words; both forms of the row sort.
    let longWord = String(repeating: "Äb", count: 400_000)
    let many = (0..<200_000).map { "w\($0 % 5_000)" }.joined(separator: " ")
    let options = TextOptions(ngrams: 1...2, minDocumentFrequency: 1, maxFeatures: nil)
    let fitted = try TFIDFVectorizer.fitTransform(
      UTF8Documents([longWord, many, longWord + " " + longWord, ""]), options: options)
    #expect(fitted.vectorizer.column(of: longWord.lowercased()) != nil)
    #expect(fitted.rows.rowOffsets == [0, 1, 1 + 10_000, 1 + 10_000 + 2, 1 + 10_000 + 2])
    #expect(try fitted.vectorizer.transform(many).columns.count == 10_000)
  }
}

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

  @Test func namesOfCharactersBesideWordsAreMarked() throws {
    var options = TextOptions()
    options.analyzer = .wordAndCharWB
    options.characterNGrams = 3...3
    let vectorizer = try TFIDFVectorizer.fit(to: ["the cat", "cat"], options: options)
    let terms = (0..<vectorizer.columnCount).compactMap { vectorizer.term(at: $0) }
    #expect(terms == ["+ ca", "+ th", "+at ", "+cat", "+he ", "+the", "cat", "the"])
    #expect(terms.map { vectorizer.column(of: $0) } == Array(0..<8))
    #expect(vectorizer.column(of: "+dog") == nil && vectorizer.column(of: "+") == nil)
    options.hashingBits = 6
    let hashing = try TFIDFVectorizer(options)
    let rows = try hashing.transform("cat")
    #expect(
      Set(rows.columns.map(Int.init)) == Set(["cat", "+ ca", "+cat", "+at "].map { hashing.column(of: $0) }))
    #expect(try #require(hashing.column(of: "cat")) >= 32 && #require(hashing.column(of: "+cat")) < 32)
  }

  /// Either part is of unit length, and the characters' part is weighted, before the whole is scaled.
  @Test func partsOfARowHaveTheirLengths() throws {
    var options = TextOptions()
    options.analyzer = .wordAndCharWB
    options.characterWeight = 2
    let vectorizer = try TFIDFVectorizer.fit(to: Self.texts, options: options)
    let row = try vectorizer.transform("the cat sat on a mat")
    let squares = zip(row.columns, row.values).reduce(into: [0.0, 0.0]) { squares, entry in
      let isMarked = vectorizer.term(at: Int(entry.0))?.hasPrefix("+") == true
      squares[isMarked ? 0 : 1] += Double(entry.1 * entry.1)
    }
    #expect(abs(squares[0] - 0.8) < 1e-6 && abs(squares[1] - 0.2) < 1e-6)
    // A document with one part only has all of its length there.
    let characters = try vectorizer.transform("a").values.reduce(0.0) { $0 + Double($1 * $1) }
    #expect(abs(characters - 1) < 1e-6)
  }

  @Test func stopWordsAreFoldedAndSplitAsDocumentsAre() throws {
    let options = TextOptions(stopWords: .custom(["The", "don't", "On-THE mat"]))
    let vectorizer = try TFIDFVectorizer.fit(to: Self.texts + ["don on"], options: options)
    #expect(vectorizer.options.stopWords == .custom(["the", "don", "on", "mat"]))
    #expect(["the", "don", "on", "mat"].allSatisfy { vectorizer.column(of: $0) == nil })
    let cased = try TFIDFVectorizer.fit(
      to: ["The the"], options: TextOptions(lowercase: false, stopWords: .custom(["The"])))
    #expect(cased.term(at: 0) == "the" && cased.columnCount == 1)
  }

  @Test(arguments: TextAnalyzer.allCases)
  func longTextWithoutBlanksWorks(analyzer: TextAnalyzer) throws {
    var options = TextOptions()
    options.analyzer = analyzer
    let long = String(repeating: "ABCÄÖ", count: 12_000)
    let fitted = try TFIDFVectorizer.fitTransform(
      UTF8Documents([long, "x " + long, "\u{200F}x"]), options: options)
    #expect(try fitted.vectorizer.transform([long, "x " + long, "\u{200F}x"]) == fitted.rows)
    #expect(fitted.vectorizer.columnCount < 200)
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
      try TFIDFVectorizer.fit(
        to: ["one two", "three four"], options: TextOptions(minDocumentFrequency: 2))
    }
    var options = TextOptions()
    options.maxDocumentFrequency = 1
    #expect(throws: TextError.noTermsBelow(maximumDocumentFrequency: 1, documents: 2)) {
      try TFIDFVectorizer.fit(to: ["one", "one"], options: options)
    }
    options.analyzer = .char
    options.characterNGrams = 4...5
    #expect(throws: TextError.textsTooShort(documents: 2, characters: 4)) {
      try TFIDFVectorizer.fit(to: ["one", "two"], options: options)
    }
    options.analyzer = .charWB
    #expect(throws: TextError.textsTooShort(documents: 2, characters: 1)) {
      try TFIDFVectorizer.fit(to: [" ", ""], options: options)
    }
    options.minDocumentFrequency = 2
    let error = #expect(throws: OptionsError.self) { try TFIDFVectorizer.fit(to: ["one"], options: options) }
    #expect(error?.parameter == "max_df")
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

import FastKMeansCore
import FastKMeansTestSupport
import FastKMeansText
import Testing

/// The vectoriser against its plain twin, on random texts.
@Suite struct TwinTests {
  static func options(_ generator: inout TextGenerator) -> TextOptions {
    func chance(_ bound: Int) -> Bool { generator.index(below: bound) == 0 }
    let smallest = 1 + generator.index(below: 3)
    var options = TextOptions(
      lowercase: !chance(3), ngrams: smallest...smallest + generator.index(below: 3),
      minDocumentFrequency: 1 + generator.index(below: 3),
      maxFeatures: chance(2) ? nil : 1 + generator.index(below: 30), sublinearTF: chance(2),
      stopWords: chance(3) ? .custom(["AA", "bb", "a_-Bb", "ab"]) : .none)
    options.analyzer = TextAnalyzer.allCases[generator.index(below: TextAnalyzer.allCases.count)]
    let fewest = 1 + generator.index(below: 5)
    options.characterNGrams = fewest...fewest + generator.index(below: 4)
    options.characterWeight = chance(2) ? 1 : 0.3
    options.maxDocumentFrequency = chance(4) ? 3 + generator.index(below: 3) : nil
    options.isBinary = chance(4)
    options.usesInverseDocumentFrequency = !chance(4)
    options.smoothsInverseDocumentFrequency = !chance(4)
    options.norm = chance(4) ? .l1 : chance(4) ? nil : .l2
    return options
  }

  static func documents(_ generator: inout TextGenerator) -> [[UInt8]] {
    (0..<1 + generator.index(below: 12)).map { _ in
      generator.index(below: 2) == 0
        ? Array(generator.text(upTo: 60).utf8) : generator.brokenUTF8(upTo: 60)
    }
  }

  static func batch(_ documents: [[UInt8]]) -> UTF8Documents {
    var batch = UTF8Documents()
    for document in documents { batch.append(utf8: document[...]) }
    return batch
  }

  @Test(arguments: 0..<300)
  func equalsPlainTwin(seed: Int) throws {
    var generator = TextGenerator(seed: UInt64(seed))
    let options = Self.options(&generator)
    let documents = Self.documents(&generator)
    let twin = TextReferenceVectorizer(documents, options: options)
    guard !twin.terms.isEmpty else {
      #expect(throws: TextError.self, "seed \(seed)") {
        try TFIDFVectorizer.fitTransform(Self.batch(documents), options: options, workers: 1)
      }
      return
    }
    let fitted = try TFIDFVectorizer.fitTransform(Self.batch(documents), options: options, workers: 1)
    let offsets = fitted.vectorizer.vocabulary.offsets
    let terms = zip(offsets, offsets.dropFirst()).map { Array(fitted.vectorizer.vocabulary.bytes[$0..<$1]) }
    // Compared first: a failure should print the seed, not thousands of bytes.
    let hasSameTerms = terms == twin.terms
    #expect(hasSameTerms, "seed \(seed)")
    #expect(fitted.repairCount == twin.repairCount, "seed \(seed)")
    #expect(fitted.vectorizer.documentFrequencies == twin.documentFrequencies, "seed \(seed)")
    let difference = GoldenText.difference(
      fitted.rows, twin.rows.map { $0.map(\.column) }, twin.rows.map { $0.map(\.value) })
    // Rows without a norm have weights far above 1.
    #expect(difference < (options.norm == nil ? 1e-5 : 1e-6), "seed \(seed)")
    #expect(try fitted.vectorizer.transform(Self.batch(documents)).rows == fitted.rows, "seed \(seed)")
    // What the door would check holds for rows that are made inside.
    _ = try CSRMatrix(
      columnCount: fitted.rows.columnCount, rowOffsets: fitted.rows.rowOffsets, columns: fitted.rows.columns,
      values: fitted.rows.values)
  }

  @Test func foldsEveryCodePointAsTheTwinDoes() throws {
    // Each code point after a letter, doubled, and before a letter; not the many ideographs and syllables.
    let blocks: [Range<UInt32>] = [0x80..<0x3500, 0x9F00..<0xAD00, 0xD700..<0x11000, 0x1D400..<0x20000]
    for lowercase in [true, false] {
      for block in blocks {
        let documents = block.compactMap(Unicode.Scalar.init).map { scalar in
          Array("a\(scalar)\(scalar) \(scalar)b".utf8)
        }
        for analyzer in [TextAnalyzer.word, .char, .charWB] {
          var options = TextOptions(lowercase: lowercase)
          options.analyzer = analyzer
          options.characterNGrams = 1...1
          let twin = TextReferenceVectorizer(documents, options: options)
          guard !twin.terms.isEmpty else { continue }
          let vectorizer = try TFIDFVectorizer.fit(to: Self.batch(documents), options: options, workers: 2)
          let hasSameTerms = vectorizer.vocabulary.bytes == twin.terms.flatMap { $0 }
          #expect(hasSameTerms, "\(block), lowercase \(lowercase), \(analyzer)")
        }
      }
    }
  }

  @Test(arguments: 0..<7)
  func sameBitsForAnyNumberOfWorkers(seed: Int) throws {
    var generator = TextGenerator(seed: UInt64(1000 + seed))
    var options = TextOptions(
      ngrams: 1...1 + seed % 2, maxFeatures: 5_000, hashingBits: seed == 4 || seed == 6 ? 10 : nil)
    options.analyzer = seed < 5 ? .word : seed % 2 == 0 ? .wordAndCharWB : .wordAndChar
    // More than a few chunks of text, of documents with very different lengths.
    let documents = (0..<400).map { _ in Array(generator.text(upTo: 1 + generator.index(below: 900)).utf8) }
    let one = try TFIDFVectorizer.fitTransform(Self.batch(documents), options: options, workers: 1)
    for workers in [2, 4] {
      let other = try TFIDFVectorizer.fitTransform(Self.batch(documents), options: options, workers: workers)
      let isSame = one == other
      #expect(isSame, "seed \(seed), \(workers) workers")
      let transformed = try one.vectorizer.transform(Self.batch(documents), workers: workers)
      let hasSameRows = transformed.rows == one.rows
      #expect(hasSameRows, "seed \(seed), \(workers) workers")
    }
  }
}

import FastKMeansCore
import FastKMeansText
import Testing

/// Equality with scikit-learn. The tolerance is what the vectoriser promises; single precision alone gives 1e-7.
@Suite struct GoldenTests {
  static let tolerance = 1e-6

  static func cases(_ path: KeyPath<GoldenText, [GoldenText.Case]>) -> [GoldenText.Case] {
    (try? GoldenText.file.get()[keyPath: path]) ?? []
  }

  @Test func goldenFileHasCases() throws {
    let golden = try GoldenText.file.get()
    #expect(golden.cases.count >= 10)
    #expect(golden.hashing.count >= 3)
    #expect(golden.texts.count >= 40)
    #expect(golden.oddTexts.count >= 43)
    #expect(golden.analyses.count >= 4 * golden.oddTexts.count)
  }

  @Test(arguments: (try? GoldenText.file.get().analyses) ?? [])
  func hasTheTermsOfScikitLearn(golden: GoldenText.Analysis) throws {
    let text = try GoldenText.file.get().oddTexts[golden.text]
    var options = golden.options.textOptions
    options.sublinearTF = false
    options.norm = nil
    guard !golden.terms.isEmpty else {
      #expect(throws: TextError.self) { try TFIDFVectorizer.fit(to: [text], options: options) }
      return
    }
    let fitted = try TFIDFVectorizer.fitTransform(UTF8Documents([text]), options: options, workers: 1)
    let terms = (0..<fitted.vectorizer.columnCount).map {
      fitted.vectorizer.term(at: $0).map { Array($0.utf8) }
    }
    #expect(terms == golden.terms.map { Array($0.utf8) })
    #expect(fitted.rows.values == golden.counts.map(Float.init))
  }

  @Test(arguments: cases(\.cases))
  func equalsTfidfVectorizer(golden: GoldenText.Case) throws {
    let texts = try GoldenText.file.get().texts
    let fitted = try TFIDFVectorizer.fitTransform(
      UTF8Documents(texts), options: golden.options.textOptions, workers: 1)
    let vectorizer = fitted.vectorizer
    let terms = (0..<vectorizer.columnCount).map { vectorizer.term(at: $0).map { Array($0.utf8) } }
    #expect(terms == golden.terms.map { Array($0.utf8) })
    #expect(GoldenText.difference(fitted.rows, golden.columns, golden.values) < Self.tolerance)
    #expect(try vectorizer.transform(texts) == fitted.rows)
    for (found, expected) in zip(vectorizer.inverseDocumentFrequencies, golden.idf) {
      #expect(abs(Double(found) - expected) < Self.tolerance)
    }
  }

  @Test(arguments: cases(\.hashing))
  func equalsHashingVectorizer(golden: GoldenText.Case) throws {
    let texts = try GoldenText.file.get().texts
    var vectorizer = try TFIDFVectorizer(golden.options.textOptions)
    if golden.fitted == true { vectorizer = try TFIDFVectorizer.fit(to: texts, options: vectorizer.options) }
    let rows = try vectorizer.transform(texts)
    #expect(rows.columnCount == vectorizer.columnCount)
    #expect(GoldenText.difference(rows, golden.columns, golden.values) < Self.tolerance)
  }

  @Test func repairsBrokenUTF8AsPythonDoes() throws {
    let golden = try GoldenText.file.get().broken
    var documents = UTF8Documents()
    for bytes in golden.bytes { documents.append(utf8: bytes[...]) }
    let fitted = try TFIDFVectorizer.fitTransform(
      documents, options: TextOptions(minDocumentFrequency: 1), workers: 1)
    #expect(fitted.repairCount == golden.repairs)
    #expect((0..<fitted.vectorizer.columnCount).map { fitted.vectorizer.term(at: $0) } == golden.terms)
    #expect(GoldenText.difference(fitted.rows, golden.columns, golden.values) < Self.tolerance)
    #expect(try fitted.vectorizer.transform(documents).repairCount == golden.repairs)
  }
}

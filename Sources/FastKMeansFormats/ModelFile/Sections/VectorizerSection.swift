import FastKMeansCore
import FastKMeansText

/// `vocabulary.*` and `vectorizer`: how text becomes features. Absent in models of vectors.
enum VectorizerSection {
  private enum Name {
    static let bytes = "vocabulary.bytes"
    static let offsets = "vocabulary.offsets"
    static let factors = "vocabulary.idf"
    static let frequencies = "vocabulary.document_frequency"
    static let settings = "vectorizer"
  }

  static func encode(_ vectorizer: TFIDFVectorizer, into record: inout ModelRecord) {
    record.add(Tensor(Name.offsets, vectorizer.vocabularyOffsets))
    record.add(Tensor(Name.frequencies, vectorizer.documentFrequencies))
    record.add(Tensor(Name.factors, vectorizer.inverseDocumentFrequencies))
    record.add(Tensor(Name.bytes, vectorizer.vocabularyBytes))
    record.add(Name.settings, settings(of: vectorizer))
  }

  /// - Returns: `nil` if the file has no vectoriser.
  static func decode(_ file: TensorFile) throws -> TFIDFVectorizer? {
    guard let fields = try JSONFields(file, key: Name.settings) else { return nil }
    do {
      return try TFIDFVectorizer(
        options: options(fields),
        vocabularyBytes: file.values(Name.bytes, as: UInt8.self),
        vocabularyOffsets: file.values(Name.offsets, as: Int.self),
        inverseDocumentFrequencies: file.values(Name.factors, as: Float.self),
        documentFrequencies: file.values(Name.frequencies, as: Int.self),
        documentCount: fields.integer("document_count"))
    } catch let error as TextError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    } catch let error as OptionsError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }

  private static func settings(of vectorizer: TFIDFVectorizer) -> JSON {
    var members = members(of: vectorizer.options)
    members["document_count"] = .integer(vectorizer.documentCount)
    return .sorted(members)
  }

  static func settings(of options: TextOptions) -> JSON {
    .sorted(members(of: options))
  }

  private static func members(of options: TextOptions) -> [String: JSON] {
    [
      "lowercase": .bool(options.lowercase),
      "ngrams": .array([.integer(options.ngrams.lowerBound), .integer(options.ngrams.upperBound)]),
      "min_df": .integer(options.minDocumentFrequency),
      "max_features": options.maxFeatures.map { .integer($0) } ?? .null,
      "sublinear_tf": .bool(options.sublinearTF),
      "stop_words": stopWords(options.stopWords),
      "hashing": options.hashingBits.map { .integer($0) } ?? .null,
    ]
  }

  static func options(_ fields: JSONFields) throws -> TextOptions {
    TextOptions(
      lowercase: try fields.bool("lowercase"), ngrams: try ngrams(fields),
      minDocumentFrequency: try fields.integer("min_df"),
      maxFeatures: try fields.optionalInteger("max_features"),
      sublinearTF: try fields.bool("sublinear_tf"), stopWords: try stopWords(fields),
      hashingBits: try fields.optionalInteger("hashing"))
  }

  private static func ngrams(_ fields: JSONFields) throws -> ClosedRange<Int> {
    let found = try fields.value("ngrams")
    guard case .array(let ends) = found, ends.count == 2, let smallest = ends[0].integer(Int.self),
      let largest = ends[1].integer(Int.self), smallest <= largest
    else {
      throw fields.problem("ngrams", expected: "the smallest and the largest number of words", found: found)
    }
    return smallest...largest
  }
}

extension VectorizerSection {
  private static func stopWords(_ words: StopWords) -> JSON {
    switch words {
    case .none: .string("none")
    case .english: .string("english")
    // By code points, so that the order depends on nothing but the words.
    case .custom(let words): .array(words.map(Label.text).sorted().map { .string($0.description) })
    }
  }

  private static func stopWords(_ fields: JSONFields) throws -> StopWords {
    let found = try fields.value("stop_words")
    switch found {
    case .string("none"): return .none
    case .string("english"): return .english
    case .array(let values):
      let words = values.compactMap { if case .string(let word) = $0 { word } else { nil } }
      if words.count == values.count { return .custom(Set(words)) }
    default: break
    }
    throw fields.problem("stop_words", expected: "none, english or a list of words", found: found)
  }
}

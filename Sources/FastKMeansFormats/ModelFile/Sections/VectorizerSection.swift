import FastKMeansCore
import FastKMeansText

/// `vocabulary.*` and `vectorizer`: how text becomes features. Absent in models of vectors.
package enum VectorizerSection {
  private enum Name {
    static let bytes = "vocabulary.bytes"
    static let offsets = "vocabulary.offsets"
    static let factors = "vocabulary.idf"
    static let frequencies = "vocabulary.document_frequency"
    static let settings = "vectorizer"
    static let options = "text"
  }

  package static func encode(_ vectorizer: TFIDFVectorizer, into record: inout ContainerRecord) {
    let vocabulary = vectorizer.vocabulary
    record.add(Tensor(Name.offsets, vocabulary.offsets))
    record.add(Tensor(Name.frequencies, vectorizer.documentFrequencies))
    record.add(Tensor(Name.factors, vectorizer.inverseDocumentFrequencies))
    record.add(Tensor(Name.bytes, vocabulary.bytes))
    var settings = StoredOptions.members(of: vectorizer.options)
    settings["document_count"] = .integer(vectorizer.documentCount)
    record.add(Name.settings, .sorted(settings))
  }

  /// - Returns: `nil` if the file has no vectoriser.
  package static func decode(_ file: TensorFile) throws -> TFIDFVectorizer? {
    guard let fields = try JSONFields(file, key: Name.settings) else { return nil }
    do {
      return try TFIDFVectorizer(
        options: StoredOptions.read(fields),
        vocabularyBytes: file.values(Name.bytes, as: UInt8.self),
        vocabularyOffsets: file.values(Name.offsets, as: Int.self),
        inverseDocumentFrequencies: file.values(Name.factors, as: Float.self),
        documentFrequencies: file.values(Name.frequencies, as: Int.self),
        documentCount: fields.count("document_count"))
    } catch let error as TextError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    } catch let error as OptionsError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }

  /// Options of a vectoriser that has not been fitted, in checkpoints alone.
  package static func encode(_ options: TextOptions, into record: inout ContainerRecord) {
    record.add(Name.options, .sorted(StoredOptions.members(of: options)))
  }

  /// - Returns: `nil` if the file has none.
  package static func decodeOptions(_ file: TensorFile) throws -> TextOptions? {
    try JSONFields(file, key: Name.options).map { try StoredOptions.read($0) }
  }
}

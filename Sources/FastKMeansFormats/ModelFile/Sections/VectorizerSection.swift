import FastKMeansCore
import FastKMeansText

/// `vocabulary.*` and `vectorizer`: how text becomes features. Absent in models of vectors.
///
/// Where documents have columns, each has a vocabulary by itself, `column.0.*` for the first, and the object `vectorizer` lists
/// them.
package enum VectorizerSection {
  private static let settingsKey = "vectorizer"
  private static let optionsKey = "text"
  private static let columnsKey = "columns"

  package static func encode(_ vectorizer: TFIDFVectorizer, into record: inout ContainerRecord) {
    var settings = StoredOptions.members(of: vectorizer.options)
    settings["document_count"] = .integer(vectorizer.documentCount)
    if vectorizer.columnBlocks.isEmpty {
      VocabularyTensors("vocabulary").encode(vectorizer, into: &record)
    } else {
      settings[columnsKey] = .array(
        vectorizer.columnBlocks.enumerated().map { ColumnSection.encode($1, at: $0, into: &record) })
    }
    record.add(settingsKey, .sorted(settings))
  }

  /// - Returns: `nil` if the file has no vectoriser.
  package static func decode(_ file: TensorFile) throws -> TFIDFVectorizer? {
    guard let fields = try JSONFields(file, key: settingsKey) else { return nil }
    do {
      var options: TextOptions = try StoredOptions.read(fields)
      let documentCount: Int = try fields.count("document_count")
      guard fields.has(columnsKey) else {
        return try VocabularyTensors("vocabulary").decode(file, options, documentCount: documentCount)
      }
      options.columns = try columns(fields)
      let contents = try options.columns.indices.map {
        try ColumnSection.decode(file, fields, at: $0, options, documentCount: documentCount)
      }
      return try TFIDFVectorizer(options: options, contents: contents, documentCount: documentCount)
    } catch let error as TextError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    } catch let error as OptionsError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }

  /// Options of a vectoriser that has not been fitted, in checkpoints alone.
  package static func encode(_ options: TextOptions, into record: inout ContainerRecord) {
    var members = StoredOptions.members(of: options)
    if !options.columns.isEmpty { members[columnsKey] = .array(options.columns.map(\.json)) }
    record.add(optionsKey, .sorted(members))
  }

  /// - Returns: `nil` if the file has none.
  package static func decodeOptions(_ file: TensorFile) throws -> TextOptions? {
    guard let fields = try JSONFields(file, key: optionsKey) else { return nil }
    var options: TextOptions = try StoredOptions.read(fields)
    if fields.has(columnsKey) { options.columns = try columns(fields) }
    return options
  }

  private static func columns(_ fields: JSONFields) throws -> [DocumentColumn] {
    let found = try fields.value(columnsKey)
    guard case .array(let values) = found, !values.isEmpty else {
      throw fields.problem(columnsKey, expected: "a list of columns", found: found)
    }
    return try values.map { value in
      guard let column = DocumentColumn(value) else {
        throw fields.problem(columnsKey, expected: "columns with name, kind and weight", found: value)
      }
      return column
    }
  }
}

/// A vocabulary as tensors: `<prefix>.bytes`, `.offsets`, `.idf` and `.document_frequency`.
struct VocabularyTensors {
  let bytes: String
  let offsets: String
  let frequencies: String
  private let factors: String

  init(_ prefix: String) {
    bytes = prefix + ".bytes"
    offsets = prefix + ".offsets"
    factors = prefix + ".idf"
    frequencies = prefix + ".document_frequency"
  }

  func encode(_ vectorizer: TFIDFVectorizer, into record: inout ContainerRecord) {
    let vocabulary = vectorizer.vocabulary
    record.add(Tensor(offsets, vocabulary.offsets))
    record.add(Tensor(frequencies, vectorizer.documentFrequencies))
    record.add(Tensor(factors, vectorizer.inverseDocumentFrequencies))
    record.add(Tensor(bytes, vocabulary.bytes))
  }

  func decode(_ file: TensorFile, _ options: TextOptions, documentCount: Int) throws -> TFIDFVectorizer {
    try TFIDFVectorizer(
      options: options, vocabularyBytes: file.values(bytes, as: UInt8.self),
      vocabularyOffsets: file.values(offsets, as: Int.self),
      inverseDocumentFrequencies: file.values(factors, as: Float.self),
      documentFrequencies: file.values(frequencies, as: Int.self), documentCount: documentCount)
  }
}

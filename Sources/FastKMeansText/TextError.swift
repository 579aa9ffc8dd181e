import FastKMeansCore

/// Why text could not be turned into vectors, or why a stored vectoriser was refused.
public enum TextError: Error, Equatable, Sendable {
  /// No document has a token: there is nothing to make columns of.
  case emptyVocabulary(documents: Int)
  /// No document has as many characters in a row as the shortest n-gram.
  case textsTooShort(documents: Int, characters: Int)
  /// Every term occurs in fewer documents than `min_df` asks for.
  case noTermsRemain(minimumDocumentFrequency: Int, documents: Int)
  /// Every term that `min_df` leaves occurs in more documents than `max_df` allows.
  case noTermsBelow(maximumDocumentFrequency: Int, documents: Int)
  /// A vectoriser with a vocabulary must see documents before it can transform any.
  case notFitted
  /// A document is longer than what 32-bit counts allow for.
  case documentTooLong(document: Int, bytes: Int, limit: Int)
  /// More documents than 32-bit counts allow for.
  case tooManyDocuments(limit: Int)
  /// More terms than 32-bit columns can number.
  case tooManyTerms(limit: Int)
  /// Offsets of documents must start at 0, never fall, and end at the number of bytes.
  case badDocumentOffsets(position: Int, value: Int)
  /// The parts of a stored vectoriser contradict each other; `position` is the offending entry of `part`.
  case badParts(part: String, position: Int, problem: String)
  /// A document that is one text, or has the fields of other columns, where several columns are read. ``TextOptions/document(_:)``
  /// makes such documents.
  case fieldCount(document: Int, columns: [String], found: Int)
  /// A row lacks a column.
  case missingField(name: String, found: [String])
  /// Something else stands in a column of numbers.
  case badNumber(document: Int?, expected: String, found: String)
  /// No row has a value in these columns.
  case noValues(columns: [String], documents: Int)
  /// What is wrong with one of several columns.
  indirect case column(name: String, error: TextError)

  /// Whether there was nothing to make columns of.
  var saysThatNoTermIsThere: Bool {
    switch self {
    case .emptyVocabulary, .textsTooShort, .noTermsRemain, .noTermsBelow: true
    default: false
    }
  }
}

extension TextError: CustomStringConvertible {
  /// One line: what is wrong, where, and how to fix it.
  public var description: String {
    switch self {
    case .emptyVocabulary(let documents):
      "empty vocabulary: no words of at least two letters or digits in \(documents) documents; check the text column and stop_words"
    case .noTermsRemain(let minimum, let documents):
      "no term occurs in min_df = \(minimum) of \(documents) documents; lower min_df"
    case .textsTooShort(let documents, let characters):
      "empty vocabulary: no text of \(characters) characters in \(documents) documents; check the text column and char_ngrams"
    case .noTermsBelow(let maximum, let documents):
      "every term occurs in more than max_df = \(maximum) of \(documents) documents; raise max_df"
    case .notFitted:
      "the vectoriser has no vocabulary yet; fit it to documents first"
    case .documentTooLong(let document, let bytes, let limit):
      "document \(document) has \(bytes) bytes; split documents of more than \(limit) bytes"
    case .tooManyDocuments(let limit):
      "more than \(limit) documents; pass them in several calls"
    case .tooManyTerms(let limit):
      "more than \(limit) different terms; use fewer n-grams, or hashing"
    case .badDocumentOffsets(let position, let value):
      "document offsets must start at 0, never fall and end at the number of bytes; entry \(position) is \(value)"
    case .badParts(let part, let position, let problem):
      "stored vectoriser: \(part), entry \(position): \(problem); the model file is damaged, train it again"
    case .fieldCount(let document, let columns, let found):
      "document \(document) has \(found == 1 ? "1 field" : "\(found) fields"), but the columns \(Self.list(columns)) are read; pass rows with these columns"
    case .missingField(let name, let found):
      "a row has no column '\(name)'\(Similar.hint(name, among: found)); it has \(Self.list(found))"
    case .badNumber(let document, let expected, let found):
      "\(document.map { "document \($0): " } ?? "")expected \(expected), found '\(found.prefix(40))'; an unknown number is an empty field"
    case .noValues(let columns, let documents):
      "no feature comes from \(columns.count == 1 ? "the column" : "the columns") \(Self.list(columns)) of \(documents) documents: every field is empty there, or min_df and max_df leave no term; leave it out"
    case .column(let name, let error): "column '\(name)': \(error)"
    }
  }
  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.prefix(30).map { "'\($0.prefix(100))'" }.joined(separator: ", ")
  }
}

import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

extension TextOptions {
  /// Sets the options that are named; the others stay.
  mutating func set(_ fields: [OptionField]) throws(OptionsError) {
    for field in fields {
      switch field.name {
      case "lowercase": lowercase = try field.truth()
      case "ngrams": ngrams = try Self.ngrams(field)
      case "min_df": minDocumentFrequency = try field.whole(allowed: "a whole number of documents from 1")
      case "max_features":
        maxFeatures = field.isNull ? nil : try field.whole(allowed: "a whole number from 1, or null")
      case "sublinear_tf": sublinearTF = try field.truth()
      case "stop_words": stopWords = try Self.stopWords(field)
      case "hashing":
        hashingBits = field.isNull ? nil : try field.whole(allowed: "1 to 30 bits, or null for a vocabulary")
      default:
        throw OptionsError(
          parameter: field.name, value: field.value.summary,
          allowed: "no such option; the names are in fastkmeans.h")
      }
    }
  }

  private static func ngrams(_ field: OptionField) throws(OptionsError) -> ClosedRange<Int> {
    let bounds: [Int]
    switch field.value {
    case .array(let values): bounds = values.compactMap { $0.integer(Int.self) }
    case .string(let text): bounds = text.split(separator: "-").compactMap { Int($0) }
    default: bounds = []
    }
    guard bounds.count == 2, bounds[0] <= bounds[1] else {
      throw field.error(allowed: "two whole numbers from 1 to 8, such as [1, 2]")
    }
    return bounds[0]...bounds[1]
  }

  private static func stopWords(_ field: OptionField) throws(OptionsError) -> StopWords {
    switch field.value {
    case .null, .string("none"): return .none
    case .string("english"): return .english
    case .array(let values):
      var words = Set<String>()
      for value in values {
        guard case .string(let word) = value else {
          throw field.error(allowed: "null, english, or a list of words")
        }
        words.insert(word)
      }
      return .custom(words)
    default: throw field.error(allowed: "null, english, or a list of words")
    }
  }

  /// All options by name, in alphabetic order.
  var json: String {
    let stopWords: JSON =
      switch stopWords {
      case .none: .null
      case .english: .string("english")
      case .custom(let words): .array(words.sorted().map(JSON.string))
      }
    return JSON.sorted([
      "lowercase": .bool(lowercase),
      "ngrams": .array([.integer(ngrams.lowerBound), .integer(ngrams.upperBound)]),
      "min_df": .integer(minDocumentFrequency),
      "max_features": maxFeatures.map { .integer($0) } ?? .null,
      "sublinear_tf": .bool(sublinearTF),
      "stop_words": stopWords,
      "hashing": hashingBits.map { .integer($0) } ?? .null,
    ]).compactText
  }
}

import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Foundation

/// How text becomes features.
struct TextArguments: ParsableArguments {
  private static let defaults = TextOptions()

  @Option(
    help: ArgumentHelp("Terms of this many words, smallest to largest, such as 1-2.", valueName: "range"),
    transform: Value.range)
  var ngrams: ClosedRange<Int>?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A term must occur in so many documents. (default: 2)", valueName: "count"),
    transform: Value.whole)
  var minDf: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Keep so many of the most frequent terms. (default: 100000)", valueName: "count|none"),
    transform: Value.optionalWhole)
  var maxFeatures: Optionally<Int>?

  @Option(
    help: ArgumentHelp("Count 1 + ln(occurrences). (default: true)", valueName: "true|false"),
    transform: Value.truth)
  var sublinearTf: Bool?

  @Option(
    help: ArgumentHelp(
      "Words to leave out: a list of ours, or a file with a word a line. (default: none)",
      valueName: "none|english|file"))
  var stopWords: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("2^bits columns by the terms' hash, in place of a vocabulary.", valueName: "bits"),
    transform: Value.whole)
  var hashing: Int?

  /// Whether any of them was given.
  var isGiven: Bool {
    ngrams != nil || minDf != nil || maxFeatures != nil || sublinearTf != nil || stopWords != nil
      || hashing != nil
  }

  /// The library's options, checked.
  ///
  /// - Throws: `OptionsError`; for a file of stop words `FileError`, ``DataError``.
  func options() throws -> TextOptions {
    var options = TextOptions()
    if let ngrams { options.ngrams = ngrams }
    if let minDf { options.minDocumentFrequency = minDf }
    if let maxFeatures { options.maxFeatures = maxFeatures.value }
    if let sublinearTf { options.sublinearTF = sublinearTf }
    if let stopWords { options.stopWords = try Self.stopWords(stopWords) }
    options.hashingBits = hashing
    _ = try options.validated()
    return options
  }

  /// The same for rows of a format; `nil` for vectors.
  ///
  /// - Throws: ``CallError`` for options that vectors have no use for.
  func options(for format: RowFormat) throws -> TextOptions? {
    if format.holdsDocuments { return try options() }
    guard !isGiven else {
      throw CallError(
        "options of text do not go with \(format.rawValue) rows, which are vectors already; leave them out")
    }
    return nil
  }

  /// What a search may vary: that which was not given.
  func tuningSpace() -> TextTuningSpace {
    var space = TextTuningSpace()
    if let ngrams { space.ngrams = [ngrams] }
    if let minDf { space.minDocumentFrequencies = [minDf] }
    if let sublinearTf { space.sublinearTFs = [sublinearTf] }
    return space
  }

  private static func stopWords(_ argument: String) throws -> StopWords {
    switch argument {
    case "none": return .none
    case "english": return .english
    default:
      return .custom(try words(in: argument))
    }
  }

  private static func words(in path: String) throws -> Set<String> {
    let bytes: [UInt8]
    do {
      bytes = try SideFile.bytes(of: path)
    } catch FileError.notFound {
      throw OptionsError(
        parameter: "stop_words", value: path, allowed: "none, english, or an existing file with a word a line"
      )
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataError("\(path): the stop words are not UTF-8; convert the file first")
    }
    let words = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    return Set(words.filter { !$0.isEmpty })
  }
}

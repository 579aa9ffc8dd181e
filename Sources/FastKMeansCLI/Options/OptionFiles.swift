import FastKMeansCore
import FastKMeansFormats
import Foundation

extension OptionRow {
  /// The value that a file holds: numbers of prototypes in JSON, or stop words, one a line. `nil` for options that name no
  /// file, and for words that are a choice.
  ///
  /// - Throws: `FileError`, ``DataError``; `OptionsError` for a file of stop words that does not exist.
  func readingFile(_ path: String) throws -> JSON? {
    switch kind.shape {
    case .counts: try Self.counts(in: path)
    case .words where !kind.choices.contains(path): try stopWords(in: path)
    default: nil
    }
  }

  private static func counts(in path: String) throws -> JSON {
    let bytes = try SideFile.bytes(of: path)
    var options = TrainingOptions()
    guard let json = try? JSON.parse(bytes), json != .null,
      (try? TrainingOptions.row("k_list")?.set(json, in: &options)) != nil
    else {
      throw DataError(
        "\(path): --k-list must be JSON, an object such as {\"spam\": 5} or a list such as [3, 5], of whole numbers"
      )
    }
    return json
  }

  private func stopWords(in path: String) throws -> JSON {
    let bytes: [UInt8]
    do {
      bytes = try SideFile.bytes(of: path)
    } catch FileError.notFound {
      throw OptionsError(
        parameter: name, value: path, allowed: "none, english, or an existing file with a word a line")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataError("\(path): the stop words are not UTF-8; convert the file first")
    }
    let words = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    return .array(words.filter { !$0.isEmpty }.map { .string($0) })
  }
}

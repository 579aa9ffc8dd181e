import FastKMeansCore
import FastKMeansFormats
import FastKMeansReference
import FastKMeansText
import Foundation

/// Options that a search varies, with those it leaves alone.
struct TunedOptions: Equatable {
  var training: TrainingOptions
  /// `nil` for rows that are vectors.
  var text: TextOptions?

  /// The options that vary, by the names that they have everywhere: what a file of options holds.
  var json: JSON {
    .object(fields)
  }

  /// The same for people.
  var line: String {
    fields.map { field in
      let value = if case .string(let text) = field.value { text } else { field.value.text }
      return "\(field.name) \(value)"
    }.joined(separator: ", ")
  }

  static let names = ["k_init", "refine", "distance", "analyzer", "ngrams", "min_df", "sublinear_tf"]

  private var fields: [JSON.Field] {
    let all = OptionsJSON.fields(training) + (text.map(OptionsJSON.fields) ?? [])
    return Self.names.compactMap { name in all.first { $0.name == name } }
  }
}

/// The file of `train --options`, as `tune --output` writes it: each option that is there takes the place of the one
/// of the call.
struct TunedOptionsFile {
  let path: String

  /// - Throws: `FileError`; ``DataError`` with the member that is wrong; `OptionsError` for values out of range.
  func apply(to training: inout TrainingOptions, _ text: inout TextOptions?) throws {
    for (name, value) in try members() {
      do {
        guard TunedOptions.names.contains(name) else { throw refusal(name, value) }
        if let row = TrainingOptions.row(name) {
          try row.set(value, in: &training)
        } else if let row = TextOptions.row(name), var options = text {
          try row.set(value, in: &options)
          text = options
        } else {
          throw refusal(name, value)
        }
      } catch is OptionsError {
        throw refusal(name, value)
      }
    }
    _ = try training.validated()
    _ = try text?.validated()
  }

  private func members() throws -> [(String, JSON)] {
    let bytes = try SideFile.bytes(of: path)
    guard let value = try? JSON.parse(bytes), case .object(let members) = value else {
      throw DataError("\(path): --options must be a JSON object, as tune --output writes it")
    }
    return members.map { ($0.name, $0.value) }
  }

  private func refusal(_ name: String, _ value: JSON) -> DataError {
    DataError(
      "\(path): '\(name)' with the value \(value.summary) is none of the options that tune writes for such rows"
    )
  }
}

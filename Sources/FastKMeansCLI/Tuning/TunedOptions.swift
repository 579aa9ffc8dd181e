import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Foundation

/// Options that a search varies, with those it leaves alone.
struct TunedOptions: Equatable {
  var training: TrainingOptions
  /// `nil` for rows that are vectors.
  var text: TextOptions?

  /// The options that vary, by the names that they have everywhere: what a file of options holds.
  var json: JSON {
    .object(fields.map { JSON.Field(name: $0.name, value: $0.value) })
  }

  /// The same for people.
  var line: String {
    fields.map { field in
      let value = if case .string(let text) = field.value { text } else { field.value.text }
      return "\(field.name) \(value)"
    }.joined(separator: ", ")
  }

  private var fields: [(name: String, value: JSON)] {
    let names = ["k_init", "refine", "distance", "ngrams", "min_df", "sublinear_tf"]
    guard case .object(let all) = OptionsJSON.object(training: training, text: text) else { return [] }
    return names.compactMap { name in all.first { $0.name == name }.map { (name, $0.value) } }
  }
}

/// The file of `train --options`, as `tune --output` writes it: each option that is there takes the place of the one
/// of the call.
struct TunedOptionsFile {
  let path: String

  /// - Throws: `FileError`; ``DataError`` with the member that is wrong; `OptionsError` for values out of range.
  func apply(to training: inout TrainingOptions, _ text: inout TextOptions?) throws {
    for (name, value) in try members() {
      switch (name, value) {
      case ("k_init", .string("auto")): training.isPrototypeCountAutomatic = true
      case ("k_init", .number):
        training.isPrototypeCountAutomatic = false
        training.prototypesPerClass = try whole(name, value)
      case ("refine", .string("auto")): training.refinement = .automatic
      case ("refine", .number): training.refinement = .count(try whole(name, value))
      case ("distance", .string(let distance)):
        guard let distance = Distance(rawValue: distance) else { throw refusal(name, value) }
        training.distance = distance
      case ("ngrams", .string(let range)) where text != nil:
        guard let range = try? Value.range(range) else { throw refusal(name, value) }
        text?.ngrams = range
      case ("min_df", .number) where text != nil: text?.minDocumentFrequency = try whole(name, value)
      case ("sublinear_tf", .bool(let isSublinear)) where text != nil: text?.sublinearTF = isSublinear
      default: throw refusal(name, value)
      }
    }
    _ = try training.validated()
    _ = try text?.validated()
  }

  private func members() throws -> [(String, JSONValue)] {
    let bytes = try SideFile.bytes(of: path)
    guard let value = try? JSONParser.parse(bytes), case .object(let object) = value else {
      throw DataError("\(path): --options must be a JSON object, as tune --output writes it")
    }
    return object.members.map { ($0.key, $0.value) }
  }

  private func whole(_ name: String, _ value: JSONValue) throws -> Int {
    guard let whole = value.integer(Int.self) else { throw refusal(name, value) }
    return whole
  }

  private func refusal(_ name: String, _ value: JSONValue) -> DataError {
    DataError(
      "\(path): '\(name)' with the value \(value.summary) is none of the options that tune writes for such rows"
    )
  }
}

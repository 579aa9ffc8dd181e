import FastKMeansCore
import FastKMeansText

/// Options as JSON, by the names that they have everywhere, for files beside the model that keep them too.
package enum StoredOptions {
  package static func json(of options: TrainingOptions) -> JSON { OptionsSection.encode(options) }

  package static func json(of options: TextOptions) -> JSON { VectorizerSection.settings(of: options) }

  /// - Throws: `ModelFileError.Problem`, `JSONError`.
  package static func training(fromJSON text: [UInt8], threadCount: Int) throws -> TrainingOptions {
    try OptionsSection.decode(JSONFields(json: text, key: "options"), threadCount: threadCount).options
  }

  /// - Throws: `ModelFileError.Problem`, `JSONError`.
  package static func text(fromJSON text: [UInt8]) throws -> TextOptions {
    try VectorizerSection.options(JSONFields(json: text, key: "text"))
  }
}

import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Compares the options of a call with those of the model that the call continues. An option that was given and differs
/// from the model's would have no effect, so the call is refused.
struct OptionAgreement {
  let found: TrainingOptions
  let text: TextOptions?
  /// The words of the call.
  var arguments = CommandLine.arguments

  /// Options that may differ from run to run.
  private static let free: Set<String> = ["n_threads", "batch_size"]

  /// Options that are definite in a model when the call leaves them to us.
  private static let chosen: Set<String> = ["analyzer", "ngrams"]

  /// - Throws: ``CallError`` for the first option that differs.
  func check(wanted: TrainingOptions, text wantedText: TextOptions?) throws {
    if let wantedText, let text, wantedText.columns != text.columns {
      throw CallError(
        "the columns are \(Self.list(wantedText.columns)), but the model was made with \(Self.list(text.columns)); name those,"
          + " or a new model")
    }
    let model = OptionsJSON.object(training: found, text: try text?.validated())
    let call = OptionsJSON.object(training: wanted, text: try wantedText?.validated())
    guard case .object(let modelFields) = model, case .object(let callFields) = call else { return }
    for field in callFields where !Self.free.contains(field.name) && isGiven(field.name) {
      guard let own = modelFields.first(where: { $0.name == field.name }), own.value != field.value,
        !(Self.chosen.contains(field.name) && field.value == .string("auto"))
      else { continue }
      throw CallError(
        "\(option(field.name)) is \(field.value.text), but the model was made with \(own.value.text); leave it out,"
          + " or name a new model")
    }
  }

  private static func list(_ columns: [DocumentColumn]) -> String {
    columns.isEmpty ? "one text" : columns.map(\.description).joined(separator: ", ")
  }

  private func option(_ name: String) -> String { "--" + name.split(separator: "_").joined(separator: "-") }

  private func isGiven(_ name: String) -> Bool {
    arguments.contains { $0 == option(name) || $0.hasPrefix(option(name) + "=") }
  }
}

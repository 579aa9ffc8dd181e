import FastKMeansCore
import FastKMeansFormats

extension Inspection {
  private var model: ClassifierModel<Label> { contents.model }

  var json: JSON {
    .fields([
      "model": .string(path),
      "format_version": .string(info.formatVersion),
      "model_bytes": .integer(info.byteCount),
      "classes": .integer(model.classCount),
      "prototypes": .integer(model.prototypes.count),
      "features": .integer(model.featureCount),
      "stored_values": .integer(model.prototypes.storedValueCount),
      "dtype": .string(model.prototypes.precision.rawValue),
      "sparse": .bool(model.prototypes.isSparse),
      "input": .string(contents.vectorizer == nil ? "vectors" : "text"),
      "svmlight_zero_based": .bool(contents.isZeroBased),
      "options": OptionsJSON.object(training: model.options, text: contents.vectorizer?.options),
      "tensors": .array(
        info.tensors.map {
          .fields([
            "name": .string($0.name), "type": .string($0.type.rawValue),
            "shape": .array($0.shape.map(JSON.integer)),
            "bytes": .integer($0.byteCount),
          ])
        }),
      "per_class": .array(classes.map(json(of:))),
    ])
  }

  private func json(of entry: ClassEntry) -> JSON {
    .fields([
      "label": .label(entry.label),
      "mass": .number(entry.mass),
      "prototypes": .array(
        entry.prototypes.map {
          .fields([
            "mass": .number($0.mass),
            "stored_values": .integer($0.storedCount),
            "top_words": .array(
              $0.words.map { .fields(["word": .string($0.name), "weight": .number($0.weight)]) }),
          ])
        }),
    ])
  }

  var lines: [String] {
    (isSelection ? [] : summary + [""]) + classTable
  }

  private var summary: [String] {
    let prototypes = model.prototypes
    return Table.facts([
      ("model", "\(path) (\(Readable.bytes(info.byteCount)), format \(info.formatVersion))"),
      ("input", input),
      ("classes", Readable.count(model.classCount)),
      ("prototypes", "\(Readable.count(prototypes.count)), \(prototypes.precision.rawValue)"),
      ("stored values", Readable.count(prototypes.storedValueCount)),
      ("options", changedOptions),
    ])
  }

  /// What kind of rows the model takes.
  var input: String {
    let features = Readable.count(model.featureCount, "feature")
    guard let vectorizer = contents.vectorizer else {
      return "vectors, \(features)" + (contents.isZeroBased ? ", svmlight indices from 0" : "")
    }
    let columns = vectorizer.options.columns
    let source =
      columns.isEmpty ? "text" : "the columns " + columns.map(\.description).joined(separator: ", ")
    return "\(source), \(features) " + (vectorizer.isHashing ? "by hashing" : "(terms)")
  }

  /// The most important options, and all that differ from their defaults.
  private var changedOptions: String {
    func fields(_ options: TrainingOptions) -> [JSON.Field] {
      guard case .object(let fields) = OptionsJSON.object(training: options, text: nil) else { return [] }
      return fields
    }
    let usual = ["k_init", "distance", "soft"]
    return zip(fields(model.options), fields(TrainingOptions()))
      .filter { $0 != $1 || usual.contains($0.name) }
      .map { "\($0.0.name) \($0.0.value.text)" }.joined(separator: ", ")
  }

  private var classTable: [String] {
    let rows = classes.flatMap { entry in
      entry.prototypes.enumerated().map { position, prototype in
        [
          position == 0 ? TextLabel.cell(entry.label) : "", Readable.mass(prototype.mass),
          Readable.count(prototype.storedCount), prototype.words.map(\.name).joined(separator: " "),
        ]
      }
    }
    return Table(["class", "documents", "values", "top words"], [.left, .right, .right, .left], rows)
      .lines(indent: 0)
  }
}

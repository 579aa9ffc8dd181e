import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansReference
import FastKMeansText

/// The arguments that a table of options defines: one for each row, by its name with dashes.
struct OptionArguments<Options: TabledOptions>: ParsableArguments {
  /// What was given, by the names of the table.
  private(set) var given: [String: JSON] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    for row in Self.rows {
      let key = Key(stringValue: row.name)
      if row.isFlag {
        if try values.decode(Flag<Bool>.self, forKey: key).wrappedValue { given[row.name] = .bool(true) }
      } else if let json = try values.decode(Option<JSON?>.self, forKey: key).wrappedValue {
        given[row.name] = json
      }
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// All but `warm_start`, for a command fits once, and `lowercase`.
  static var rows: [OptionRow<Options>] {
    Options.tableByTopic.filter { $0.name != "warm_start" && $0.name != "lowercase" }
  }

  static func argumentName(_ name: String) -> String {
    "--" + name.split(separator: "_").joined(separator: "-")
  }

  /// The library's options, checked. Files that options name are read; no other file is opened.
  ///
  /// - Throws: `OptionsError`; for files `FileError`, ``DataError``.
  func options() throws -> Options {
    var options = Options.defaults
    for row in Self.rows {
      guard var json = given[row.name] else { continue }
      if case .string(let path) = json { json = try row.readingFile(path) ?? json }
      try row.set(json, in: &options)
    }
    try options.checkRanges()
    return options
  }
}

/// The options that `--help` shows; `--help-all` shows the others too.
private let usualOptions: Set = [
  "k_init", "refine", "distance", "random_state", "n_threads", "batch_size", "ngrams", "min_df",
  "max_features",
  "stop_words",
  "sublinear_tf",
]

/// The parser finds its arguments by reflection: here one for each row.
extension OptionArguments: CustomReflectable {
  var customMirror: Mirror {
    Mirror(self, children: Self.rows.map { (label: $0.name, value: $0.argument) as Mirror.Child })
  }
}

extension OptionRow where Options: TabledOptions {
  /// An option that is off by default is turned on by its name alone.
  fileprivate var isFlag: Bool { kind.shape == .truth && value(.defaults) == .bool(false) }

  fileprivate var argument: Any {
    let name = NameSpecification.customLong(self.name.split(separator: "_").joined(separator: "-"))
    let visibility: ArgumentVisibility = usualOptions.contains(self.name) ? .default : .hidden
    if isFlag {
      return Flag(wrappedValue: false, name: name, help: ArgumentHelp(sentence, visibility: visibility))
    }
    return Option<JSON?>(
      name: name, parsing: kind.choices.isEmpty ? .unconditional : .next,
      help: ArgumentHelp(
        "\(sentence) (\(notes))", valueName: kind.word.map { "\(unit)|\($0)" } ?? unit, visibility: visibility
      ),
      completion: kind.choices.isEmpty ? nil : .list(kind.choices), transform: parsed)
  }

  private var sentence: String { mode.map { "\(help) Only in mode \($0)." } ?? help }

  /// What may be chosen, and the default.
  private var notes: String {
    if kind.shape == .counts { return "JSON: an object or a list" }
    let choices = kind.shape == .choice ? "values: \(kind.choices.joined(separator: ", ")); " : ""
    return "\(choices)default: \(words(of: value(.defaults)))"
  }

  /// - Throws: `ValidationError`.
  @Sendable private func parsed(_ words: String) throws -> JSON {
    let json = self.json(of: words)
    guard kind.shape != .counts, kind.shape != .words else { return json }
    var options = Options.defaults
    do {
      try set(json, in: &options)
    } catch {
      throw ValidationError("allowed: \(error.allowed)\(Similar.hint(words, among: kind.choices))")
    }
    return json
  }
}

typealias TrainingArguments = OptionArguments<TrainingOptions>
typealias TextArguments = OptionArguments<TextOptions>

extension TrainingArguments {
  var nThreads: Int { given["n_threads"]?.integer(Int.self) ?? TrainingOptions().threadCount }
}

extension TextArguments {
  var isGiven: Bool { !given.isEmpty }

  /// The options for rows of a format; `nil` for vectors.
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

  /// The options that a search may vary: those that were not given.
  func tuningSpace() throws -> TextTuningSpace {
    let options = try options()
    var space = TextTuningSpace()
    if let ngrams = options.ngrams { space.ngrams = [ngrams] }
    if given["min_df"] != nil { space.minDocumentFrequencies = [options.minDocumentFrequency] }
    if given["sublinear_tf"] != nil { space.sublinearTFs = [options.sublinearTF] }
    return space
  }
}

import FastKMeansCore
import FastKMeansReference
import FastKMeansText

/// Options as JSON in model files and checkpoints, by the names that they have everywhere.
enum StoredOptions {
  static let trainingKey = "options"

  static func json(of options: some TabledOptions) -> JSON {
    .sorted(members(of: options))
  }

  static func members<Options: TabledOptions>(of options: Options) -> [String: JSON] {
    var members: [String: JSON] = [:]
    for row in Options.table {
      let value = row.value(options)
      switch row.storage {
      case .always: members[row.name] = value
      case .unless(let absent): if value != absent { members[row.name] = value }
      case .asDefault: members[row.name] = row.value(.defaults)
      case .never: break
      }
    }
    // Files of every version have the word.
    if members["stop_words"] == .null { members["stop_words"] = .string("none") }
    return members
  }

  /// - Throws: `ModelFileError.Problem`.
  static func read<Options: TabledOptions>(_ fields: JSONFields) throws -> Options {
    var options = Options.defaults
    for row in Options.table {
      var value: JSON
      switch row.storage {
      case .always: value = try fields.value(row.name)
      case .unless(let absent): value = fields.has(row.name) ? try fields.value(row.name) : absent
      case .asDefault, .never: continue
      }
      // Prototypes to start from are not stored: the classes that they were for have learned from them, and a class that is
      // new to a loaded model is seeded by k-means++.
      if row.name == "init_method", value == .string("given") { value = .string("kmeans++") }
      do {
        try row.set(value, in: &options)
      } catch {
        throw fields.problem(row.name, expected: error.allowed, found: value)
      }
    }
    return options
  }

  /// The options of a file, checked.
  static func training(_ file: TensorFile, threadCount: Int) throws -> ValidatedOptions {
    guard let fields = try JSONFields(file, key: trainingKey) else {
      throw ModelFileError.Problem.missingMetadata(key: trainingKey)
    }
    var options: TrainingOptions = try read(fields)
    options.threadCount = threadCount
    do {
      return try options.validated()
    } catch {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }
}

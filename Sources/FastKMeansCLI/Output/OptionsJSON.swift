import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Options under the names that they have in every language.
enum OptionsJSON {
  static func object(training options: TrainingOptions, text: TextOptions?) -> JSON {
    var fields = training(options)
    if let text { fields += self.text(text) }
    return .object(fields.map { JSON.Field(name: $0.0, value: $0.1) })
  }

  private static func training(_ options: TrainingOptions) -> [(String, JSON)] {
    [
      ("k_init", options.isPrototypeCountAutomatic ? "auto" : .integer(options.prototypesPerClass)),
      ("k_bytes", options.automaticByteLimit.map(JSON.integer) ?? .null),
      ("k_list", counts(options.prototypeCounts)),
      ("init_method", initialization(options.initialization)),
      ("distance", .string(options.distance.rawValue)),
      ("dtype", .string(options.precision.rawValue)),
      ("soft", .bool(options.isSoft)),
      ("soft_type", .string(options.softAssignment.rawValue)),
      ("temperature", .number(options.temperature)),
      ("lambda_penalty", .number(options.otherClassPenalty)),
      ("merge_threshold", options.mergeThreshold.map(JSON.number) ?? .null),
      ("relative_merge", .bool(options.isMergeRelative)),
      ("percentile_threshold", options.percentileThreshold.map(JSON.number) ?? .null),
      ("batch_size", .integer(options.batchSize)),
      ("n_threads", .integer(options.threadCount)),
      ("min_weight", .number(options.minimumMass)),
      ("truncation_threshold", .number(options.truncationThreshold)),
      ("max_iters", .integer(options.maxEpochs)),
      ("tol", .number(options.tolerance)),
      // A seed above Int64's range would not survive as an integer in every JSON reader.
      ("random_state", Int(exactly: options.seed).map(JSON.integer) ?? .string(String(options.seed))),
      ("refine", refinement(options.refinement)),
      ("decay", .number(options.decay)),
      ("half_life", options.halfLife.map(JSON.number) ?? .null),
      ("mode", .string(options.mode.rawValue)),
      ("device", .string(options.device.name)),
    ]
  }

  private static func counts(_ counts: PrototypeCounts) -> JSON {
    switch counts {
    case .none: .null
    case .byPosition(let list): .array(list.map(JSON.integer))
    case .byLabel(let table):
      // A key that reads as an integer stands for both label types; one entry says it.
      .object(
        Dictionary(table.map { ($0.key.description, $0.value) }) { first, _ in first }
          .sorted { $0.key < $1.key }.map { JSON.Field(name: $0.key, value: .integer($0.value)) })
    }
  }

  private static func refinement(_ epochs: RefinementEpochs) -> JSON {
    switch epochs {
    case .automatic: "auto"
    case .count(let count): .integer(count)
    }
  }

  private static func initialization(_ initialization: Initialization) -> JSON {
    switch initialization {
    case .kMeansPlusPlus: "kmeans++"
    case .random: "random"
    case .prototypes: "prototypes"
    }
  }

  private static func text(_ options: TextOptions) -> [(String, JSON)] {
    [
      ("ngrams", .string("\(options.ngrams.lowerBound)-\(options.ngrams.upperBound)")),
      ("min_df", .integer(options.minDocumentFrequency)),
      ("max_features", options.maxFeatures.map(JSON.integer) ?? .null),
      ("sublinear_tf", .bool(options.sublinearTF)),
      ("stop_words", stopWords(options.stopWords)),
      ("hashing", options.hashingBits.map(JSON.integer) ?? .null),
    ]
  }

  private static func stopWords(_ words: StopWords) -> JSON {
    switch words {
    case .none: "none"
    case .english: "english"
    case .custom(let words): .array(words.sorted().map(JSON.string))
    }
  }
}

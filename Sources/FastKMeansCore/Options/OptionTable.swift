/// The most that a count may be: 2^31 - 1, so that sums of counts over classes never overflow.
private let countLimit = Int(Int32.max)
private let count = OptionType<Int>.whole("a whole number from 1 to \(countLimit)") {
  (1...countLimit).contains($0)
}
private let fromZero = OptionType.number("a number from 0") { $0 >= 0 }
private let aboveZero = OptionType.number("a number above 0") { $0 > 0 }

extension TrainingOptions {
  package static let defaults = TrainingOptions()

  /// Every option of training but `mode`, which stands beside the modes. Validation, model files, the command line, the C
  /// interface, Python and `docs/options.md` follow from it.
  package static let rows: [OptionRow<TrainingOptions>] = [
    OptionRow(
      "k_init", \.initialCount, count.or("auto"), unit: "count", .kMeans,
      "Prototypes per class to start with; auto: as many as size, variety and held-out rows justify.",
      details: "With refinement on, this is the most that a class gets."),
    OptionRow(
      "k_list", \.prototypeCounts, .prototypeCounts, unit: "file", .kMeans,
      "The number of prototypes of some classes: by label, or by position in the sorted classes.",
      details: "A class that is not named gets the common number."),
    OptionRow(
      "init_method", \.initialization, .initialization, unit: "method", .kMeans,
      "How the first prototypes are chosen.",
      details: "Python and C take prototypes to start from, too. A class without any is seeded by k-means++."),
    OptionRow(
      "distance", \.chosenDistance, OptionType<Distance>.choice.or("auto"), unit: "distance", .kMeans,
      "How vectors are compared; auto: as held-out rows suggest.",
      details: """
        With the cosine every row is scaled to unit length. auto also tries dense features at mean 0 and variance 1, \
        which suits tables whose columns have different units.
        """),
    OptionRow(
      "dtype", \.precision, .choice, unit: "type", .kMeans,
      "The precision in which prototypes are stored and multiplied."),
    OptionRow(
      "soft", \.isSoft, .truth, unit: "true|false", .kMeans, "Soft assignment; false: hard k-means.",
      details: "With refinement on, prototypes start from hard clusters."),
    OptionRow(
      "soft_type", \.softAssignment, .choice, unit: "type", .kMeans, "How similarities become shares."),
    OptionRow(
      "temperature", \.temperature, aboveZero, unit: "number", .kMeans, "Divides the logits of softmax."),
    OptionRow(
      "lambda_penalty", \.otherClassPenalty, fromZero, unit: "number", .compatibility,
      "Taken off the similarity to prototypes of another class.",
      details: "In the default mode a document moves the prototypes of its own class only.", mode: "reference"
    ),
    OptionRow(
      "merge_threshold", \.mergeThreshold, fromZero.or("none"), unit: "number", .kMeans,
      "Merge prototypes of a class that are closer than this."),
    OptionRow(
      "relative_merge", \.isMergeRelative, .truth, unit: "true|false", .kMeans,
      "The merge threshold is a fraction of the mean distance between prototypes."),
    OptionRow(
      "min_weight", \.minimumMass, fromZero, unit: "mass", .kMeans,
      "A prototype with no more mass than this is dead."),
    OptionRow(
      "truncation_threshold", \.truncationThreshold, fromZero, unit: "number", .kMeans,
      "Smaller coordinates are dropped where scores are computed."),
    OptionRow(
      "percentile_threshold", \.percentileThreshold,
      OptionType.number("0 to 1") { (0...1).contains($0) }.or("none"), unit: "0...1", .kMeans,
      "Truncate and merge only what also lies below this quantile."),
    OptionRow("max_iters", \.maxEpochs, count, unit: "count", .kMeans, "Epochs of k-means at most."),
    OptionRow(
      "tol", \.tolerance, fromZero, unit: "distance", .kMeans,
      "Stop when no prototype moves further, and none was merged."),
    OptionRow(
      "batch_size", \.batchSize, count, unit: "count", .compatibility,
      "Rows per chunk of mode reference, and per batch of `fastkmeans stream`."),
    OptionRow(
      "n_threads", \.threadCount,
      .whole("-1 (all cores) or 1 to 4096") { $0 == -1 || (1...4096).contains($0) }, unit: "count", .running,
      "Threads; -1: all cores.", details: "The result has the same bits for any number.",
      storage: .asDefault),
    OptionRow(
      "random_state", \.seed, .whole("a whole number from 0 to 2^64 - 1"), unit: "seed", .kMeans,
      "Seeds the random numbers."),
    OptionRow(
      "refine", \.refinementCount,
      OptionType<Int>.whole("a whole number from 0 to 1000") { (0...1000).contains($0) }.or("auto"),
      unit: "epochs", .refinement, "Epochs of discriminative refinement; 0: none.",
      details: "auto: as long as held-out rows, or the size of the data, suggest.", mode: "default"),
    OptionRow(
      "decay", \.decay, .number("above 0, at most 1") { $0 > 0 && $0 <= 1 }, unit: "share", .streaming,
      "What is left of a prototype's mass after each batch."),
    OptionRow(
      "half_life", \.halfLife, aboveZero.or("none"), unit: "documents", .streaming,
      "Documents of a stream after which half of a prototype's mass is left.",
      details: "It counts the weights of documents of all classes, and comes on top of the decay.",
      mode: "default", storage: .unless(.null)),
    OptionRow(
      "k_bytes", \.automaticByteLimit, OptionType<Int>.whole("a whole number from 1") { $0 >= 1 }.or("none"),
      unit: "bytes", .kMeans,
      "With an automatic count of prototypes: the bytes that these may take at most.",
      details: """
        Refined weights count, too; of sparse rows the smallest go until the rest fits. Where the limit is too small \
        for all prototypes, classes with the most documents per prototype are served first; every class keeps at \
        least one.
        """, storage: .unless(.null)),
    OptionRow(
      "device", \.device, .device, unit: "device", .running, "Where to refine and to answer.",
      details: "All but the processor go through a plug-in, see docs/gpu.md.", storage: .never),
    OptionRow(
      "warm_start", \.isWarmStart, .truth, unit: "true|false", .streaming,
      "Another `fit` goes on from the prototypes that are there."),
  ]
}

extension TrainingOptions {
  /// `k_init` as a number; `nil` is `auto`.
  private var initialCount: Int? {
    get { isPrototypeCountAutomatic ? nil : prototypesPerClass }
    set {
      isPrototypeCountAutomatic = newValue == nil
      prototypesPerClass = newValue ?? prototypesPerClass
    }
  }

  /// `distance`; `nil` is `auto`.
  private var chosenDistance: Distance? {
    get { isDistanceAutomatic ? nil : distance }
    set {
      isDistanceAutomatic = newValue == nil
      distance = newValue ?? distance
    }
  }

  /// `refine` as a number; `nil` is `auto`.
  private var refinementCount: Int? {
    get { if case .count(let count) = refinement { count } else { nil } }
    set { refinement = newValue.map(RefinementEpochs.count) ?? .automatic }
  }
}

extension OptionType<Initialization> {
  /// Prototypes to start from are no JSON: they travel beside the options.
  fileprivate static var initialization: OptionType {
    let names = ["kmeans++", "random"]
    return choice(
      names, words: "kmeans++, random; prototypes to start from are given beside the options",
      read: { name in
        switch name {
        case "kmeans++": .kMeansPlusPlus
        case "random": .random
        default: nil
        }
      },
      name: {
        switch $0 {
        case .kMeansPlusPlus: names[0]
        case .random: names[1]
        case .prototypes: "given"
        }
      })
  }
}

extension OptionType<Device> {
  fileprivate static var device: OptionType {
    choice(
      ["cpu", "cuda", "cuda:N", "mps", "torch:cpu", "auto"], words: Device.allowed,
      read: { try? Device(name: $0) }, name: \.name)
  }
}

extension OptionType<PrototypeCounts> {
  /// JSON: null, a list by position, or by label an object or a list of pairs, which keeps the type of labels. A key of
  /// an object that reads as an integer stands for that label too.
  fileprivate static var prototypeCounts: OptionType {
    OptionType(
      .counts,
      "whole numbers from 1 to \(countLimit): a list, an object by label, or a list of pairs of label and number",
      read: { json in
        switch json {
        case .null: return PrototypeCounts.none
        case .object(let object):
          var table: [Label: Int] = [:]
          for member in object {
            guard let count = member.value.integer(Int.self) else { return nil }
            table[.text(member.name)] = count
            if let label = Int64(member.name) { table[.integer(label)] = count }
          }
          return table.isEmpty ? PrototypeCounts.none : .byLabel(table)
        case .array(let values):
          let list = values.compactMap { $0.integer(Int.self) }
          if list.count == values.count { return list.isEmpty ? PrototypeCounts.none : .byPosition(list) }
          var table: [Label: Int] = [:]
          for value in values {
            guard case .array(let pair) = value, pair.count == 2, let label = Label(json: pair[0]),
              let count = pair[1].integer(Int.self), table.updateValue(count, forKey: label) == nil
            else { return nil }
          }
          return .byLabel(table)
        default: return nil
        }
      },
      json: { counts in
        switch counts {
        case .none: .null
        case .byPosition(let list): list.isEmpty ? .null : .array(list.map { .integer($0) })
        case .byLabel(let table):
          table.isEmpty
            ? .null
            : .array(table.sorted { $0.key < $1.key }.map { .array([$0.key.json, .integer($0.value)]) })
        }
      },
      refused: { counts in
        let counts: [Int] =
          switch counts {
          case .none: []
          case .byLabel(let table): Array(table.values)
          case .byPosition(let list): list
          }
        return counts.first { !(1...countLimit).contains($0) }.map { "\($0)" }
      })
  }
}

extension Label {
  fileprivate init?(json: JSON) {
    if case .string(let text) = json {
      self = .text(text)
    } else if let integer = json.integer(Int64.self) {
      self = .integer(integer)
    } else {
      return nil
    }
  }

  fileprivate var json: JSON {
    switch self {
    case .integer(let value): .integer(value)
    case .text(let text): .string(text)
    }
  }
}

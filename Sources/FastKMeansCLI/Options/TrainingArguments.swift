import ArgumentParser
import FastKMeansCore
import FastKMeansFormats

/// The parameters of training, by the names they have everywhere, with dashes.
struct TrainingArguments: ParsableArguments {
  private static let defaults = TrainingOptions()

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Prototypes per class to start with; auto: as many as each class pays for."
        + " (default: \(defaults.prototypesPerClass))", valueName: "count|auto"),
    transform: PrototypeCountArgument.init(parsing:))
  var kInit = PrototypeCountArgument.count(defaults.prototypesPerClass)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --k-init auto, what prototypes may take at most. (default: none)", valueName: "bytes|none"),
    transform: Value.optionalWhole)
  var kBytes = Optionally<Int>.none

  @Option(
    help: ArgumentHelp(
      "JSON with the number of prototypes of some classes: an object by label, or a list by sorted class.",
      valueName: "file"))
  var kList: String?

  @Option(help: ArgumentHelp("How the first prototypes are chosen.", valueName: "method"))
  var initMethod = InitializationName.kMeansPlusPlus

  @Option(help: "How vectors are compared.")
  var distance = defaults.distance

  @Option(
    help: ArgumentHelp("The precision in which prototypes are stored and multiplied.", valueName: "type"))
  var dtype = defaults.precision

  @Option(
    help: ArgumentHelp(
      "Soft assignment; false: hard k-means. (default: \(defaults.isSoft))", valueName: "true|false"),
    transform: Value.truth)
  var soft = defaults.isSoft

  @Option(help: ArgumentHelp("How similarities become shares.", valueName: "type"))
  var softType = defaults.softAssignment

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Divides the logits of softmax. (default: \(defaults.temperature))", valueName: "number"),
    transform: Value.number)
  var temperature = defaults.temperature

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Taken off the similarity to prototypes of another class. (default: \(defaults.otherClassPenalty))",
      valueName: "number"),
    transform: Value.number)
  var lambdaPenalty = defaults.otherClassPenalty

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Merge prototypes of a class that are closer than this. (default: none)", valueName: "number|none"),
    transform: Value.optionalNumber)
  var mergeThreshold = Optionally<Double>.none

  @Flag(help: "The merge threshold is a fraction of the mean distance between prototypes.")
  var relativeMerge = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Truncate and merge only what also lies below this quantile. (default: none)", valueName: "0...1|none"),
    transform: Value.optionalNumber)
  var percentileThreshold = Optionally<Double>.none

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Rows per chunk. (default: \(defaults.batchSize))", valueName: "count"),
    transform: Value.whole)
  var batchSize = defaults.batchSize

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; -1: all cores. (default: \(defaults.threadCount))", valueName: "count"),
    transform: Value.whole)
  var nThreads = defaults.threadCount

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A prototype with no more mass than this is dead. (default: \(defaults.minimumMass))", valueName: "mass"
    ),
    transform: Value.number)
  var minWeight = defaults.minimumMass

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Smaller coordinates are dropped. (default: \(defaults.truncationThreshold))", valueName: "number"),
    transform: Value.number)
  var truncationThreshold = defaults.truncationThreshold

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Epochs at most. (default: \(defaults.maxEpochs))", valueName: "count"),
    transform: Value.whole)
  var maxIters = defaults.maxEpochs

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop when no prototype moves further. (default: \(defaults.tolerance))", valueName: "distance"),
    transform: Value.number)
  var tol = defaults.tolerance

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seeds the random numbers. (default: \(defaults.seed))", valueName: "seed"),
    transform: Value.seed)
  var randomState = defaults.seed

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What is left of a prototype's mass after each batch. (default: \(defaults.decay))", valueName: "share"),
    transform: Value.number)
  var decay = defaults.decay

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Documents of a stream after which half of a prototype's mass is left. (default: none)",
      valueName: "documents|none"),
    transform: Value.optionalNumber)
  var halfLife = Optionally<Double>.none

  @Option(help: "Behaviour: exact epochs by class, or the reference implementation's to the letter.")
  var mode = defaults.mode

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Epochs of discriminative refinement; 0: none. (default: auto)", valueName: "epochs|auto"),
    transform: RefineArgument.init(parsing:))
  var refine = RefineArgument.auto

  @Option(
    help: ArgumentHelp(
      "Where to refine and to answer: cpu, cuda, cuda:1, mps, torch:cpu or auto. (default: cpu)",
      valueName: "device"),
    transform: Value.device)
  var device = Device.cpu
}

/// The ways to choose first prototypes that have a name.
enum InitializationName: String, CaseIterable, ExpressibleByArgument {
  case kMeansPlusPlus = "kmeans++"
  case random

  var initialization: Initialization {
    switch self {
    case .kMeansPlusPlus: .kMeansPlusPlus
    case .random: .random
    }
  }
}

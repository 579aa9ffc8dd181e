import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Search for options that do well on labelled rows.",
    discussion: """
      Tries prototypes per class, refinement and distance, and for text n-grams, min-df and sublinear-tf, on held-out \
      rows: many candidates on few rows, the better ones on more, the best on all folds. Options of training that are \
      given are where the search starts from, and the candidate to beat; options of text that are given are kept to. \
      With --trials 1 it cross-validates the options that are given.

      Example:
        fastkmeans tune --input tickets.tsv --time-limit 10m --output options.json
        fastkmeans train --input tickets.tsv --options options.json --model tickets.safetensors
      """
  )

  private static let defaults = TunerSettings()

  @OptionGroup(title: "Input") var input: InputArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Candidates to try at most. (default: \(defaults.trialCount))", valueName: "count"),
    transform: Value.whole)
  var trials = defaults.trialCount

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Folds of the rows; each is held out once for the finalists. (default: \(defaults.foldCount))",
      valueName: "count"),
    transform: Value.whole)
  var folds = defaults.foldCount

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End with the best so far after this time, such as 90s, 10m or 2h. (default: none)", valueName: "time"),
    transform: TimeLimitArgument.seconds)
  var timeLimit: Double?

  @Option(help: ArgumentHelp("Where to write the best options, for train --options.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp("Train a model with the best options on all rows, and write it.", valueName: "file"))
  var model: String?

  @OptionGroup(title: "Training, where the search starts") var training: TrainingArguments
  @OptionGroup(title: "Text (tsv, csv and jsonl), kept to where given") var text: TextArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    guard output != "-", model != "-" else {
      throw ValidationError("--output and --model need names of files, not -")
    }
    guard input.input != "-" || model == nil else {
      throw ValidationError("--model reads the rows again; --input needs the name of a file, not -")
    }
    guard output == nil || output != model else {
      throw ValidationError("--output and --model name the same file; name two")
    }
  }

  func run() throws {
    let base = try training.options()
    var settings = TunerSettings()
    settings.trialCount = trials
    settings.foldCount = folds
    settings.timeLimit = timeLimit
    settings.seed = base.seed
    var reader = try input.readerOptions(requiresLabels: true)
    reader.workers = training.nThreads
    let run = TuningRun(
      inputPath: input.input, reader: reader, base: base,
      textOptions: try text.options(for: input.resolvedFormat()), textSpace: try text.tuningSpace(),
      settings: settings, optionsPath: output, modelPath: model)
    let summary = try run.run(ProgressDisplay(isQuiet: display.quiet))
    try StandardOutput.write(display.json ? [summary.json.text] : summary.lines)
  }
}

/// A length of time: a number with s, m or h; without any, seconds.
enum TimeLimitArgument {
  static func seconds(_ text: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = text.last.flatMap { units[$0] }
    guard let value = Double(unit == nil ? text[...] : text.dropLast()), value.isFinite, value > 0 else {
      throw ValidationError("allowed: a number above 0 with s, m or h, such as 10m")
    }
    return value * (unit ?? 1)
  }
}

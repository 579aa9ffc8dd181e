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

      This page has the options that most people need; --help-all has all of them.
      """
  )

  private static let defaults = TunerSettings()

  @OptionGroup(title: "Input") var input: InputArguments

  @Option("Candidates to try at most. (default: \(defaults.trialCount))", "count")
  var trials = defaults.trialCount

  @Option(
    "Folds of the rows; each is held out once for the finalists. (default: \(defaults.foldCount))", "count")
  var folds = defaults.foldCount

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End with the best so far after this time, such as 90s, 10m or 2h. (default: none)", valueName: "time"),
    transform: TimeLimitArgument.seconds)
  var timeLimit: Double?

  @Option("Where to write the best options, for train --options.", "file")
  var output: String?

  @Option("Train a model with the best options on all rows, and write it.", "file")
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
    var base = try TunedOptions(
      training: training.options(), text: text.options(for: input.resolvedFormat()))
    var settings = TunerSettings()
    settings.trialCount = trials
    settings.foldCount = folds
    settings.timeLimit = timeLimit
    settings.seed = base.training.seed
    var reader = try input.readerOptions(requiresLabels: true)
    reader.workers = training.nThreads
    base.text?.columns = reader.columns
    for path in [output, model].compactMap({ $0 }) { try OutputFile.check(path) }
    let progress = ProgressDisplay(isQuiet: display.quiet)
    let rows = try progress.run("reading \(input.input)") { _ in
      try LabelledData.read(input.input, options: reader)
    }.result
    let labels = try rows.requiredLabels
    try base.training.checkCounts(for: labels)
    if case .text(let documents, _) = rows, var text = base.text {
      _ = try AnalyzerChoiceSummary(documents, labels, &text, base.training, progress)
      base.text = text
    }
    let ((candidates, outcome), seconds) = try progress.run("searching", unit: "fits") { report in
      try search(rows, labels, base, settings) { report($0.completed, $0.total) }
    }
    var summary = TuningSummary(candidates: candidates, outcome: outcome, seconds: seconds)
    if let output { try Interruption.tidily(write: output) { try $0.write(summary.best.json.text + "\n") } }
    if let model {
      summary.training = try TrainCommand.train(input.input, reader, summary.best, to: model, progress)
    }
    try StandardOutput.write(display.json ? [summary.json.text] : summary.lines)
  }

  private func search(
    _ rows: LabelledData, _ labels: LabelColumn, _ base: TunedOptions, _ settings: TunerSettings,
    _ report: (TuningProgress) -> Void
  ) throws -> ([TunedOptions], SuccessiveHalving.Outcome) {
    try withoutActuallyEscaping(report) { report in
      switch rows {
      case .features(let features, _):
        let result = try settings.search(
          features, labels: labels, base: base.training, progress: report)
        return (result.candidates.map { TunedOptions(training: $0, text: nil) }, result.outcome)
      case .text(let documents, _):
        let result = try settings.search(
          documents, labels: labels,
          base: TextCandidate(text: base.text ?? TextOptions(), training: base.training),
          space: text.tuningSpace(), progress: report)
        return (result.candidates.map { TunedOptions(training: $0.training, text: $0.text) }, result.outcome)
      }
    }
  }
}

/// Reads a length of time: a number with s, m or h; a plain number means seconds.
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

import ArgumentParser
import FastKMeansFormats

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Classify rows, with or without labels.",
    discussion: """
      One line a row: label, a tab, confidence; with --top the pairs of the next best classes follow. A tab, line \
      feed, carriage return or backslash in a label is written as \\t, \\n, \\r or \\\\.
      With --json an object a line: label, confidence, rejected (none of the classes: the row has nothing that \
      the model knows, or looks too strange for the rate that was named), top.

      Example:
        fastkmeans predict --model tickets.safetensors --input new.tsv --top 3
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup var model: ModelArguments

  @Option(help: ArgumentHelp("Where the answers go; '-' is standard output.", valueName: "file"))
  var output = "-"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Classes to name for each row. (default: 1)", valueName: "count"),
    transform: Value.whole)
  var top = 1

  @Option(
    help: ArgumentHelp(
      "Write the probabilities of all classes too, in the model's order.", valueName: "file.npy"))
  var proba: String?

  @OptionGroup(title: "None of these") var rejection: RejectionArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    guard top >= 1 else { throw ValidationError("--top is \(top); allowed: a whole number from 1") }
    guard proba != "-" else { throw ValidationError("--proba needs the name of a file, not -") }
    guard proba == nil || proba != output else {
      throw ValidationError("--proba and --output name the same file; name two")
    }
  }

  func run() throws {
    let options = try input.readerOptions(requiresLabels: false)
    let rule = try rejection.rule()
    let loaded = try model.load().rejecting(rule)
    var reader = try loaded.readerOptions(options, format: input.resolvedFormat())
    // Labels are not looked at here, so that any may stand there.
    reader.labelKind = .text
    let run = PredictionRun(
      model: loaded, inputPath: input.input, reader: reader, format: display.json ? .json : .tsv, top: top,
      outputPath: output, probabilitiesPath: proba)
    try run.run(ProgressDisplay(isQuiet: display.quiet))
  }
}

import ArgumentParser
import FastKMeansFormats
import FastKMeansText

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Fit a model to labelled rows.",
    discussion: """
      Example:
        fastkmeans train --input tickets.tsv --model tickets.safetensors --k-init 3
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments

  @Option(help: ArgumentHelp("The model file to write.", valueName: "file"))
  var model: String

  @Option(help: ArgumentHelp("How much each row counts: a number a line.", valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Options that tune found; they take the place of those of this call.", valueName: "file"))
  var options: String?

  @OptionGroup(title: "Training") var training: TrainingArguments
  @OptionGroup(title: "Text (tsv, csv and jsonl)") var text: TextArguments
  @OptionGroup(title: "None of these (kept in the model)") var rejection: RejectionArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func run() throws {
    var trainingOptions = try training.options()
    var textOptions = try text.options(for: input.resolvedFormat())
    if let options { try TunedOptionsFile(path: options).apply(to: &trainingOptions, &textOptions) }
    let run = try TrainingRun(
      inputPath: input.input, reader: readerOptions(), options: trainingOptions, textOptions: textOptions,
      weightsPath: weights, modelPath: model, rejection: rejection.rule())
    let summary = try run.run(ProgressDisplay(isQuiet: display.quiet))
    if display.json {
      try StandardOutput.write([summary.json.text])
    } else if model != "-" {
      try StandardOutput.write(summary.lines)
    } else if !display.quiet {
      StandardError.write(summary.lines.joined(separator: "\n") + "\n")
    }
  }

  func validate() throws {
    guard !(display.json && model == "-") else {
      throw ValidationError(
        "--json and --model - would both write to standard output; name a file for the model")
    }
  }

  private func readerOptions() throws -> ReaderOptions {
    var options = try input.readerOptions(requiresLabels: true)
    options.workers = training.nThreads
    return options
  }

}

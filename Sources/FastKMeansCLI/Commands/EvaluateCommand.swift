import ArgumentParser
import FastKMeansFormats

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Judge a model by labelled rows.",
    discussion: """
      Accuracy, macro and micro F1, every class, the most confused pairs, calibration, and what is won by \
      answering only the surer documents. Rows with labels that the model does not know count as errors.

      Example:
        fastkmeans evaluate --model tickets.safetensors --input test.tsv
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup var model: ModelArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func run() throws {
    let options = try input.readerOptions(requiresLabels: true)
    let loaded = try model.load()
    var reader = try loaded.readerOptions(options, format: input.resolvedFormat())
    // Texts that look like numbers are texts if that is what the model knows.
    reader.labelKind = loaded.labelKind
    let run = EvaluationRun(model: loaded, inputPath: input.input, reader: reader)
    let result = try run.run(ProgressDisplay(isQuiet: display.quiet))
    try StandardOutput.write(display.json ? [result.json.text] : result.lines)
  }
}

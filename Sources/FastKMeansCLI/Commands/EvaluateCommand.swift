import ArgumentParser
import FastKMeansFormats

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Judge a model by labelled rows.",
    discussion: """
      Accuracy, macro and micro F1, every class, the most confused pairs, calibration, and what is won by \
      answering only the surer documents, or by rejecting those of unknown classes. Rows with labels that the model \
      does not know count as errors, and show how many unknown ones it accepts.

      Example:
        fastkmeans evaluate --model tickets.safetensors --input test.tsv
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup var model: ModelArguments
  @OptionGroup(title: "None of these") var rejection: RejectionArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func run() throws {
    let options = try input.readerOptions(requiresLabels: true)
    let contents = try model.load(rejecting: rejection.rule())
    let progress = ProgressDisplay(isQuiet: display.quiet)
    let evaluation = try Evaluation(
      of: contents, on: Evaluation.rows(of: contents, on: input.input, options, progress), progress)
    try StandardOutput.write(display.json ? [evaluation.json.text] : evaluation.lines)
  }
}

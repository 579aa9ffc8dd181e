import ArgumentParser
import FastKMeansFormats

struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Write a model card: what a model learned, how good it is, what it cannot do.",
    discussion: """
      Markdown: data, classes with their sub-topics, limits and options; with --input also accuracy with its error, \
      calibration and confusions on labelled rows that the model has not seen.

      Example:
        fastkmeans describe --model tickets.safetensors --input test.tsv --output card.md
      """
  )

  @OptionGroup var model: ModelArguments

  @Option("Labelled rows to judge the model by; '-' is standard input.", "file")
  var input: String?

  @OptionGroup(title: "Input") var rows: RowArguments

  @Option("Where the card goes; '-' is standard output.", "file.md")
  var output = "-"

  @Option("Words to show of each prototype. (default: 8)", "count")
  var topWords = 8

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    try OptionValue.check("--top-words", topWords, from: 0)
    guard model.model != "-" else { throw ValidationError("--model needs the name of a file, not -") }
  }

  func run() throws {
    let reader = try input.map { ($0, try rows.readerOptions(of: $0, requiresLabels: true)) }
    let contents = try model.load()
    try OutputFile.check(output)
    let progress = ProgressDisplay(isQuiet: quiet)
    let evaluation = try reader.map { path, options in
      try Evaluation(
        of: contents, on: Evaluation.rows(of: contents, on: path, options, progress), progress)
    }
    let card = ModelCard(
      inspection: try Inspection(contents, path: model.model, label: nil, wordCount: topWords),
      evaluation: evaluation, inputName: input.map(ModelCard.fileName))
    try Interruption.tidily(write: output) { sink in
      for line in card.lines { try sink.write(line + "\n") }
    }
  }
}

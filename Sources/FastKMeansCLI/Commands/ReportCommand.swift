import ArgumentParser
import FastKMeansFormats

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one page with pictures: how good a model is, and what its classes are made of.",
    discussion: """
      A single HTML file without scripts, links or fonts from elsewhere, to mail or to keep: accuracy by class, \
      what is taken for what, what confidences are worth, a map of the prototypes, and each class's prototypes with \
      their top words.

      Example:
        fastkmeans report --model tickets.safetensors --input test.tsv --output report.html
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup var model: ModelArguments

  @Option(help: ArgumentHelp("Where the page goes; '-' is standard output.", valueName: "file.html"))
  var output: String

  @Option(help: ArgumentHelp("The page's heading. (default: the model's file name)", valueName: "text"))
  var title: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Words to show of each prototype. (default: 8)", valueName: "count"),
    transform: Value.whole)
  var topWords = 8

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    guard topWords >= 0 else {
      throw ValidationError("--top-words is \(topWords); allowed: a whole number from 0")
    }
  }

  func run() throws {
    let options = try input.readerOptions(requiresLabels: true)
    let contents = try model.load()
    try OutputFile.check(output)
    let evaluation = try Evaluation(of: contents, on: input.input, options, ProgressDisplay(isQuiet: quiet))
    func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
    let page = ReportPage(
      title: title ?? name(model.model), inputName: name(input.input),
      inspection: try Inspection(contents, path: model.model, label: nil, wordCount: topWords),
      evaluation: evaluation)
    try Interruption.tidily(write: output) { try $0.write(page.html) }
  }
}

import ArgumentParser
import FastKMeansFormats
import FastKMeansServing

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one page: how good a model is, what classes are made of, which documents are wrong.",
    discussion: """
      A single HTML file that loads nothing from elsewhere, to mail or to keep: the page of fastkmeans-server with its \
      data inside. It shows documents with the words that decided, a map of the prototypes, each class with its \
      prototypes, how a threshold on the confidence trades coverage for accuracy, and two classes face to face, where \
      labels that look wrong can be collected as corrections.

      Example:
        fastkmeans report --model tickets.safetensors --input test.tsv --output report.html
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup var model: ModelArguments

  @Option("Where the page goes; '-' is standard output.", "file.html")
  var output: String

  @Option("The page's heading. (default: the model's file name)", "text")
  var title: String?

  @Option("Words to show of each prototype. (default: 8)", "count")
  var topWords = 8

  @Option("Documents to keep with their text, errors first. (default: 2000)", "count")
  var documents = 2000

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    try OptionValue.check("--top-words", topWords, from: 0)
    try OptionValue.check("--documents", documents, from: 0)
  }

  func run() throws {
    let options = try input.readerOptions(requiresLabels: true)
    let contents = try model.load()
    try OutputFile.check(output)
    let rows = try Evaluation.rows(of: contents, on: input.input, options, ProgressDisplay(isQuiet: quiet))
    let evaluation = try Evaluation(of: contents, on: rows, ProgressDisplay(isQuiet: quiet))
    func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
    let file = name(model.model)
    let data = ReportData(
      title: title ?? file, inputName: name(input.input),
      model: try ServedModel(
        name: file.hasSuffix(".safetensors") ? String(file.dropLast(12)) : file, version: "1", contents),
      modelBytes: try ModelFile.info(of: model.model).byteCount, evaluation: evaluation, rows: rows,
      documentLimit: documents, wordCount: topWords)
    let page = Page.html(try data.json())
    try Interruption.tidily(write: output) { try $0.write(page) }
  }
}

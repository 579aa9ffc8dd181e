import ArgumentParser
import FastKMeansFormats

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show which prototype won a document, and which words did it.",
    discussion: """
      A score is a sum with one term for each word, so it falls apart exactly: each word's share of the winner's \
      score, of the best other class's, and the difference that decided between them.

      Examples:
        fastkmeans explain --model tickets.safetensors --text "screen stays black"
        fastkmeans explain --model vectors.safetensors --input new.svmlight --json
      """
  )

  @OptionGroup var model: ModelArguments

  @Option(help: ArgumentHelp("The document; for rows of a file give --input.", valueName: "text"))
  var text: String?

  @Option(help: ArgumentHelp("Rows to explain; '-' is standard input.", valueName: "input"))
  var input: String?

  @OptionGroup(title: "Input") var rows: RowArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Words to show of each document. (default: 10)", valueName: "count"),
    transform: Value.whole)
  var topWords = 10

  @Flag(help: "Print JSON instead of text, an object a document.")
  var json = false

  func validate() throws {
    guard topWords >= 0 else {
      throw ValidationError("--top-words is \(topWords); allowed: a whole number from 0")
    }
    guard (text == nil) != (input == nil) else {
      throw ValidationError("explain needs one of --text and --input")
    }
  }

  func run() throws {
    let loaded = try model.load()
    let run = ExplanationRun(model: loaded, wordCount: topWords, isJSON: json)
    if let text { return try run.explain(text) }
    let path = input ?? "-"
    let options = try rows.readerOptions(of: path, requiresLabels: false)
    var reader = try loaded.readerOptions(options, format: rows.resolvedFormat(of: path))
    reader.labelKind = .text
    try run.explain(path, reader)
  }
}

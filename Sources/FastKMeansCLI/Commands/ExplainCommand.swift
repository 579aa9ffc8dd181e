import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

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

  @Option("The document; for rows of a file give --input.", "text")
  var text: String?

  @Option("Rows to explain; '-' is standard input.", "input")
  var input: String?

  @OptionGroup(title: "Input") var rows: RowArguments

  @Option("Words to show of each document. (default: 10)", "count")
  var topWords = 10

  @Flag(help: "Print JSON instead of text, an object a document.")
  var json = false

  func validate() throws {
    try OptionValue.check("--top-words", topWords, from: 0)
    guard (text == nil) != (input == nil) else {
      throw ValidationError("explain needs one of --text and --input")
    }
  }

  func run() throws {
    let contents = try model.load()
    if let text {
      return try explain(.text(UTF8Documents(CollectionOfOne(text)), labels: nil), firstRow: 0, contents)
    }
    let path = input ?? "-"
    let options = try rows.readerOptions(of: path, requiresLabels: false)
    let reader = try RowReader(path: path, options: contents.readerOptions(options, labelKind: .text))
    var rowCount = 0
    // Few at a time: an explanation is much larger than its document.
    while let batch = try reader.next(maxRows: 256, maxBytes: 4 << 20) {
      try explain(batch.data, firstRow: rowCount, contents)
      rowCount += batch.data.rowCount
    }
    guard rowCount > 0 else { throw FormatError(path: path, place: .file, problem: .empty) }
  }

  private func explain(_ data: LabelledData, firstRow: Int, _ contents: ModelContents) throws {
    guard data.rowCount > 0 else { return }
    for (row, explanation) in try contents.model.explain(contents.features(of: data)).enumerated() {
      let text: String? = if case .text(let documents, _) = data { documents.text(at: row) } else { nil }
      let output = ExplanationOutput(
        explanation: explanation, names: FeatureNames(contents.vectorizer, document: text),
        wordCount: topWords)
      let blank = firstRow + row > 0 ? [""] : []
      try StandardOutput.write(json ? [output.json.text] : blank + output.lines)
    }
  }
}

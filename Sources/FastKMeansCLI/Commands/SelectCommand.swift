import ArgumentParser
import FastKMeansCore
import FastKMeansFormats

struct SelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "Choose which rows to label next.",
    discussion: """
      The rows of whose classes the model is least sure, spread over its prototypes, without near duplicates; the most \
      valuable first. Labels that the rows have are not looked at. One line a row: its position from 0, the best class, its \
      confidence, the margin to the second class, the text; with --json an object a line.

      Example:
        fastkmeans select --model tickets.safetensors --input unlabelled.tsv --count 100 --output to-label.tsv
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup var model: ModelArguments

  @Option("Rows to choose. (default: 100)", "count")
  var count = RowSelection.Settings().count

  @Option("Rows are near duplicates from this cosine on. (default: 0.9)", "cosine")
  var similarity = RowSelection.Settings().similarity

  @Option("Draws among rows of equal worth. (default: 42)", "seed")
  var randomState = 42

  @Option("Where the choice goes; '-' is standard output.", "file")
  var output = "-"

  @OptionGroup(title: "Display") var display: DisplayArguments

  func run() throws {
    var settings = RowSelection.Settings()
    (settings.count, settings.similarity) = (count, similarity)
    settings.seed = UInt64(bitPattern: Int64(randomState))
    let options = try input.readerOptions(requiresLabels: false)
    let contents = try model.load()
    try OutputFile.check(output)
    let progress = ProgressDisplay(isQuiet: display.quiet)
    let reader = try contents.readerOptions(options, labelKind: .text)
    let rows = try progress.run("reading \(input.input)") { _ in
      try LabelledData.read(input.input, options: reader)
    }.result
    let selection = try progress.run("choosing", unit: "documents") { _ in
      try contents.features(of: rows).withRows {
        try RowSelection(from: $0, model: contents.model.storage, settings: settings)
      }
    }.result
    if selection.choices.count < count {
      progress.note(
        "\(Readable.count(selection.choices.count, "row")) of \(Readable.count(rows.rowCount)) differ enough")
    }
    let classes = contents.model.classes
    try Interruption.tidily(write: output) { sink in
      for choice in selection.choices {
        var text: String?
        if case .text(let documents, _) = rows { text = documents.readableText(at: choice.row) }
        let label = classes[choice.classIndex]
        guard display.json else {
          let fields = ["\(choice.row)", TextLabel.line(label), "\(choice.confidence)", "\(choice.margin)"]
          try sink.write(
            (fields + (text.map { [EscapedText.write($0)] } ?? [])).joined(separator: "\t") + "\n")
          continue
        }
        let fields: [String: JSON] = [
          "row": .integer(choice.row), "label": .label(label), "confidence": .single(choice.confidence),
          "margin": .single(choice.margin), "similarity": .single(choice.similarity),
          "text": text.map(JSON.string) ?? .null,
        ]
        try sink.write(JSON.sorted(fields).text + "\n")
      }
    }
  }
}

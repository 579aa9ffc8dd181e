import ArgumentParser
import FastKMeans
import FastKMeansFormats

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Rewrite rows in another format, or a model in a smaller precision.",
    discussion: """
      Rows: tsv, csv and jsonl into one another; svmlight, npz and npy into one another. A model: with --dtype; the \
      rounding error is reported.

      Examples:
        fastkmeans convert --input rows.svmlight --output rows.npz --labels-output labels.txt
        fastkmeans convert --input model.safetensors --output small.safetensors --dtype float16
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments

  @Option(help: ArgumentHelp("The file to write; '-' is standard output.", valueName: "file"))
  var output: String

  @Option(help: "The format to write. (default: by the output's ending, .gz included)")
  var outputFormat: RowFormat?

  @Option(help: ArgumentHelp("Where the labels of npz and npy rows go, one a line.", valueName: "file"))
  var labelsOutput: String?

  @Option(help: ArgumentHelp("The precision of a model's prototypes.", valueName: "type"))
  var dtype: Precision?

  @OptionGroup(title: "Display") var display: DisplayArguments

  func run() throws {
    if let dtype { try convertModel(to: dtype) } else { try convertRows() }
  }

  private func convertModel(to precision: Precision) throws {
    guard input.rows.format == nil, RowFormat(path: input.input) == nil, outputFormat == nil,
      labelsOutput == nil
    else {
      throw CallError("--dtype is for models, \(input.input) is to be read as rows; leave --dtype out")
    }
    guard !(output == "-" && display.json) else {
      throw CallError("--json and --output - would both write to standard output; name a file for the model")
    }
    let result = try ModelConversion(inputPath: input.input, outputPath: output, precision: precision).run()
    try emit(display.json ? [result.json.text] : result.lines)
  }

  private func convertRows() throws {
    if input.rows.format == nil, input.input.hasSuffix(".safetensors") {
      throw CallError("\(input.input) is a model; say which precision it is to get with --dtype")
    }
    let rows = try RowConversion(
      inputPath: input.input, reader: input.readerOptions(requiresLabels: false), outputPath: output,
      outputFormat: resolvedOutputFormat(), labelsPath: labelsOutput
    ).run(ProgressDisplay(isQuiet: display.quiet))
    if display.json {
      try emit([JSON.fields(["documents": .integer(rows), "output": .string(output)]).text])
    } else {
      try emit(["\(Readable.count(rows, "row")) written to \(output)"])
    }
  }

  private func resolvedOutputFormat() throws -> RowFormat {
    if let outputFormat { return outputFormat }
    if output == "-" {
      throw CallError("standard output has no name to tell its format; pass --output-format")
    }
    guard let format = RowFormat(path: output) else {
      throw CallError(
        "\(output): the name's ending tells no format; pass --output-format tsv, csv, jsonl, svmlight, npz or npy"
      )
    }
    return format
  }

  /// Says what was done, beside the result if that is on standard output.
  private func emit(_ lines: [String]) throws {
    if output != "-" {
      try StandardOutput.write(lines)
    } else if !display.quiet {
      StandardError.write(lines.joined(separator: "\n") + "\n")
    }
  }
}

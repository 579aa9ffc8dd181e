import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Rewrite rows in another format, or make a model smaller.",
    discussion: """
      Rows: tsv, csv and jsonl into one another; svmlight, npz and npy into one another. A model: with --dtype, \
      --keep or --weight-bits; what is lost is reported, and with --evaluate what that costs in accuracy.

      Examples:
        fastkmeans convert --input rows.svmlight --output rows.npz --labels-output labels.txt
        fastkmeans convert --input model.safetensors --output small.safetensors --dtype float16
        fastkmeans convert --input model.safetensors --output small.safetensors --keep 0.3 --weight-bits 8 \
          --evaluate test.tsv --max-accuracy-loss 0.005
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments

  @Option("The file to write; '-' is standard output.", "file")
  var output: String

  @Option(help: "The format to write. (default: by the output's ending, .gz included)")
  var outputFormat: RowFormat?

  @Option("Where the labels of npz and npy rows go, one a line.", "file")
  var labelsOutput: String?

  @Option(help: ArgumentHelp("The precision of a model's prototypes.", valueName: "type"))
  var dtype: Precision?

  @Option(
    help: ArgumentHelp(
      "The share of a model's refined weights that stay, the largest of all.", valueName: "share"))
  var keep: Double?

  @Option(help: ArgumentHelp("8: round a model's refined weights to 8 bits.", valueName: "bits"))
  var weightBits: Int?

  @Option("Labelled rows to compare the models on; --format, --labels and the like are theirs.", "file")
  var evaluate: String?

  @Option(
    help: ArgumentHelp(
      "Write nothing if accuracy falls by more than this; needs --evaluate.", valueName: "share"))
  var maxAccuracyLoss: Double?

  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    if let loss = maxAccuracyLoss {
      guard evaluate != nil else { throw ValidationError("--max-accuracy-loss needs --evaluate") }
      guard (0...1).contains(loss) else {
        throw ValidationError("--max-accuracy-loss is \(loss); allowed: a number from 0 to 1")
      }
    }
  }

  /// The option that marks the input as a model; `nil` for rows.
  private var modelOption: String? {
    if dtype != nil { return "--dtype" }
    if keep != nil { return "--keep" }
    if weightBits != nil { return "--weight-bits" }
    return evaluate == nil ? nil : "--evaluate"
  }

  func run() throws {
    if let modelOption { try convertModel(modelOption) } else { try convertRows() }
  }

  private func convertModel(_ option: String) throws {
    guard input.rows.format == nil || evaluate != nil, RowFormat(path: input.input) == nil,
      outputFormat == nil,
      labelsOutput == nil
    else {
      throw CallError("\(option) is for models, \(input.input) is to be read as rows; leave \(option) out")
    }
    guard !(output == "-" && display.json) else {
      throw CallError("--json and --output - would both write to standard output; name a file for the model")
    }
    try OutputFile.check(output)
    let lock = try StateFolder.lockIfThere(modelPath: output)
    defer { lock?.release() }
    let before = try ModelFile.read(input.input)
    let converted = try before.compacted(
      ModelCompaction(precision: dtype, keptShare: keep, weightBits: weightBits))
    let after = converted.contents
    let comparison = try evaluate.map { try compare(before, after, on: $0) }
    if let comparison, let maxAccuracyLoss { try comparison.check(maxAccuracyLoss) }
    try Interruption.tidily(writing: output) { try ModelFile.write(after, to: output) }
    let summary = ConversionSummary(
      before: before.model.prototypes.precision, after: after.model.prototypes.precision,
      loss: converted.loss,
      bytesBefore: OutputFile.size(input.input) ?? 0, bytesAfter: OutputFile.size(output) ?? 0,
      comparison: comparison)
    try emit(display.json ? [summary.json.text] : summary.lines)
  }

  /// Scores labelled rows with the model before and after it was made smaller.
  private func compare(_ before: ModelContents, _ after: ModelContents, on path: String) throws
    -> ModelComparison
  {
    let options = try input.rows.readerOptions(of: path, requiresLabels: true)
    let reader = try before.readerOptions(options, labelKind: before.labelKind)
    let rows = try LabelledData.read(path, options: reader)
    let features = try before.features(of: rows)
    let labels = try rows.requiredLabels.column(kind: before.labelKind)
    return ModelComparison(
      truth: ClassNumbering(before.model.classes).numbers(of: labels),
      before: try before.model.predictedClassIndices(features),
      after: try after.model.predictedClassIndices(features))
  }

  private func convertRows() throws {
    if input.rows.format == nil, input.input.hasSuffix(".safetensors") {
      throw CallError(
        "\(input.input) is a model; say what it is to become with --dtype, --keep or --weight-bits")
    }
    let reader = try input.readerOptions(requiresLabels: false)
    guard reader.columns.isEmpty else {
      throw CallError("convert writes rows of one text column; name it with --text-column alone")
    }
    let format = try resolvedOutputFormat()
    for path in [output, labelsOutput ?? "-"] { try OutputFile.check(path) }
    if let input = reader.format, input.holdsDocuments != format.holdsDocuments {
      let reason =
        input.holdsDocuments
        ? "texts become vectors when a model is trained; use tsv, csv or jsonl"
        : "vectors cannot become texts; use svmlight, npz or npy"
      throw CallError("cannot convert \(input.rawValue) to \(format.rawValue): \(reason)")
    }
    let progress = ProgressDisplay(isQuiet: display.quiet)
    let (rows, zeroBased) = try progress.run("reading \(input.input)") { _ in
      let (rows, zeroBased) = try LabelledData.readAll(input.input, options: reader)
      return (try rows.fitting(format), zeroBased)
    }.result
    if let zeroBased, input.rows.zeroBased == .auto {
      progress.note(
        "\(input.input): indices were taken to start at \(zeroBased ? "0, for one is 0" : "1, for none is 0");"
          + " pass --zero-based true or false to say it, above all for the parts of one set of rows")
    }
    try progress.run("writing \(output)") { _ in
      try Interruption.tidily(writing: output) {
        try RowWriter.write(rows, to: output, format: format, labelsPath: labelsOutput)
      }
    }
    if display.json {
      try emit([
        JSON.fields([
          "documents": .integer(rows.rowCount), "output": .string(output),
          "zero_based": zeroBased.map(JSON.bool) ?? .null,
        ]).text
      ])
    } else {
      try emit(["\(Readable.count(rows.rowCount, "row")) written to \(output)"])
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

  private func emit(_ lines: [String]) throws {
    try StandardOutput.write(lines, besides: output, isQuiet: display.quiet)
  }
}

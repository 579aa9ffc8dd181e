import ArgumentParser
import FastKMeansCore
import FastKMeansFormats

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Classify rows, with or without labels.",
    discussion: """
      One line a row: label, a tab, confidence; with --top the pairs of the next best classes follow. A last column \
      'rejected' says that it is none of the classes: the row has nothing that the model knows, and gets the most \
      frequent class, or it looks too strange for the rate that was named. A tab, line feed, carriage return or \
      backslash in a label is written as \\t, \\n, \\r or \\\\.
      With --json an object a line: label, confidence, rejected, top.
      With --coverage a row has the smallest set of classes that holds the right one as often as asked, best first.

      Example:
        fastkmeans predict --model tickets.safetensors --input new.tsv --top 3
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup var model: ModelArguments

  @Option("Where the answers go; '-' is standard output.", "file")
  var output = "-"

  @Option("Classes to name for each row. (default: 1)", "count")
  var top = 1

  @Option("Name the fewest classes that hold the right one this often.", "0...1")
  var coverage: Double?

  @Flag(help: "Keep --coverage for the rows of each class, where enough of them were held out.")
  var coveragePerClass = false

  @Option("Write the probabilities of all classes too, in the model's order.", "file.npy")
  var proba: String?

  @Flag(help: "Write labels alone, one a line.")
  var labelsOnly = false

  @OptionGroup(title: "None of these") var rejection: RejectionArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    guard !labelsOnly || (!display.json && top == 1 && coverage == nil) else {
      throw ValidationError(
        "--labels-only leaves no place for \(display.json ? "--json" : top > 1 ? "--top" : "--coverage"); name one of them"
      )
    }
    guard !coveragePerClass || coverage != nil else {
      throw ValidationError("--coverage-per-class goes with --coverage")
    }
    guard coverage == nil || top == 1 else {
      throw ValidationError("--top and --coverage both say how many classes are named; pass one")
    }
    if let coverage, !(coverage > 0 && coverage < 1) {
      throw ValidationError("--coverage is \(coverage); allowed: a number above 0 and below 1")
    }
    try OptionValue.check("--top", top, from: 1)
    guard proba != "-" else { throw ValidationError("--proba needs the name of a file, not -") }
    guard proba == nil || proba != output else {
      throw ValidationError("--proba and --output name the same file; name two")
    }
  }

  func run() throws {
    let options = try input.readerOptions(requiresLabels: false)
    let contents = try model.load(rejecting: rejection.rule())
    // Prediction ignores labels, so read them as text: every label is valid text.
    let reader = try contents.readerOptions(options, labelKind: .text)
    for path in [output, proba ?? "-"] { try OutputFile.check(path) }
    // The header is written at the end, which needs a file to go back in.
    if let proba, !OutputFile.canBeRegular(proba) {
      throw CallError("--proba is \(proba), which is no regular file; name one")
    }
    let progress = ProgressDisplay(isQuiet: display.quiet)
    try progress.run("predicting", unit: "documents") { report in
      guard let proba else { return try predict(contents, reader, into: nil, report) }
      try Interruption.tidily(writing: proba) {
        try NpyMatrixFile.write(to: proba, columnCount: contents.model.classCount) {
          try predict(contents, reader, into: $0, report)
        }
      }
    }
    progress.note(contents.model.deviceWarnings)
  }

  /// Reads and answers some thousands of rows at a time, so that memory does not grow with the input.
  private func predict(
    _ contents: ModelContents, _ reader: ReaderOptions, into probabilities: NpyMatrixFile?,
    _ report: (Int, Int) -> Void
  ) throws {
    let top = min(top, contents.model.classCount)
    try Interruption.tidily(write: output) { sink in
      let rows = try RowReader(path: input.input, options: reader)
      var rowCount = 0
      while let batch = try rows.next(maxRows: 8192, maxBytes: 16 << 20) {
        guard batch.data.rowCount > 0 else { continue }
        let features = try contents.features(of: batch.data)
        var lines = ""
        for answer in try answers(contents.model, features, top: top) {
          lines += labelsOnly ? TextLabel.line(answer.label) : display.json ? answer.json.text : answer.line
          lines += "\n"
        }
        try sink.write(lines)
        try probabilities?.append(contents.model.probabilities(of: features))
        rowCount += features.rowCount
        report(rowCount, 0)
      }
      guard rowCount > 0 else { throw FormatError(path: input.input, place: .file, problem: .empty) }
    }
  }

  private func answers(
    _ model: ClassifierModel<Label>, _ features: Features, top: Int
  ) throws -> [Answer<Label>] {
    let parts: ClassScoring.AnswerParts = display.json ? .all : []
    guard let coverage else { return try model.classify(features, top: top, parts: parts) }
    return try model.sets(features, coverage: coverage, isPerClass: coveragePerClass, parts: parts)
  }
}

extension Answer<Label> {
  /// `label<TAB>confidence`; each further class adds another pair, and a rejected row ends with `rejected`.
  fileprivate var line: String {
    classes.map { "\(TextLabel.line($0.label))\t\($0.confidence)" }.joined(separator: "\t")
      + (isRejected ? "\trejected" : "")
  }

  var json: JSON {
    .fields([
      "label": .label(best.label),
      "confidence": .single(best.confidence),
      "rejected": .bool(isRejected),
      "open_set_score": openSetScore.map(JSON.single) ?? .null,
      "top": .array(
        classes.map {
          .fields([
            "label": .label($0.label), "similarity": .single($0.similarity),
            "confidence": .single($0.confidence),
          ])
        }),
    ])
  }
}

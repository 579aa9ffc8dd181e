import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import FastKMeansText

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Fit a model to labelled rows.",
    discussion: """
      Example:
        fastkmeans train --input tickets.tsv --model tickets.safetensors --k-init 3

      This page has the options that most people need; --help-all has all of them.
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments

  @Option("The model file to write.", "file")
  var model: String

  @Option("How much each row counts: a number a line.", "file")
  var weights: String?

  @Option(
    "How much the rows of each class count: none (1 each), balanced (every class counts the same), or a file with a JSON object of weights by label.",
    "none|balanced|file")
  var classWeight = "none"

  @Option(
    "Texts about classes: a class, a tab and a text a line. They are learned as documents, with a weight that held-out rows choose.",
    "file")
  var descriptions: String?

  @Option("Options that tune found; they take the place of those of this call.", "file")
  var options: String?

  @OptionGroup(title: "Training") var training: TrainingArguments
  @OptionGroup(title: "Text (tsv, csv and jsonl)") var text: TextArguments
  @OptionGroup(title: "None of these (kept in the model)") var rejection: RejectionArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    guard !(display.json && model == "-") else {
      throw ValidationError(
        "--json and --model - would both write to standard output; name a file for the model")
    }
  }

  func run() throws {
    var options = try TunedOptions(
      training: training.options(), text: text.options(for: input.resolvedFormat()))
    if let file = self.options {
      try TunedOptionsFile(path: file).apply(to: &options.training, &options.text)
    }
    var reader = try input.readerOptions(requiresLabels: true)
    reader.workers = training.nThreads
    options.text?.columns = reader.columns
    let progress = ProgressDisplay(isQuiet: display.quiet)
    let idle = options.training.withoutEffect(among: training.given.keys)
    if !idle.isEmpty {
      let names = idle.map(OptionArguments<TrainingOptions>.argumentName).joined(separator: ", ")
      progress.note("without effect beside the other options: \(names)")
    }
    let described = try descriptions.map {
      try ClassDescriptions.read($0, besides: reader, input.resolvedFormat())
    }
    let summary = try Self.train(
      input.input, reader, options, weights: weights, classWeight: classWeight, described: described,
      rejection: rejection.rule(), to: model, progress)
    let lines = display.json ? [summary.json.text] : summary.lines
    try StandardOutput.write(lines, besides: model, isQuiet: display.quiet)
  }

  /// Reads rows, vectorises them, fits a model, writes it, and scores the rows with it.
  ///
  /// - Parameters:
  ///   - input: the file of rows.
  ///   - reader: how to read it.
  ///   - options: of the training, and of text where the rows are text.
  ///   - weightsPath: a file with a weight for each row; `nil`: each row counts 1.
  ///   - classWeight: as for ``ClassWeights``.
  ///   - described: texts about classes; for rows of text.
  ///   - rejection: kept in the model; `nil`: it rejects only what it knows nothing of.
  ///   - path: where the model goes.
  ///   - progress: shows how the work goes.
  /// - Throws: errors of the readers, the library and the file system.
  static func train(
    _ input: String, _ reader: ReaderOptions, _ options: TunedOptions, weights weightsPath: String? = nil,
    classWeight: String = "none", described: (documents: UTF8Documents, labels: LabelColumn)? = nil,
    rejection: RejectionRule? = nil, to path: String, _ progress: ProgressDisplay
  ) throws -> TrainingSummary {
    try OutputFile.check(path)
    let rowWeights = try weightsPath.map(SampleWeights.read)
    let classWeights = try ClassWeights(classWeight)
    let lock = try StateFolder.lockIfThere(modelPath: path)
    defer { lock?.release() }
    let ((rows, zeroBased), readSeconds) = try progress.run("reading \(input)") { _ in
      try LabelledData.readAll(input, options: reader)
    }
    let labels = try rows.requiredLabels
    let allLabels = described.map { labels.appending($0.labels) } ?? labels
    try options.training.checkCounts(for: allLabels)
    // Wrong weights are an error before the work begins; descriptions change them later.
    let weights = try classWeights.apply(to: rowWeights, of: allLabels)

    let features: Features
    var text: VectorizedText?
    var choice: AnalyzerChoiceSummary?
    var vectorizeSeconds: Double?
    switch rows {
    case .features(let vectors, _):
      guard vectors.columnCount > 0 else {
        throw DataError(
          "\(input): no row has any feature; check that --format says what the file is, and that rows hold values"
        )
      }
      features = vectors
    case .text(var documents, _):
      for row in 0..<(described?.documents.count ?? 0) {
        documents.append(utf8: described?.documents[row] ?? [])
      }
      var textOptions = options.text ?? TextOptions()
      choice = try AnalyzerChoiceSummary(documents, allLabels, &textOptions, options.training, progress)
      let (fitted, seconds) = try progress.run("vectorising \(Readable.count(documents.count, "document"))") {
        _ in
        try TFIDFVectorizer.fitTransform(
          documents, options: textOptions, workers: options.training.threadCount)
      }
      try fitted.vectorizer.checkColumns()
      if fitted.repairCount > 0 {
        progress.note("\(Readable.count(fitted.repairCount)) invalid UTF-8 sequences were read as U+FFFD")
      }
      (features, text, vectorizeSeconds) = (.sparse(fitted.rows), fitted, seconds)
    }

    let cpuBefore = ProcessUsage.cpuSeconds
    let ((model, report), fitSeconds) = try progress.run("training", unit: "documents") { _ in
      let found = try described.map { described in
        try features.withRows {
          try DescriptionWeights(
            $0, labels: allLabels, descriptionCount: described.labels.count, sampleWeights: rowWeights,
            options: options.training.validated().options, progress: progress.show)
        }
      }
      var classifier = try FastKMeansClassifier<Label>(options.training)
      var report = try classifier.fit(
        features, labels: allLabels,
        sampleWeights: found.map { try classWeights.apply(to: $0.weights, of: allLabels) } ?? weights,
        progress: progress.show)
      report.choices = (found?.choices ?? []) + report.choices
      let model = try classifier.model
      return (try rejection.map { try model.rejecting($0) } ?? model, report)
    }
    let fitCPUSeconds = ProcessUsage.cpuSeconds - cpuBefore

    try Interruption.tidily(writing: path) {
      try ModelFile.write(
        ModelContents(model: model, vectorizer: text?.vectorizer, isZeroBased: zeroBased ?? false), to: path)
    }
    let modelBytes = OutputFile.size(path) ?? 0

    let truth = ClassNumbering(model.classes).numbers(of: labels)
    let scored = scoredRows(of: labels.count)
    let predicted = try progress.run("scoring training rows", unit: "documents") { report in
      try (scored.count < features.rowCount ? features.selectingRows(scored) : features)
        .mapBlocks(report) { rows, _ in try model.predictedClassIndices(rows) }
    }.result
    progress.note(model.deviceWarnings)
    if let warning = report.warning { progress.note("warning: \(warning)") }
    let correctCount = zip(predicted, scored).count { $0 == truth[$1] }
    return TrainingSummary(
      documentCount: labels.count, descriptionCount: described?.labels.count ?? 0, model: model,
      report: report,
      classCounts: ClassCount.list(model, truth: truth), textOptions: text?.vectorizer.options,
      repairCount: text?.repairCount ?? 0, choice: choice, readSeconds: readSeconds,
      vectorizeSeconds: vectorizeSeconds,
      fitSeconds: fitSeconds, fitCPUSeconds: fitCPUSeconds, modelPath: path, modelBytes: modelBytes,
      trainAccuracy: Double(correctCount) / Double(max(1, scored.count)), scoredCount: scored.count)
  }

  /// The rows that the training accuracy comes from: all, or 50,000 evenly spaced ones.
  private static func scoredRows(of count: Int) -> [Int] {
    let most = 50_000
    return count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
  }
}

import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Find wrong labels, duplicates and classes that look like one.",
    discussion: """
      Each row is answered by a model that has not seen it: one for each fold of the rows, or --model. The rows come most \
      doubtful first, by how far another class scores above the given one. An error is probable if that class gets the \
      confidence that its own rows get on average.

      --tsv writes a table. Delete the lines that you do not agree with, change 'suggested' where you know better, empty it \
      to delete the row. --fix makes these changes and writes a new file. Lines are checked against the rows by \
      their digests.

      Examples:
        fastkmeans audit --input tickets.tsv
        fastkmeans audit --input tickets.tsv --kinds label,conflict --tsv --output doubtful.tsv
        fastkmeans audit --input tickets.tsv --fix doubtful.tsv --output fixed.tsv

      This page has the options that most people need; --help-all has all of them.
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments

  @Option("A model that has not seen the rows; without one, folds answer.", "file")
  var model: String?

  @Option(
    "Folds of the rows; each is answered by a model of the others. (default: \(LabelAudit.Settings().foldCount))",
    "count")
  var folds = LabelAudit.Settings().foldCount

  @Option(
    help: ArgumentHelp(
      "What to look for, with commas between: \(AuditKind.names). (default: label; as text: all that need no other file)",
      valueName: "kinds"),
    transform: AuditKind.list)
  var kinds: [AuditKind]?

  @Option("Rows are near duplicates from this cosine on. (default: 0.95)", "cosine")
  var similarity = 0.95

  @Option("Rows that should not stand in the input too, such as those of a test; same format.", "file")
  var against: String?

  @Option("The share of the rows that are listed as outliers. (default: 0.01)", "share")
  var outlierShare = 0.01

  @Option("Findings of each kind, at most. (default: all; as text: 20)", "count")
  var limit: Int?

  @Option("A table of accepted changes; the changed rows go to --output.", "file")
  var fix: String?

  @Option("Where the results go; '-' is standard output.", "file")
  var output = "-"

  @Option("With --fix: where the labels of npz and npy rows go, one a line.", "file")
  var labelsOutput: String?

  @Flag(help: "Write a table with a line a finding.")
  var tsv = false

  @OptionGroup(title: "Training of the folds") var training: TrainingArguments
  @OptionGroup(title: "Text (tsv, csv and jsonl)") var text: TextArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    guard !(tsv && display.json) else { throw ValidationError("--tsv and --json are two forms; choose one") }
    try OptionValue.check("--folds", folds, from: 2)
    try OptionValue.check("--limit", limit, from: 1)
    guard similarity > 0, similarity <= 1 else {
      throw ValidationError("--similarity is \(similarity); allowed: a number above 0, at most 1")
    }
    guard (0...1).contains(outlierShare) else {
      throw ValidationError("--outlier-share is \(outlierShare); allowed: a number from 0 to 1")
    }
    guard kinds?.contains(.leak) != true || against != nil else {
      throw ValidationError("--kinds leak needs --against, the file to compare with")
    }
    guard labelsOutput == nil || fix != nil else { throw ValidationError("--labels-output goes with --fix") }
    guard model == nil || (training.given.keys.allSatisfy { $0 == "n_threads" } && !text.isGiven) else {
      throw ValidationError("--model answers as it was trained; leave options of training and text out")
    }
  }

  func run() throws {
    var reader = try input.readerOptions(requiresLabels: true)
    reader.workers = training.nThreads
    try OutputFile.check(output)
    let progress = ProgressDisplay(isQuiet: display.quiet)
    guard fix == nil || reader.columns.isEmpty else {
      throw CallError("--fix writes rows of one text column; name it with --text-column alone")
    }
    if let fix { return try apply(Corrections(path: fix), reader, progress) }
    var options = try TunedOptions(
      training: training.options(), text: text.options(for: input.resolvedFormat()))
    options.text?.columns = reader.columns
    let contents = try model.map { try ModelFile.read($0, threadCount: training.nThreads) }
    let rows = try AuditedRows(
      input.input, against: against, reader, contents, text: options.text ?? TextOptions(),
      workers: options.training.threadCount, progress)
    var listing = AuditListing(rows, limit: limit ?? (tsv || display.json ? nil : 20))
    let kinds = kinds ?? defaultKinds(rows)
    if kinds.contains(where: \.needsAnswers) {
      listing.audit = try progress.run("auditing", unit: "documents") { _ in
        try rows.features.withRows { view in
          var settings = LabelAudit.Settings()
          settings.foldCount = folds
          if let contents {
            return try LabelAudit(
              view, labels: rows.labels, model: contents.model.storage, settings: settings)
          }
          return try LabelAudit(
            view, labels: rows.labels, options: options.training, settings: settings, progress: progress.show)
        }
      }.result
    }
    try progress.run("looking for duplicates") { _ in
      let workers = Parallel.workerCount(options.training.threadCount)
      if kinds.contains(where: { $0 == .duplicate || $0 == .conflict }) {
        listing.similar = try rows.features.withRows {
          try SimilarRows(of: $0, labels: rows.labels, threshold: similarity, workers: workers)
        }
      }
      if let others = rows.others, kinds.contains(.leak) {
        listing.leaks = try rows.features.withRows { view in
          try others.withRows {
            try SimilarRows.leaks(of: view, in: $0, threshold: similarity, workers: workers)
          }
        }
      }
    }
    try write(listing, kinds)
  }

  private func defaultKinds(_ rows: AuditedRows) -> [AuditKind] {
    let leaks: [AuditKind] = against == nil ? [] : [.leak]
    guard !tsv, !display.json else { return [.label] + leaks }
    // Of dense rows every pair is compared: only for those who ask.
    let duplicates: [AuditKind] = rows.features.isSparse ? [.duplicate, .conflict] : []
    return [.label, .class, .pair, .alike, .mixed, .empty, .outlier] + duplicates + leaks
  }

  private func write(_ listing: AuditListing, _ kinds: [AuditKind]) throws {
    try Interruption.tidily(write: output) { sink in
      if !tsv, !display.json {
        for line in listing.lines(kinds, outlierShare: outlierShare) { try sink.write(line + "\n") }
        return
      }
      if tsv { try sink.write(AuditFinding.header + "\n") }
      for kind in kinds {
        try listing.forEach(kind, outlierShare: outlierShare) { finding in
          try sink.write((tsv ? finding.tableLine : finding.json.text) + "\n")
        }
      }
    }
  }

  private func apply(
    _ corrections: Corrections, _ reader: ReaderOptions, _ progress: ProgressDisplay
  ) throws {
    let rows = try progress.run("reading \(input.input)") { _ in
      try LabelledData.read(input.input, options: reader)
    }.result
    let changed = try corrections.applied(to: rows)
    let format =
      try output == "-" ? input.resolvedFormat() : RowFormat(path: output) ?? input.resolvedFormat()
    try Interruption.tidily(writing: output) {
      try RowWriter.write(changed.data, to: output, format: format, labelsPath: labelsOutput)
    }
    let line =
      "\(Readable.count(changed.relabelled, "row")) got another label, \(Readable.count(changed.removed)) went, "
      + "\(Readable.count(changed.data.rowCount)) stay"
    try StandardOutput.write([line], besides: output, isQuiet: display.quiet)
  }
}

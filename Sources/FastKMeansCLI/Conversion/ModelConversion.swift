import FastKMeansCore
import FastKMeansFormats

/// A model made smaller.
struct ModelConversion {
  let inputPath: String
  let outputPath: String
  let compaction: ModelCompaction
  /// Labelled rows that both models answer, and how much accuracy the smaller one may lose; nil for none.
  let check: (path: String, rows: RowArguments, largestLoss: Double?)?

  /// What became of the file.
  struct Result {
    let before: Precision
    let after: Precision
    let loss: PrecisionLoss
    let bytesBefore: Int
    let bytesAfter: Int
    let check: ConversionCheck?
  }

  /// - Throws: what is wrong with the model, the rows or the output; `AccuracyLossError`, before anything is written.
  func run() throws -> Result {
    try OutputFile.check(outputPath)
    let contents = try ModelFile.read(inputPath)
    let converted = try contents.compacted(compaction)
    let outcome = try judge(contents, converted.contents)
    try Interruption.tidily(writing: outputPath) { try ModelFile.write(converted.contents, to: outputPath) }
    return Result(
      before: contents.model.prototypes.precision, after: converted.contents.model.prototypes.precision,
      loss: converted.loss, bytesBefore: OutputFile.size(inputPath) ?? 0,
      bytesAfter: OutputFile.size(outputPath) ?? 0, check: outcome)
  }

  private func judge(_ before: ModelContents, _ after: ModelContents) throws -> ConversionCheck? {
    guard let check else { return nil }
    let loaded = LoadedModel(path: inputPath, contents: before)
    let options = try check.rows.readerOptions(of: check.path, requiresLabels: true)
    var reader = try loaded.readerOptions(options, format: check.rows.resolvedFormat(of: check.path))
    reader.labelKind = loaded.labelKind
    let outcome = try ConversionCheck(
      before: loaded, after: LoadedModel(path: outputPath, contents: after), path: check.path, reader: reader)
    if let largest = check.largestLoss, outcome.accuracyBefore - outcome.accuracyAfter > largest {
      throw AccuracyLossError(check: outcome, allowed: largest)
    }
    return outcome
  }
}

/// A smaller model would have lost more accuracy than was allowed; nothing was written.
struct AccuracyLossError: Error, CustomStringConvertible {
  let check: ConversionCheck
  let allowed: Double

  var description: String {
    let (before, after) = (Readable.percent(check.accuracyBefore), Readable.percent(check.accuracyAfter))
    return "accuracy would fall from \(before) to \(after), more than the \(Readable.percent(allowed)) that "
      + "--max-accuracy-loss allows; nothing was written: keep more or allow more"
  }
}

extension ModelConversion.Result {
  var json: JSON {
    let fields: KeyValuePairs<String, JSON> = [
      "dtype_before": .string(before.rawValue),
      "dtype": .string(after.rawValue),
      "model_bytes_before": .integer(bytesBefore),
      "model_bytes": .integer(bytesAfter),
      "values": .integer(loss.valueCount),
      "removed_values": .integer(loss.removedCount),
      "changed_values": .integer(loss.changedCount),
      "largest_absolute_error": .number(loss.largestAbsoluteError),
      "largest_relative_error": .number(loss.largestRelativeError),
      "documents": check.map { .integer($0.documentCount) } ?? .null,
      "accuracy_before": check.map { .number($0.accuracyBefore) } ?? .null,
      "accuracy": check.map { .number($0.accuracyAfter) } ?? .null,
      "agreement": check.map { .number($0.agreement) } ?? .null,
    ]
    return .fields(fields)
  }

  var lines: [String] {
    var table = Table([], [.left, .left])
    table.add(["precision", "\(before.rawValue) to \(after.rawValue)"])
    table.add(["file", "\(Readable.bytes(bytesBefore)) to \(Readable.bytes(bytesAfter))"])
    if loss.removedCount > 0 { table.add(["left out", Readable.count(loss.removedCount, "weight")]) }
    table.add([
      "rounded", "\(Readable.count(loss.changedCount)) of \(Readable.count(loss.valueCount, "value"))",
    ])
    table.add([
      "largest change",
      "\(Float(loss.largestAbsoluteError)) (\(Float(loss.largestRelativeError * 100)) % of the value at most)",
    ])
    if let check {
      table.add([
        "accuracy",
        "\(Readable.fixed(check.accuracyBefore, 4)) to \(Readable.fixed(check.accuracyAfter, 4)) on "
          + Readable.count(check.documentCount, "document"),
      ])
      table.add(["same answer", Readable.percent(check.agreement)])
    }
    return table.lines(indent: 0)
  }
}

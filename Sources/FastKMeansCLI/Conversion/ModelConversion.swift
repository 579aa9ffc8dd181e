import FastKMeans
import FastKMeansFormats

/// A model to another precision.
struct ModelConversion {
  let inputPath: String
  let outputPath: String
  let precision: Precision

  /// What became of the file.
  struct Result {
    let before: Precision
    let after: Precision
    let loss: PrecisionLoss
    let bytesBefore: Int
    let bytesAfter: Int
  }

  /// - Throws: what is wrong with the model or the output.
  func run() throws -> Result {
    try OutputFile.check(outputPath)
    let contents = try ModelFile.read(inputPath)
    let converted = try contents.converted(to: precision)
    try Interruption.tidily(writing: outputPath) { try ModelFile.write(converted.contents, to: outputPath) }
    return Result(
      before: contents.model.prototypes.precision, after: precision, loss: converted.loss,
      bytesBefore: OutputFile.size(inputPath) ?? 0, bytesAfter: OutputFile.size(outputPath) ?? 0)
  }
}

extension ModelConversion.Result {
  var json: JSON {
    .fields([
      "dtype_before": .string(before.rawValue),
      "dtype": .string(after.rawValue),
      "model_bytes_before": .integer(bytesBefore),
      "model_bytes": .integer(bytesAfter),
      "values": .integer(loss.valueCount),
      "changed_values": .integer(loss.changedCount),
      "largest_absolute_error": .number(loss.largestAbsoluteError),
      "largest_relative_error": .number(loss.largestRelativeError),
    ])
  }

  var lines: [String] {
    var table = Table([], [.left, .left])
    table.add(["precision", "\(before.rawValue) to \(after.rawValue)"])
    table.add(["file", "\(Readable.bytes(bytesBefore)) to \(Readable.bytes(bytesAfter))"])
    table.add([
      "rounded", "\(Readable.count(loss.changedCount)) of \(Readable.count(loss.valueCount, "value"))",
    ])
    table.add([
      "largest change",
      "\(Float(loss.largestAbsoluteError)) (\(Float(loss.largestRelativeError * 100)) % of the value at most)",
    ])
    return table.lines(indent: 0)
  }
}

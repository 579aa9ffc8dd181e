import FastKMeansCore
import FastKMeansFormats

/// What `convert` prints about a model that it made smaller.
struct ConversionSummary {
  let before: Precision
  let after: Precision
  let loss: PrecisionLoss
  let bytesBefore: Int
  let bytesAfter: Int
  /// `nil` if no rows were given to compare the models on.
  let comparison: ModelComparison?

  var json: JSON {
    .fields([
      "dtype_before": .string(before.rawValue),
      "dtype": .string(after.rawValue),
      "model_bytes_before": .integer(bytesBefore),
      "model_bytes": .integer(bytesAfter),
      "values": .integer(loss.valueCount),
      "removed_values": .integer(loss.removedCount),
      "changed_values": .integer(loss.changedCount),
      "largest_absolute_error": .number(loss.largestAbsoluteError),
      "largest_relative_error": .number(loss.largestRelativeError),
      "documents": comparison.map { .integer($0.documentCount) } ?? .null,
      "accuracy_before": comparison.map { .number($0.accuracyBefore) } ?? .null,
      "accuracy": comparison.map { .number($0.accuracyAfter) } ?? .null,
      "agreement": comparison.map { .number($0.agreement) } ?? .null,
    ])
  }

  var lines: [String] {
    let error =
      "\(Float(loss.largestAbsoluteError)) (\(Float(loss.largestRelativeError * 100)) % of the value at most)"
    return Table.facts([
      ("precision", "\(before.rawValue) to \(after.rawValue)"),
      ("file", "\(Readable.bytes(bytesBefore)) to \(Readable.bytes(bytesAfter))"),
      ("left out", loss.removedCount > 0 ? Readable.count(loss.removedCount, "weight") : nil),
      ("rounded", "\(Readable.count(loss.changedCount)) of \(Readable.count(loss.valueCount, "value"))"),
      ("largest change", error),
      (
        "accuracy",
        comparison.map {
          "\(Readable.fixed($0.accuracyBefore, 4)) to \(Readable.fixed($0.accuracyAfter, 4)) on "
            + Readable.count($0.documentCount, "document")
        }
      ),
      ("same answer", comparison.map { Readable.percent($0.agreement) }),
    ])
  }
}

/// Compares a model before and after it was made smaller, on the same rows.
struct ModelComparison {
  let documentCount: Int
  let accuracyBefore: Double
  let accuracyAfter: Double
  /// The share of documents that get the same class from both.
  let agreement: Double

  init(truth: [Int], before: [Int], after: [Int]) {
    func share(_ one: [Int], _ other: [Int]) -> Double {
      Double(zip(one, other).count { $0 == $1 }) / Double(max(1, truth.count))
    }
    documentCount = truth.count
    accuracyBefore = share(truth, before)
    accuracyAfter = share(truth, after)
    agreement = share(before, after)
  }

  /// - Throws: ``DataError`` if the second model loses more accuracy than is allowed.
  func check(_ allowed: Double) throws {
    guard accuracyBefore - accuracyAfter > allowed else { return }
    throw DataError(
      "accuracy would fall from \(Readable.percent(accuracyBefore)) to \(Readable.percent(accuracyAfter)), more than"
        + " the \(Readable.percent(allowed)) that --max-accuracy-loss allows; nothing was written: keep more or allow"
        + " more")
  }
}

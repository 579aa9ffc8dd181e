import FastKMeansCore
import FastKMeansFormats

extension RefinementOutcome {
  var json: JSON {
    switch self {
    case .off: .fields(["outcome": "off"])
    case .done(let report):
      .fields([
        "outcome": "done",
        "recipe": .string(report.recipe),
        "epochs": .integer(report.epochs),
        "held_out": .integer(report.heldOutCount),
        "held_out_accuracy": .number(report.heldOutAccuracy),
        "prototype_accuracy": .number(report.prototypeAccuracy),
        "kept_share": .number(report.keptShare),
      ])
    case .noBetter(let refined, let plain):
      .fields([
        "outcome": "no_better", "held_out_accuracy": .number(refined), "prototype_accuracy": .number(plain),
      ])
    case .skipped(let bytes): .fields(["outcome": "skipped", "needed_bytes": .integer(bytes)])
    }
  }

  /// In words; `nil` where there is nothing to say.
  var line: String? {
    switch self {
    case .off: nil
    case .done(let report) where report.heldOutCount > 0:
      "\(Readable.count(report.epochs, "epoch")), on held-out rows from \(Readable.percent(report.prototypeAccuracy))"
        + " to \(Readable.percent(report.heldOutAccuracy))"
        + (report.keptShare < 1 ? ", \(Readable.percent(report.keptShare)) of the weights kept" : "")
    case .done(let report): Readable.count(report.epochs, "epoch")
    case .noBetter: "no better on held-out rows, left out"
    case .skipped(let bytes): "left out, it would need \(Readable.bytes(bytes))"
    }
  }
}

import FastKMeansCore
import FastKMeansFormats

extension RejectionReport {
  var json: JSON {
    .fields([
      "known_documents": .integer(knownCount),
      "unknown_documents": .integer(unknownCount),
      "separation": separation.map(JSON.number) ?? .null,
      "rates": .array(
        points.map { point in
          .fields([
            "false_accept_rate": .number(point.falseAcceptRate),
            "coverage": .number(point.coverage),
            "accuracy": .number(point.accuracy),
            "observed_false_accept_rate": point.observedFalseAcceptRate.map(JSON.number) ?? .null,
          ])
        }),
    ])
  }

  /// A table, and under it how well known and unknown classes are told apart.
  var lines: [String] {
    var table = Table(
      ["false accepts asked", "known accepted", "accuracy of these", "unknown accepted"],
      [.right, .right, .right, .right])
    for point in points {
      table.add([
        Readable.percent(point.falseAcceptRate), Readable.percent(point.coverage),
        Readable.percent(point.accuracy),
        point.observedFalseAcceptRate.map(Readable.percent) ?? "no unknown labels",
      ])
    }
    let separation = separation.map {
      ["known documents score higher than unknown ones: \(Readable.percent($0)) of all pairs"]
    }
    return table.lines(indent: 0) + (separation ?? [])
  }
}

extension EvaluationResult {
  /// With a blank line before it; nothing for a model that cannot tell unknown classes.
  var rejectionTable: [String] { rejection.map { [""] + $0.lines } ?? [] }
}

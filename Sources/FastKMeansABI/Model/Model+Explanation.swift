import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_explain")
package func modelExplain(
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ threads: Int32,
  _ wanted: UnsafePointer<Int32>?, _ prototypes: UnsafeMutablePointer<Int32>?,
  _ scores: UnsafeMutablePointer<Float>?, _ shares: UnsafeMutablePointer<Float>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    let wanted = try wantedClasses(wanted, input)
    let prototypes = try optionalOutput(prototypes, count: input.rowCount, "prototypes").map(
      SharedOutput.init)
    let scores = try optionalOutput(scores, count: input.rowCount, "scores").map(SharedOutput.init)
    try input.rows.withView { view in
      let shares = try optionalOutput(shares, count: view.valueCount, "shares").map(SharedOutput.init)
      guard input.rowCount > 0 else { return }
      try input.scoring.forEachExplanation(view, classes: wanted) { row, explanation in
        prototypes?[row] = Int32(explanation.prototype)
        scores?[row] = explanation.score
        guard let shares else { return }
        explanation.forEachShare { position, share in shares[position] = share }
      }
    }
  }
}

private func wantedClasses(_ wanted: UnsafePointer<Int32>?, _ input: AnswerInput) throws -> [Int32]? {
  guard let wanted else { return nil }
  let classes = Array(try array(wanted, count: input.rowCount, of: Int32.self, "wanted"))
  for (row, index) in classes.enumerated() where !(0..<input.classCount).contains(Int(index)) {
    throw ArgumentError(
      parameter: "wanted", kind: "size",
      problem: "entry \(row) is \(index); class indices are 0 to \(input.classCount - 1)")
  }
  return classes
}

extension FeatureRows {
  /// The stored values.
  fileprivate var valueCount: Int {
    switch self {
    case .sparse(let rows): rows.nonZeroCount
    case .dense(let rows): rows.rowCount * rows.columnCount
    }
  }
}

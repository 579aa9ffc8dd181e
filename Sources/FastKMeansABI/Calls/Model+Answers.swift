import CFastKMeans
import FastKMeansCore

/// What a call gets that asks a model about rows.
struct AnswerInput {
  let storage: ModelStorage
  let rows: CallerRows
  let scoring: ClassScoring

  var rowCount: Int { rows.view.rowCount }
  var classCount: Int { storage.classes.count }

  init(_ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32) throws {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let workers = Parallel.workerCount(try threadCount(threads) ?? storage.settings.threadCount)
    try self.init(storage, CallerRows(rows, "rows", workers: workers), workers: workers)
  }

  init(_ storage: ModelStorage, _ rows: CallerRows, workers: Int) throws {
    (self.storage, self.rows) = (storage, rows)
    scoring = try ClassScoring(storage, threadCount: workers)
    try scoring.check(rows.view)
  }

  /// Calls `body` with the rows. Does nothing for zero rows.
  func answer(_ body: (FeatureRows) throws -> Void) throws {
    if rowCount > 0 { try rows.withView(body) }
  }

  /// How many cells an array of a caller has for these rows.
  func cells(_ perRow: Int, _ name: String) throws -> Int {
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: perRow)
    guard !overflow, cells <= 1 << 48 else {
      throw InputError.tooLarge(what: name, neededBytes: .max, allowedBytes: 1 << 50)
    }
    return cells
  }
}

@_cdecl("fkm_model_predict")
package func modelPredict(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32,
  _ classIndices: UnsafeMutablePointer<Int32>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    let target = try Output<Int32>(classIndices, count: input.rowCount, "class_indices")
    try input.answer { target.write(try input.scoring.predictedClasses($0)) }
  }
}

@_cdecl("fkm_model_predict_top")
package func modelPredictTop(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32, _ top: Int64,
  _ classIndices: UnsafeMutablePointer<Int32>?, _ prototypes: UnsafeMutablePointer<Int32>?,
  _ similarities: UnsafeMutablePointer<Float>?, _ confidences: UnsafeMutablePointer<Float>?,
  _ scores: UnsafeMutablePointer<Float>?, _ rejected: UnsafeMutablePointer<UInt8>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    guard let top = Int(exactly: top), 1...input.classCount ~= top else {
      throw CallError.size("top", top, allowed: "1 to \(input.classCount), the number of classes")
    }
    let count = try input.cells(top, "the best classes")
    let classIndices = try Output(optional: classIndices, count: count, "class_indices")
    let prototypes = try Output(optional: prototypes, count: count, "prototypes")
    let similarities = try Output(optional: similarities, count: count, "similarities")
    let confidences = try Output(optional: confidences, count: count, "confidences")
    let scores = try Output(optional: scores, count: count, "scores")
    let rejected = try Output(optional: rejected, count: input.rowCount, "rejected")
    try input.answer { view in
      let parts: ClassScoring.AnswerParts = similarities == nil ? [] : .similarities
      try input.scoring.forEachAnswer(view, top: top, parts: parts) { row, answer in
        rejected?[row] = answer.isRejected ? 1 : 0
        for (place, hit) in answer.classes.enumerated() {
          let position = row * top + place
          classIndices?[position] = Int32(hit.classIndex)
          prototypes?[position] = Int32(hit.prototype)
          similarities?[position] = hit.similarity
          confidences?[position] = hit.confidence
          scores?[position] = hit.score
        }
      }
    }
  }
}

@_cdecl("fkm_model_scores")
package func modelScores(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32, _ level: Int32, _ valueType: Int32,
  _ scores: UnsafeMutableRawPointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    guard [FKM_BY_CLASS, FKM_BY_PROTOTYPE].contains(Int(level)) else {
      throw CallError.constant("level", level, allowed: "FKM_BY_CLASS, FKM_BY_PROTOTYPE")
    }
    let isByClass = Int(level) == FKM_BY_CLASS
    let prototypeCount = input.storage.prototypes.count
    let width = isByClass ? input.classCount : prototypeCount
    let target = try TableOutput(scores, count: input.cells(width, "scores"), valueType: valueType, "scores")
    let starts = input.storage.classStarts
    try input.answer { view in
      try input.scoring.forEachScoreBlock(view, norms: input.scoring.norms(of: view)) { _, range, block in
        for row in range {
          let first = (row - range.lowerBound) * prototypeCount
          let own = block[first..<first + prototypeCount]
          target.write(at: row * width, count: width) { place in
            guard isByClass else { return Double(own[first + place]) }
            return Double(own[(first + starts[place])..<(first + starts[place + 1])].max() ?? -.infinity)
          }
        }
      }
    }
  }
}

@_cdecl("fkm_model_probabilities")
package func modelProbabilities(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32, _ valueType: Int32,
  _ probabilities: UnsafeMutableRawPointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    let width = input.classCount
    let target = try TableOutput(
      probabilities, count: input.cells(width, "probabilities"), valueType: valueType, "probabilities")
    try input.answer { view in
      try input.scoring.forEachProbabilityBlock(view) { _, range, block in
        target.write(at: range.lowerBound * width, count: range.count * width) { Double(block[$0]) }
      }
    }
  }
}

@_cdecl("fkm_model_explain")
package func modelExplain(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32, _ wanted: UnsafePointer<Int32>?,
  _ prototypes: UnsafeMutablePointer<Int32>?, _ scores: UnsafeMutablePointer<Float>?,
  _ shares: UnsafeMutablePointer<Float>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    let wanted = try wantedClasses(wanted, input)
    let prototypes = try Output(optional: prototypes, count: input.rowCount, "prototypes")
    let scores = try Output(optional: scores, count: input.rowCount, "scores")
    let shares = try Output(optional: shares, count: input.rows.view.valueCount, "shares")
    try input.answer { view in
      try input.scoring.forEachExplanation(view, classes: wanted) { row, explanation in
        prototypes?[row] = Int32(explanation.prototype)
        scores?[row] = explanation.score
        if let shares { explanation.forEachShare { position, share in shares[position] = share } }
      }
    }
  }
}

private func wantedClasses(_ wanted: UnsafePointer<Int32>?, _ input: AnswerInput) throws -> [Int32]? {
  guard let wanted else { return nil }
  let classes = Array(try array(wanted, count: input.rowCount, of: Int32.self, "wanted"))
  for (row, index) in classes.enumerated() where !(0..<input.classCount).contains(Int(index)) {
    throw CallError(
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

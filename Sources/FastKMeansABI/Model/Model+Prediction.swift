import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_predict")
package func modelPredict(
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ threads: Int32,
  _ classIndices: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    let target = try output(classIndices, count: input.rowCount, of: Int32.self, "class_indices")
    guard input.rowCount > 0 else { return }
    try target.write(input.rows.withView { try input.scoring.predictedClasses($0) })
  }
}

@_cdecl("fkm_model_predict_top")
package func modelPredictTop(
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ threads: Int32, _ top: Int64,
  _ classIndices: UnsafeMutablePointer<Int32>?, _ prototypes: UnsafeMutablePointer<Int32>?,
  _ similarities: UnsafeMutablePointer<Float>?, _ confidences: UnsafeMutablePointer<Float>?,
  _ scores: UnsafeMutablePointer<Float>?, _ rejected: UnsafeMutablePointer<UInt8>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    guard let top = Int(exactly: top), 1...input.classCount ~= top else {
      throw ArgumentError.size("top", top, allowed: "1 to \(input.classCount), the number of classes")
    }
    let count = try input.cells(top, "the best classes")
    let classIndices = try optionalOutput(classIndices, count: count, "class_indices").map(SharedOutput.init)
    let prototypes = try optionalOutput(prototypes, count: count, "prototypes").map(SharedOutput.init)
    let similarities = try optionalOutput(similarities, count: count, "similarities").map(SharedOutput.init)
    let confidences = try optionalOutput(confidences, count: count, "confidences").map(SharedOutput.init)
    let scores = try optionalOutput(scores, count: count, "scores").map(SharedOutput.init)
    let rejected = try optionalOutput(rejected, count: input.rowCount, "rejected").map(SharedOutput.init)
    guard input.rowCount > 0 else { return }
    try input.rows.withView { view in
      try input.scoring.forEachAnswer(view, top: top) { row, answer in
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
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ threads: Int32, _ level: Int32,
  _ valueType: Int32, _ scores: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    guard [FKM_BY_CLASS, FKM_BY_PROTOTYPE].contains(Int(level)) else {
      throw ArgumentError.constant("level", level, allowed: "FKM_BY_CLASS, FKM_BY_PROTOTYPE")
    }
    let isByClass = Int(level) == FKM_BY_CLASS
    let prototypeCount = input.storage.prototypes.count
    let width = isByClass ? input.classCount : prototypeCount
    let target = try TableOutput(scores, count: input.cells(width, "scores"), valueType: valueType, "scores")
    guard input.rowCount > 0 else { return }
    let starts = input.storage.classStarts
    try input.rows.withView { view in
      try input.scoring.forEachScoreBlock(view, norms: input.scoring.norms(of: view)) { _, range, block in
        for row in range {
          let first = (row - range.lowerBound) * prototypeCount
          let own = block[first..<first + prototypeCount]
          if isByClass {
            target.write(
              (0..<width).lazy.map {
                own[(first + starts[$0])..<(first + starts[$0 + 1])].max() ?? -.infinity
              },
              at: row * width)
          } else {
            target.write(own, at: row * width)
          }
        }
      }
    }
  }
}

@_cdecl("fkm_model_probabilities")
package func modelProbabilities(
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ threads: Int32, _ valueType: Int32,
  _ probabilities: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    let width = input.classCount
    let target = try TableOutput(
      probabilities, count: input.cells(width, "probabilities"), valueType: valueType, "probabilities")
    guard input.rowCount > 0 else { return }
    try input.rows.withView { view in
      try input.scoring.forEachProbabilityBlock(view) { _, range, block in
        target.write(block[..<(range.count * width)], at: range.lowerBound * width)
      }
    }
  }
}

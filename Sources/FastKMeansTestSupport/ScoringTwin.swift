import FastKMeansCore

/// The plain twin of `ScoringIndex`: every score by its definition, every answer by looking at all of them.
package struct ScoringTwin {
  /// `scores[row][prototype]`.
  package let scores: [[Float]]
  private let classIndices: [Int32]

  package init(
    prototypes: PrototypeSet, biases: [Float]?, truncation: Float = 0, documents: Features, scales: [Float]?
  ) {
    let weights = (0..<prototypes.count).map { prototype in
      var dense = [Float](repeating: 0, count: prototypes.featureCount)
      for (column, value) in prototypes.row(prototype) where Float(value).magnitude >= truncation {
        dense[column] = Float(value)
      }
      return dense
    }
    scores = (0..<documents.rowCount).map { row in
      let terms = Self.terms(documents, row, scale: scales?[row] ?? 1)
      return weights.enumerated().map { prototype, weights in
        var score = biases?[prototype] ?? 0
        for (column, x) in terms { score.addProduct(x, weights[column]) }
        return score
      }
    }
    classIndices = prototypes.classIndices
  }

  private static func terms(_ documents: Features, _ row: Int, scale: Float) -> [(Int, Float)] {
    switch documents {
    case .sparse(let matrix):
      (matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]).map {
        (Int(matrix.columns[$0]), matrix.values[$0] * scale)
      }
    case .dense(let matrix):
      (0..<matrix.columnCount).map { ($0, matrix.values[row * matrix.columnCount + $0] * scale) }
    }
  }

  /// The best prototype of a row; of equal ones the first.
  package func best(_ row: Int) -> PrototypeHit {
    var best = PrototypeHit.none
    for (prototype, score) in scores[row].enumerated() where score > best.score {
      best = PrototypeHit(prototype: Int32(prototype), score: score)
    }
    return best
  }

  /// The best prototype of each of the best classes of a row, best first, equal ones by their index, padded with none.
  package func bestClasses(_ question: ClassQuestion, _ row: Int) -> [PrototypeHit] {
    let ranked = scores[row].enumerated()
      .map { PrototypeHit(prototype: Int32($0.offset), score: $0.element) }
      .sorted { $0.score > $1.score || ($0.score == $1.score && $0.prototype < $1.prototype) }
    var seen: Set<Int32> = []
    let classes = ranked.filter { seen.insert(classIndices[Int($0.prototype)]).inserted }
    let best = classes.prefix(question.most).enumerated().filter { place, hit in
      place < question.least || hit.score >= classes[0].score - question.reach
    }.map(\.element)
    return best + Array(repeating: .none, count: question.most - best.count)
  }
}

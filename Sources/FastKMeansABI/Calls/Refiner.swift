import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_refiner_new")
package func refinerNew(
  _ model: OpaquePointer?, _ deviation: Double, _ refiner: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    guard (0...Double(Float.greatestFiniteMagnitude)).contains(deviation) else {
      throw CallError(
        parameter: "deviation", kind: "size", problem: "is \(deviation); allowed: 0 or more, and finite")
    }
    try put(RefinerHandle(storage, deviation: deviation > 0 ? deviation : nil), in: refiner, "refiner")
  }
}

@_cdecl("fkm_refiner_free")
package func refinerFree(_ refiner: OpaquePointer?) { Handle.release(refiner) }

@_cdecl("fkm_refiner_moves")
package func refinerMoves(
  _ refiner: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ steps: UnsafePointer<Float>?,
  _ members: UnsafeMutablePointer<Int32>?, _ featureRates: UnsafePointer<Float>?, _ rate: Float,
  _ threads: Int32, _ moves: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try RefinerHandle.borrowed(refiner, "refiner")
    let set = handle.model.prototypes
    let part = try PartInput(handle.model, rows, labels, sampleWeights, threads)
    let count = part.learning.labels.count
    let known = try members.map { Array(try array($0, count: count, of: Int32.self, "members")) }
    let steps = try factors(steps, count: count, "steps")
    let featureRates = try factors(featureRates, count: set.featureCount, "feature_rates")
    guard (0...Float.greatestFiniteMagnitude).contains(rate) else {
      throw CallError(parameter: "rate", kind: "size", problem: "is \(rate); allowed: 0 or more")
    }
    let found = try part.learning.rows.withView { view in
      try handle.withRefinement {
        try $0.moves(
          of: view, labels: part.learning.labels, sampleWeights: part.learning.weights, steps: steps,
          members: known ?? [Int32](repeating: -1, count: count), featureRates: featureRates, rate: rate,
          threadCount: part.threadCount)
      }
    }
    try put(
      SumsHandle(found.sums, isSparse: set.isSparse, featureCount: set.featureCount), in: moves, "moves")
    try Output(optional: members, count: count, "members")?.write(found.members)
  }
}

@_cdecl("fkm_refiner_add")
package func refinerAdd(
  _ refiner: OpaquePointer?, _ moves: RowsPointer?, _ biases: UnsafePointer<Double>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try RefinerHandle.borrowed(refiner, "refiner")
    let vectors = try checkedVectors(moves, "moves", of: handle.model)
    let count = handle.model.prototypes.count
    let biases = try biases.map { Array(try array($0, count: count, of: Double.self, "biases")) }
    try handle.withRefinement { try $0.add(vectors, biases: biases ?? [Double](repeating: 0, count: count)) }
  }
}

@_cdecl("fkm_refiner_model")
package func refinerModel(
  _ refiner: OpaquePointer?, _ model: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try RefinerHandle.borrowed(refiner, "refiner")
    try put(ModelHandle(try handle.withRefinement { $0.refinedModel() }), in: model, "model")
  }
}

/// What a caller multiplies with, each 0 or more.
private func factors(_ pointer: UnsafePointer<Float>?, count: Int, _ name: String) throws -> [Float]? {
  guard let pointer else { return nil }
  let values = Array(try array(pointer, count: count, of: Float.self, name))
  if let place = values.firstIndex(where: { !(0...Float.greatestFiniteMagnitude).contains($0) }) {
    throw CallError(
      parameter: name, kind: "size", problem: "is \(values[place]) at \(place); allowed: 0 or more")
  }
  return values
}

import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_refine")
package func modelRefine(
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
  _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32, _ epochs: Int64, _ firstRate: Double,
  _ lastRate: Double, _ seedStep: UInt64, _ progress: fkm_progress_function?,
  _ context: UnsafeMutableRawPointer?, _ refined: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    guard (0...1000).contains(epochs) else {
      throw ArgumentError.size("epochs", epochs, allowed: "0 (as many as suit) to 1000")
    }
    for (name, rate) in [("first_rate", firstRate), ("last_rate", lastRate)] where !(0...1).contains(rate) {
      throw ArgumentError(parameter: name, kind: "size", problem: "is \(rate); allowed: 0 to 1")
    }
    let part = try PartInput(model, rows, labels, sampleWeights, threads)
    let result = try part.rows.withView {
      try part.storage.refined(
        on: $0, labels: part.labels, sampleWeights: part.weights, threadCount: part.threadCount,
        epochs: epochs == 0 ? nil : Int(epochs), rateShares: (firstRate, lastRate), step: seedStep,
        progress: progressHandler(progress, context))
    }
    try put(ModelHandle(result), in: refined, "refined")
  }
}

@_cdecl("fkm_model_average")
package func modelAverage(
  _ models: UnsafePointer<OpaquePointer?>?, _ modelCount: Int64, _ weights: UnsafePointer<Double>?,
  _ average: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    guard (1...1 << 20).contains(modelCount) else {
      throw ArgumentError.size("model_count", modelCount, allowed: "1 to 2^20")
    }
    let handles = try array(models, count: Int(modelCount), of: OpaquePointer?.self, "models")
    let storages = try handles.map { try ModelHandle.borrowed($0, "models").storage }
    let weights = try weights.map { Array(try array($0, count: storages.count, of: Double.self, "weights")) }
    let mean = try ModelStorage.average(
      storages, weights: weights ?? [Double](repeating: 1, count: storages.count))
    try put(ModelHandle(mean), in: average, "average")
  }
}

@_cdecl("fkm_model_with_weights")
package func modelWithWeights(
  _ model: OpaquePointer?, _ weights: UnsafePointer<fkm_rows>?, _ biases: UnsafePointer<Double>?,
  _ refined: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let vectors = try weights.map { try checkedVectors($0, "weights", of: storage) }
    let biases = try biases.map {
      Array(try array($0, count: storage.prototypes.count, of: Double.self, "biases"))
    }
    try put(ModelHandle(try storage.withRefinedWeights(vectors, biases: biases)), in: refined, "refined")
  }
}

@_cdecl("fkm_model_copy_biases")
package func modelCopyBiases(
  _ model: OpaquePointer?, _ biases: UnsafeMutablePointer<Double>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    guard let refined = storage.refined else {
      throw ClassifierError.unsupported("the model is not refined; it has no biases")
    }
    let target = try output(biases, count: storage.prototypes.count, of: Double.self, "biases")
    target.write(refined.biases?.map(Double.init) ?? [Double](repeating: 0, count: target.count))
  }
}

@_cdecl("fkm_model_calibrate")
package func modelCalibrate(
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
  _ threads: Int32, _ calibrated: UnsafeMutablePointer<OpaquePointer?>?,
  _ accuracy: UnsafeMutablePointer<Double>?, _ prototypeAccuracy: UnsafeMutablePointer<Double>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let part = try PartInput(model, rows, labels, nil, threads)
    let result = try part.rows.withView {
      try part.storage.calibrated(on: $0, labels: part.labels, threadCount: part.threadCount)
    }
    try put(ModelHandle(result.model), in: calibrated, "calibrated")
    accuracy?.pointee = result.accuracy
    prototypeAccuracy?.pointee = result.prototypeAccuracy
  }
}

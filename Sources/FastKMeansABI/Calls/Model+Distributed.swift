import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_from_sums")
package func modelFromSums(
  _ model: OpaquePointer?, _ sums: RowsPointer?, _ masses: UnsafePointer<Double>?,
  _ replacements: RowsPointer?, _ replaced: UnsafePointer<Int32>?, _ isLast: Int32, _ next: HandlePointer?,
  _ shift: UnsafeMutablePointer<Double>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let sums = try checkedVectors(sums, "sums", of: storage)
    let masses = Array(try array(masses, count: storage.prototypes.count, of: Double.self, "masses"))
    var starts: [ModelStorage.Replacement] = []
    if replacements != nil {
      let rows = try checkedVectors(replacements, "replacements", of: storage)
      let targets = try array(replaced, count: rows.count, of: Int32.self, "replaced")
      starts = zip(targets, rows).map { ModelStorage.Replacement(prototype: Int($0), row: $1) }
    }
    let epoch = try storage.afterEpoch(
      sums: sums, masses: masses, replacements: starts, isLast: isLast != 0)
    try put(ModelHandle(epoch.model), in: next, "next")
    shift?.pointee = epoch.shift
  }
}

@_cdecl("fkm_model_sums")
package func modelSums(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32, _ sums: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let part = try PartInput(model, rows, labels, sampleWeights, threads)
    let found = try part.learning.rows.withView {
      try part.storage.epochSums(
        of: $0, labels: part.learning.labels, sampleWeights: part.learning.weights,
        threadCount: part.threadCount)
    }
    let set = part.storage.prototypes
    try put(SumsHandle(found, isSparse: set.isSparse, featureCount: set.featureCount), in: sums, "sums")
  }
}

@_cdecl("fkm_sums_free")
package func sumsFree(_ sums: OpaquePointer?) { Handle.release(sums) }

@_cdecl("fkm_sums_get_info")
package func sumsGetInfo(
  _ sums: OpaquePointer?, _ info: UnsafeMutablePointer<fkm_sums_info>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try SumsHandle.borrowed(sums, "sums")
    let info = try checkOutput(info, "info", size: \.struct_size)
    info.pointee.layout = Int32(handle.isSparse ? FKM_SPARSE : FKM_DENSE)
    info.pointee.prototype_count = Int64(handle.sums.masses.count)
    info.pointee.feature_count = Int64(handle.featureCount)
    info.pointee.value_count = Int64(handle.sums.sums.reduce(0) { $0 + $1.values.count })
    info.pointee.objective = handle.sums.objective
    info.pointee.total_mass = handle.sums.totalMass
  }
}

@_cdecl("fkm_sums_copy")
package func sumsCopy(
  _ sums: OpaquePointer?, _ indexType: Int32, _ offsets: UnsafeMutableRawPointer?,
  _ columns: UnsafeMutableRawPointer?, _ valueType: Int32, _ values: UnsafeMutableRawPointer?,
  _ masses: UnsafeMutablePointer<Double>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try SumsHandle.borrowed(sums, "sums")
    let found = handle.sums
    try Output(optional: masses, count: found.masses.count, "masses")?.write(found.masses)
    let target = RowOutput(
      indexType: indexType, offsets: offsets, columns: columns, valueType: valueType, values: values)
    let all = found.sums.flatMap(\.values)
    if handle.isSparse {
      let ends = found.sums.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.values.count) }
      try target.write(offsets: ends, columns: found.sums.flatMap(\.columns), count: all.count) { all[$0] }
    } else {
      try target.writeValues(count: all.count) { all[$0] }
    }
  }
}

@_cdecl("fkm_sums_copy_farthest")
package func sumsCopyFarthest(
  _ sums: OpaquePointer?, _ rowIndices: UnsafeMutablePointer<Int64>?,
  _ distances: UnsafeMutablePointer<Float>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let farthest = try SumsHandle.borrowed(sums, "sums").sums.farthest
    try Output(optional: rowIndices, count: farthest.count, "row_indices")?.write(
      farthest.map { Int64($0?.row ?? -1) })
    try Output(optional: distances, count: farthest.count, "distances")?.write(
      farthest.map { $0?.distance ?? 0 })
  }
}

@_cdecl("fkm_model_refine")
package func modelRefine(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32, _ epochs: Int64, _ firstRate: Double,
  _ lastRate: Double, _ seedStep: UInt64, _ progress: fkm_progress_function?,
  _ context: UnsafeMutableRawPointer?, _ refined: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    guard (0...1000).contains(epochs) else {
      throw CallError.size("epochs", epochs, allowed: "0 (as many as suit) to 1000")
    }
    for (name, rate) in [("first_rate", firstRate), ("last_rate", lastRate)] where !(0...1).contains(rate) {
      throw CallError(parameter: name, kind: "size", problem: "is \(rate); allowed: 0 to 1")
    }
    let part = try PartInput(model, rows, labels, sampleWeights, threads)
    let result = try part.learning.rows.withView {
      try part.storage.refined(
        on: $0, labels: part.learning.labels, sampleWeights: part.learning.weights,
        threadCount: part.threadCount,
        epochs: epochs == 0 ? nil : Int(epochs), rateShares: (firstRate, lastRate), step: seedStep,
        progress: progressHandler(progress, context))
    }
    try put(ModelHandle(result), in: refined, "refined")
  }
}

@_cdecl("fkm_model_average")
package func modelAverage(
  _ models: UnsafePointer<OpaquePointer?>?, _ modelCount: Int64, _ weights: UnsafePointer<Double>?,
  _ average: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    guard (1...1 << 20).contains(modelCount) else {
      throw CallError.size("model_count", modelCount, allowed: "1 to 2^20")
    }
    let handles = try array(models, count: Int(modelCount), of: OpaquePointer?.self, "models")
    let storages = try handles.map { try ModelHandle.borrowed($0, "models").storage }
    let weights = try weights.map { Array(try array($0, count: storages.count, of: Double.self, "weights")) }
    let mean = try ModelStorage.average(
      storages, weights: weights ?? [Double](repeating: 1, count: storages.count))
    try put(ModelHandle(mean), in: average, "average")
  }
}

@_cdecl("fkm_model_calibrate")
package func modelCalibrate(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32, _ calibrated: HandlePointer?,
  _ accuracy: UnsafeMutablePointer<Double>?,
  _ prototypeAccuracy: UnsafeMutablePointer<Double>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let part = try PartInput(model, rows, labels, sampleWeights, threads)
    let result = try part.learning.rows.withView {
      try part.storage.calibrated(
        on: $0, labels: part.learning.labels, sampleWeights: part.learning.weights,
        threadCount: part.threadCount)
    }
    try put(ModelHandle(result.model), in: calibrated, "calibrated")
    accuracy?.pointee = result.accuracy
    prototypeAccuracy?.pointee = result.prototypeAccuracy
  }
}

/// What a call gets that learns from some of the documents for a model.
struct PartInput {
  let storage: ModelStorage
  let learning: LearningInput
  let threadCount: Int?

  init(
    _ model: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
    _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32
  ) throws {
    try self.init(try ModelHandle.borrowed(model, "model").storage, rows, labels, sampleWeights, threads)
  }

  init(
    _ storage: ModelStorage, _ rows: RowsPointer?, _ labels: LabelsPointer?,
    _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32
  ) throws {
    self.storage = storage
    threadCount = try FastKMeansABI.threadCount(threads)
    learning = try LearningInput(
      rows, labels, sampleWeights, threadCount: threadCount ?? storage.settings.threadCount)
  }
}

import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_sums")
package func modelSums(
  _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
  _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32, _ sums: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let part = try PartInput(model, rows, labels, sampleWeights, threads)
    let found = try part.rows.withView {
      try part.storage.epochSums(
        of: $0, labels: part.labels, sampleWeights: part.weights, threadCount: part.threadCount)
    }
    let set = part.storage.prototypes
    try put(SumsHandle(found, isSparse: set.isSparse, featureCount: set.featureCount), in: sums, "sums")
  }
}

@_cdecl("fkm_sums_free")
package func sumsFree(_ sums: OpaquePointer?) { Handle.release(sums) }

@_cdecl("fkm_sums_get_info")
package func sumsGetInfo(
  _ sums: OpaquePointer?, _ info: UnsafeMutablePointer<fkm_sums_info>?,
  _ error: UnsafeMutablePointer<fkm_error>?
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
  _ masses: UnsafeMutablePointer<Double>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let handle = try SumsHandle.borrowed(sums, "sums")
    let found = handle.sums
    try optionalOutput(masses, count: found.masses.count, "masses")?.write(found.masses)
    let target = try RowOutput(
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
  _ distances: UnsafeMutablePointer<Float>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let farthest = try SumsHandle.borrowed(sums, "sums").sums.farthest
    try optionalOutput(rowIndices, count: farthest.count, "row_indices")?.write(
      farthest.map { Int64($0?.row ?? -1) })
    try optionalOutput(distances, count: farthest.count, "distances")?.write(
      farthest.map { $0?.distance ?? 0 })
  }
}

/// What a call gets that trains on some of the documents.
struct PartInput {
  let storage: ModelStorage
  let rows: BorrowedRows
  let labels: LabelColumn
  let weights: [Double]?
  let threadCount: Int?

  init(
    _ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
    _ sampleWeights: UnsafePointer<Double>?, _ threads: Int32
  ) throws {
    storage = try ModelHandle.borrowed(model, "model").storage
    threadCount = try FastKMeansABI.threadCount(threads)
    self.rows = try BorrowedRows(
      rows, "rows", workers: Parallel.workerCount(threadCount ?? storage.settings.threadCount))
    self.labels = try LabelColumn(labels, "labels")
    weights = try sampleWeightList(sampleWeights, count: self.rows.view.rowCount)
  }
}

import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_copy_prototypes")
package func modelCopyPrototypes(
  _ model: OpaquePointer?, _ which: Int32, _ indexType: Int32, _ offsets: UnsafeMutableRawPointer?,
  _ columns: UnsafeMutableRawPointer?, _ valueType: Int32, _ values: UnsafeMutableRawPointer?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let set = try storage.vectors(which)
    let frame = Int(which) == FKM_CENTERS ? storage.frame : nil
    let target = RowOutput(
      indexType: indexType, offsets: offsets, columns: columns, valueType: valueType, values: values)
    switch set.rows {
    case .dense(let stored):
      try target.writeValues(count: stored.count) { place in
        frame?.absolute(stored[place], feature: place % set.featureCount) ?? stored[place]
      }
    case .sparse(let offsets, let columns, let stored):
      try target.write(offsets: offsets, columns: columns, count: stored.count) { stored[$0] }
    }
  }
}

@_cdecl("fkm_model_copy_prototype_masses")
package func modelCopyPrototypeMasses(
  _ model: OpaquePointer?, _ classIndices: UnsafeMutablePointer<Int32>?,
  _ masses: UnsafeMutablePointer<Double>?, _ sumScales: UnsafeMutablePointer<Double>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let set = try ModelHandle.borrowed(model, "model").storage.prototypes
    try Output(optional: classIndices, count: set.count, "class_indices")?.write(set.classIndices)
    try Output(optional: masses, count: set.count, "masses")?.write(set.masses)
    try Output(optional: sumScales, count: set.count, "sum_scales")?.write(set.sumScales)
  }
}

@_cdecl("fkm_model_with_weights")
package func modelWithWeights(
  _ model: OpaquePointer?, _ weights: RowsPointer?, _ biases: UnsafePointer<Double>?,
  _ refined: HandlePointer?, _ error: ErrorPointer?
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
  _ model: OpaquePointer?, _ biases: UnsafeMutablePointer<Double>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    guard let refined = storage.refined else {
      throw ClassifierError.unsupported("the model is not refined; it has no biases")
    }
    let target = try Output<Double>(biases, count: storage.prototypes.count, "biases")
    target.write(refined.biases?.map(Double.init) ?? [Double](repeating: 0, count: target.count))
  }
}

extension ModelStorage {
  /// Centres or refined weights.
  fileprivate func vectors(_ which: Int32) throws -> PrototypeSet {
    switch Int(which) {
    case FKM_CENTERS: return prototypes
    case FKM_REFINED:
      guard let refined else {
        throw ClassifierError.unsupported("the model is not refined; ask for FKM_CENTERS")
      }
      return refined.weights
    default: throw CallError.constant("which", which, allowed: "FKM_CENTERS, FKM_REFINED")
    }
  }
}

/// Vectors of a caller, as long as the features of a model.
func checkedVectors(
  _ rows: RowsPointer?, _ name: String, of storage: ModelStorage
) throws -> [PrototypeVector] {
  let vectors = try CallerRows.vectors(rows, name)
  let columnCount = Int(rows?.pointee.column_count ?? 0)
  guard columnCount == storage.prototypes.featureCount else {
    throw InputError.featureCountMismatch(expected: storage.prototypes.featureCount, found: columnCount)
  }
  return vectors
}

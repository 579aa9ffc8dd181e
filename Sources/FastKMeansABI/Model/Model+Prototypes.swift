import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_copy_prototypes")
package func modelCopyPrototypes(
  _ model: OpaquePointer?, _ which: Int32, _ indexType: Int32, _ offsets: UnsafeMutableRawPointer?,
  _ columns: UnsafeMutableRawPointer?, _ valueType: Int32, _ values: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let set = try ModelHandle.borrowed(model, "model").storage.vectors(which)
    let target = try RowOutput(
      indexType: indexType, offsets: offsets, columns: columns, valueType: valueType, values: values)
    switch set.rows {
    case .dense(let stored): try target.writeValues(count: stored.count) { stored[$0] }
    case .sparse(let offsets, let columns, let stored):
      try target.write(offsets: offsets, columns: columns, count: stored.count) { stored[$0] }
    }
  }
}

@_cdecl("fkm_model_copy_prototype_masses")
package func modelCopyPrototypeMasses(
  _ model: OpaquePointer?, _ classIndices: UnsafeMutablePointer<Int32>?,
  _ masses: UnsafeMutablePointer<Double>?, _ sumScales: UnsafeMutablePointer<Double>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let set = try ModelHandle.borrowed(model, "model").storage.prototypes
    try optionalOutput(classIndices, count: set.count, "class_indices")?.write(set.classIndices)
    try optionalOutput(masses, count: set.count, "masses")?.write(set.masses)
    try optionalOutput(sumScales, count: set.count, "sum_scales")?.write(set.sumScales)
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
    default: throw ArgumentError.constant("which", which, allowed: "FKM_CENTERS, FKM_REFINED")
    }
  }
}

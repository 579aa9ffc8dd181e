import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_from_sums")
package func modelFromSums(
  _ model: OpaquePointer?, _ sums: UnsafePointer<fkm_rows>?, _ masses: UnsafePointer<Double>?,
  _ replacements: UnsafePointer<fkm_rows>?, _ replaced: UnsafePointer<Int32>?, _ isLast: Int32,
  _ next: UnsafeMutablePointer<OpaquePointer?>?, _ shift: UnsafeMutablePointer<Double>?,
  _ error: UnsafeMutablePointer<fkm_error>?
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

func checkedVectors(
  _ rows: UnsafePointer<fkm_rows>?, _ name: String, of storage: ModelStorage
) throws -> [PrototypeVector] {
  let vectors = try ExactVectors.read(rows, name)
  let columnCount = Int(rows?.pointee.column_count ?? 0)
  guard columnCount == storage.prototypes.featureCount else {
    throw InputError.featureCountMismatch(expected: storage.prototypes.featureCount, found: columnCount)
  }
  return vectors
}

/// A prototype set's non-zero values in single precision, row by row.
struct PrototypeRows {
  private let set: PrototypeSet
  private let values: [Float]
  private let truncation: Float

  init(_ set: PrototypeSet, truncation: Float) {
    self.set = set
    self.truncation = truncation
    values = set.values.singles()
  }

  /// Calls `body` for each kept value, by ascending prototype, then ascending column.
  func forEach(_ body: (_ prototype: Int, _ column: Int, _ value: Float) -> Void) {
    for prototype in 0..<set.count { forEach(of: prototype) { body(prototype, $0, $1) } }
  }

  /// Calls `body` for each kept value of one prototype, by ascending column.
  @inline(__always)
  func forEach(of prototype: Int, _ body: (_ column: Int, _ value: Float) -> Void) {
    switch set.rows {
    case .sparse(let offsets, let columns, _):
      for position in offsets[prototype]..<offsets[prototype + 1] where isKept(values[position]) {
        body(Int(columns[position]), values[position])
      }
    case .dense:
      let start = prototype * set.featureCount
      for column in 0..<set.featureCount where isKept(values[start + column]) {
        body(column, values[start + column])
      }
    }
  }

  @inline(__always)
  private func isKept(_ value: Float) -> Bool { value != 0 && value.magnitude >= truncation }
}

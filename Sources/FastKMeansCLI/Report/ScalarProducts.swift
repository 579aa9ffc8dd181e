import FastKMeansCore

/// The scalar products of all pairs of some prototypes.
struct ScalarProducts {
  private let count: Int
  /// Symmetric, `count x count`, row by row.
  private var values: [Double]

  /// - Complexity: O(prototypes x stored values) time.
  init(of chosen: [Int], _ prototypes: PrototypeSet) {
    count = chosen.count
    values = [Double](repeating: 0, count: count * count)
    let rows = chosen.map { prototypes.row($0) }
    for (position, row) in rows.enumerated() {
      let table = Dictionary(uniqueKeysWithValues: row.map { ($0.column, $0.value) })
      for other in 0...position {
        let product = rows[other].reduce(0) { $0 + $1.value * (table[$1.column] ?? 0) }
        values[position * count + other] = product
        values[other * count + position] = product
      }
    }
  }

  /// The products of the same vectors, taken from their mean.
  mutating func centre() {
    let means = (0..<count).map { row in values[row * count..<(row + 1) * count].reduce(0, +) / Double(count)
    }
    let mean = means.reduce(0, +) / Double(count)
    for row in 0..<count {
      for column in 0..<count { values[row * count + column] += mean - means[row] - means[column] }
    }
  }

  /// The summed squared lengths.
  var trace: Double { (0..<count).reduce(0) { $0 + values[$1 * count + $1] } }

  /// Takes out the direction in which the vectors differ most.
  ///
  /// - Returns: each vector's coordinate along it, and what it takes of the ``trace``.
  mutating func removePrincipalAxis() -> (coordinates: [Double], variance: Double) {
    // Any start that is not orthogonal to the axis will do; power iteration need not be exact for a picture.
    var axis = (0..<count).map { position -> Double in
      let size = 1 + Double(position * 7 % 13) / 13
      return position.isMultiple(of: 2) ? size : -size
    }
    var variance = 0.0
    for _ in 0..<200 {
      let image = (0..<count).map { row in
        (0..<count).reduce(0.0) { $0 + values[row * count + $1] * axis[$1] }
      }
      variance = image.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard variance > 1e-12 else { return ([Double](repeating: 0, count: count), 0) }
      axis = image.map { $0 / variance }
    }
    for row in 0..<count {
      for column in 0..<count { values[row * count + column] -= variance * axis[row] * axis[column] }
    }
    return (axis.map { $0 * variance.squareRoot() }, variance)
  }
}

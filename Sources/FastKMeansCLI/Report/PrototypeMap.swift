import FastKMeansCore

/// Draws the prototypes of the largest classes in two dimensions.
///
/// Uses classical multidimensional scaling: from the scalar products of the prototypes it finds the two directions in
/// which they differ most.
///
/// - Source: Torgerson 1952, doi:10.1007/BF02288916.
struct PrototypeMap {
  /// Time and memory grow with the square of this number, and a fuller picture could not be read.
  private static let prototypeLimit = 400
  private static let namedClasses = 12

  private struct Place {
    var x: Double
    var y: Double
    var mass: Double
    var classPosition: Int
    var title: String
  }

  private let places: [Place]
  private let classNames: [String]
  /// The share of the prototypes' variance that the picture shows, 0...1.
  let explainedShare: Double

  /// Fails (`nil`) with fewer than three prototypes, or if all are equal.
  init?(_ inspection: Inspection) {
    let largest = inspection.classes.indices.sorted {
      (inspection.classes[$1].mass, $0) < (inspection.classes[$0].mass, $1)
    }
    let prototypes = inspection.contents.model.prototypes
    let starts = prototypes.classStarts(classCount: inspection.classes.count)
    var (chosen, places): ([Int], [Place]) = ([], [])
    for (rank, index) in largest.enumerated() where chosen.count < Self.prototypeLimit {
      let entry = inspection.classes[index]
      for (position, prototype) in entry.prototypes.enumerated() {
        let words = prototype.words.map(\.name).joined(separator: ", ")
        chosen.append(starts[index] + position)
        places.append(
          Place(
            x: 0, y: 0, mass: prototype.mass, classPosition: rank,
            title: "\(TextLabel.cell(entry.label)): \(words)"))
      }
    }
    guard chosen.count >= 3 else { return nil }
    var products = ScalarProducts(of: chosen, prototypes)
    products.centre()
    let total = products.trace
    guard total > 0 else { return nil }
    let first = products.removePrincipalAxis()
    let second = products.removePrincipalAxis()
    for position in places.indices {
      (places[position].x, places[position].y) = (first.coordinates[position], second.coordinates[position])
    }
    self.places = places
    classNames = largest.prefix(Self.namedClasses).map { TextLabel.cell(inspection.classes[$0].label) }
    explainedShare = min(1, max(0, (first.variance + second.variance) / total))
  }

  var svg: String {
    func range(_ values: [Double]) -> ClosedRange<Double> {
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      let margin = max((high - low) * 0.06, 1e-9)
      return low - margin...high + margin
    }
    var plot = SVGPlot(
      width: 900, height: 560, xRange: range(places.map(\.x)), yRange: range(places.map(\.y)))
    plot.addAxes(xTicks: [], xName: "", yTicks: [], yName: "")
    let largestMass = max(places.map(\.mass).max() ?? 1, 1e-9)
    var named: Set<Int> = []
    for place in places {
      plot.addPoint(
        (x: place.x, y: place.y), radius: 3 + 15 * (place.mass / largestMass).squareRoot(),
        title: place.title,
        fill: Self.colour(place.classPosition))
    }
    for place in places.sorted(by: { $0.mass > $1.mass }) {
      guard place.classPosition < classNames.count, named.insert(place.classPosition).inserted else {
        continue
      }
      plot.addLabel(
        classNames[place.classPosition], at: (x: place.x, y: place.y),
        offset: 5 + 15 * (place.mass / largestMass).squareRoot())
    }
    return plot.svg("Map of the prototypes")
  }

  /// A colour for each class. The golden angle keeps neighbouring numbers far apart.
  private static func colour(_ position: Int) -> String {
    let turn = (Double(position) * 137.508).truncatingRemainder(dividingBy: 360)
    return "hsl(\(Readable.fixed(turn, 0)) 55% 55%)"
  }
}

/// The scalar products of all pairs of some prototypes.
private struct ScalarProducts {
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

  /// Moves the origin to the mean of the vectors.
  mutating func centre() {
    let means = (0..<count).map { row in values[row * count..<(row + 1) * count].reduce(0, +) / Double(count)
    }
    let mean = means.reduce(0, +) / Double(count)
    for row in 0..<count {
      for column in 0..<count { values[row * count + column] += mean - means[row] - means[column] }
    }
  }

  /// The sum of the squared lengths.
  var trace: Double { (0..<count).reduce(0) { $0 + values[$1 * count + $1] } }

  /// Removes the direction in which the vectors differ most.
  ///
  /// - Returns: each vector's coordinate along the direction, and the direction's part of the ``trace``.
  mutating func removePrincipalAxis() -> (coordinates: [Double], variance: Double) {
    // Power iteration. Any start that is not orthogonal to the axis works, and a picture needs no exact result.
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

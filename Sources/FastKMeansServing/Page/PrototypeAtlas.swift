import FastKMeansCore
import FastKMeansFormats

/// A map of a model's prototypes in two dimensions, with what each stands for and which classes are near each other.
///
/// The two axes are those in which the prototypes differ most (principal components), found by power iteration on the sparse
/// rows; no table of all pairs is made.
package struct PrototypeAtlas: Sendable {
  private struct Place: Sendable {
    var x = 0.0
    var y = 0.0
    var classIndex = 0
    var mass = 0.0
    var words: [String] = []
  }

  /// Two classes, and how many documents lie where the second is nearly as likely as the first.
  private struct Border: Sendable {
    let first: Int
    let second: Int
    let weight: Double
  }

  private let labels: [Label]
  private var places: [Place]
  private let borders: [Border]
  /// The share of the prototypes' variance that the map shows, 0...1.
  package let explainedShare: Double

  private static let wordCount = 8
  /// With more prototypes, words are asked for one by one.
  private static let mostWithWords = 3000
  /// Borders are looked for at this many of the largest prototypes.
  private static let mostAsked = 2000
  private static let keptBorders = 200

  /// - Throws: what classifying the prototypes throws.
  /// - Complexity: O(stored values).
  package init(_ contents: ModelContents) throws {
    let model = contents.model
    let prototypes = model.prototypes
    labels = model.classes
    places = (0..<prototypes.count).map {
      Place(classIndex: Int(prototypes.classIndices[$0]), mass: prototypes.masses[$0])
    }
    if prototypes.count <= Self.mostWithWords {
      let words = PrototypeWords(contents)
      for index in places.indices { places[index].words = words.top(Self.wordCount, of: index).map(\.name) }
    }
    let axes = PrincipalAxes(prototypes)
    for index in places.indices {
      (places[index].x, places[index].y) = (axes.first[index], axes.second[index])
    }
    explainedShare = axes.explainedShare
    borders = try Self.borders(model)
  }

  private static func borders(_ model: ClassifierModel<Label>) throws -> [Border] {
    guard model.classCount > 1 else { return [] }
    let prototypes = model.prototypes
    let asked = prototypes.masses.indices.sorted { (prototypes.masses[$1], $0) < (prototypes.masses[$0], $1) }
      .prefix(mostAsked)
    let answers = try model.classify(prototypes.features(of: Array(asked)), top: 2, parts: [])
    var weights: [[Int]: Double] = [:]
    let indices = Dictionary(uniqueKeysWithValues: model.classes.enumerated().map { ($1, $0) })
    for (prototype, answer) in zip(asked, answers) {
      let own = Int(prototypes.classIndices[prototype])
      let named = answer.classes.compactMap { hit in indices[hit.label].map { ($0, hit.confidence) } }
      guard let other = named.first(where: { $0.0 != own }) else { continue }
      weights[[min(own, other.0), max(own, other.0)], default: 0] +=
        prototypes.masses[prototype] * Double(other.1)
    }
    return weights.sorted { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) }
      .prefix(keptBorders).map { Border(first: $0.key[0], second: $0.key[1], weight: $0.value) }
  }

  package var json: JSON {
    // Five digits are more than a screen has points.
    func short(_ value: Double) -> JSON { .number((value * 1e5).rounded() / 1e5) }
    return .fields([
      "explained_share": .number(explainedShare),
      "classes": .array(labels.map(JSON.label)),
      "prototypes": .array(
        places.map {
          .array([
            short($0.x), short($0.y), .integer($0.classIndex), short($0.mass),
            .array($0.words.map { .string($0) }),
          ])
        }),
      "borders": .array(borders.map { [.integer($0.first), .integer($0.second), short($0.weight)] }),
    ])
  }
}

extension PrototypeSet {
  /// Some prototypes as rows to classify.
  fileprivate func features(of chosen: [Int]) throws -> Features {
    guard isSparse else {
      return .dense(
        try DenseMatrix(
          rowCount: chosen.count, columnCount: featureCount,
          values: chosen.flatMap { row($0).map { Float($0.value) } }))
    }
    var offsets = [0]
    var (columns, values): ([UInt32], [Float]) = ([], [])
    for prototype in chosen {
      for (column, value) in row(prototype) {
        columns.append(UInt32(column))
        values.append(Float(value))
      }
      offsets.append(columns.count)
    }
    return .sparse(
      try CSRMatrix(columnCount: featureCount, rowOffsets: offsets, columns: columns, values: values))
  }
}

/// The two directions in which prototypes differ most, and each prototype's place along them.
private struct PrincipalAxes {
  private(set) var first: [Double]
  private(set) var second: [Double]
  let explainedShare: Double

  private static let rounds = 40

  init(_ prototypes: PrototypeSet) {
    var columns: [Int: Int] = [:]
    var (offsets, places, values): ([Int], [Int], [Double]) = ([0], [], [])
    for prototype in 0..<prototypes.count {
      for (column, value) in prototypes.row(prototype) where value != 0 {
        places.append(columns[column] ?? columns.count)
        if columns[column] == nil { columns[column] = columns.count }
        values.append(value)
      }
      offsets.append(places.count)
    }
    let (rowCount, width) = (prototypes.count, columns.count)
    var mean = [Double](repeating: 0, count: width)
    for (place, value) in zip(places, values) { mean[place] += value / Double(rowCount) }
    let total =
      values.reduce(0) { $0 + $1 * $1 } - Double(rowCount) * mean.reduce(0) { $0 + $1 * $1 }

    /// Where the rows lie along a direction, counted from their mean.
    func coordinates(_ axis: [Double]) -> [Double] {
      let shift = zip(mean, axis).reduce(0) { $0 + $1.0 * $1.1 }
      return (0..<rowCount).map { row in
        (offsets[row]..<offsets[row + 1]).reduce(-shift) { $0 + values[$1] * axis[places[$1]] }
      }
    }

    func axis(orthogonalTo other: [Double]?) -> [Double] {
      // Any start that is not orthogonal to the axis works; a picture needs no exact result.
      var axis = (0..<width).map { Double($0 * 7919 % 1009) / 1009 - 0.5 }
      for _ in 0..<Self.rounds {
        let along = coordinates(axis)
        let sum = along.reduce(0, +)
        var next = mean.map { -$0 * sum }
        for row in 0..<rowCount {
          for index in offsets[row]..<offsets[row + 1] { next[places[index]] += values[index] * along[row] }
        }
        if let other {
          let product = zip(next, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in next.indices { next[index] -= product * other[index] }
        }
        let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 1e-12 else { return [Double](repeating: 0, count: width) }
        axis = next.map { $0 / length }
      }
      return axis
    }

    let main = axis(orthogonalTo: nil)
    first = coordinates(main)
    second = coordinates(axis(orthogonalTo: main))
    let shown = (first + second).reduce(0) { $0 + $1 * $1 }
    explainedShare = total > 0 ? min(1, max(0, shown / total)) : 0
  }
}

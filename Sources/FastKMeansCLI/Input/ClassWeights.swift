import FastKMeansCore
import FastKMeansFormats

/// `--class-weight`: how much the rows of each class count.
enum ClassWeights {
  case none
  /// Every class counts the same, and all rows together as much as before.
  case balanced
  /// By label, as a JSON object writes it; a class that is not named has 1.
  case byLabel([String: Double])

  /// - Parameter value: `none`, `balanced`, or the name of a file with a JSON object.
  /// - Throws: `FileError`; ``DataError`` for what is no object of weights.
  init(_ value: String) throws {
    switch value {
    case "none": self = .none
    case "balanced": self = .balanced
    default:
      let bytes = try SideFile.bytes(of: value)
      guard case .object(let members)? = try? JSON.parse(bytes) else {
        throw DataError("\(value): expected a JSON object of weights by label, such as {\"spam\": 2}")
      }
      var weights: [String: Double] = [:]
      for member in members {
        guard let weight = member.value.double, weight >= 0, weight.isFinite else {
          throw DataError(
            "\(value): the weight of '\(member.name)' is \(member.value.summary); a number from 0 is needed")
        }
        weights[member.name] = weight
      }
      self = .byLabel(weights)
    }
  }

  /// The weight of each row.
  ///
  /// - Parameter weights: of the rows by themselves; nil: 1 each.
  /// - Returns: nil where each row counts 1.
  /// - Throws: ``DataError`` for a class that no row has.
  func apply(to weights: [Double]?, of labels: LabelColumn) throws -> [Double]? {
    var factors: [Double]
    switch self {
    case .none: return weights
    case .byLabel(let table):
      let names = labels.labels.map(\.description)
      if let unknown = table.keys.sorted().first(where: { !Set(names).contains($0) }) {
        throw DataError(
          "--class-weight names the class '\(unknown)', which no row has\(Similar.hint(unknown, among: names))"
        )
      }
      factors = names.map { table[$0] ?? 1 }
    case .balanced:
      var sums = [Double](repeating: 0, count: labels.labels.count)
      for (row, index) in labels.indices.enumerated() where row < weights?.count ?? .max {
        sums[Int(index)] += weights?[row] ?? 1
      }
      let total = sums.reduce(0, +)
      let present = Double(sums.count { $0 > 0 })
      factors = sums.map { $0 > 0 ? total / (present * $0) : 1 }
    }
    guard let weights else { return labels.indices.map { factors[Int($0)] } }
    // A file with a wrong number of weights is refused where its weights are checked.
    return zip(weights, labels.indices).map { $0 * factors[Int($1)] } + weights.dropFirst(labels.count)
  }
}

/// Prototypes moved so that they separate classes: one row of weights for each prototype, of any length and sign, beside
/// the centres that they came from.
package struct RefinedWeights: Sendable, Equatable {
  /// The rows, class after class. A model gives them the masses of its prototypes.
  package var weights: PrototypeSet
  /// Euclidean: added to each prototype's score; nil for the cosine.
  package var biases: [Float]?
  /// Euclidean: what rows are multiplied with while weights move; 1 for the cosine.
  package var unit: Float

  package init(weights: PrototypeSet, biases: [Float]?, unit: Float) {
    self.weights = weights
    self.biases = biases
    self.unit = unit
  }

  /// - Parameters:
  ///   - vectors: of each class, one for each of its prototypes.
  ///   - biases: one for each vector, class after class.
  ///   - precision: as stored; a learner keeps single precision at least.
  package init(
    _ vectors: [[PrototypeVector]], biases: [Float]?, unit: Float, shape: FeatureShape, precision: Precision
  ) {
    let classIndices = vectors.indices.flatMap { [Int32](repeating: Int32($0), count: vectors[$0].count) }
    self.init(
      weights: PrototypeSet(
        featureCount: shape.featureCount,
        rows: PrototypeSet.Rows(
          vectors.flatMap { $0 }, isSparse: shape.isSparse,
          precision: precision == .float64 ? .float64 : .float32),
        classIndices: classIndices, masses: [Double](repeating: 0, count: classIndices.count)),
      biases: biases, unit: unit)
  }

  /// The same weights beside a model's prototypes, in the model's precision.
  func of(_ prototypes: PrototypeSet, precision: Precision) -> RefinedWeights {
    var copy = self
    copy.weights = prototypes.replacing(vectors, precision: precision)
    return copy
  }

  /// Whether the weights are the same; masses say nothing about weights.
  package static func == (one: RefinedWeights, other: RefinedWeights) -> Bool {
    one.weights.rows == other.weights.rows && one.weights.classIndices == other.weights.classIndices
      && one.biases == other.biases && one.unit == other.unit
  }

  /// All rows, class after class.
  ///
  /// - Complexity: O(stored values).
  package var vectors: [PrototypeVector] { (0..<weights.count).map(weights.vector) }
}

extension PrototypeSet {
  /// Something of each prototype, class by class.
  package func byClass<Value>(_ values: [Value], classCount: Int) -> [[Value]] {
    let starts = classStarts(classCount: classCount)
    return (0..<classCount).map { Array(values[starts[$0]..<starts[$0 + 1]]) }
  }
}

import FastKMeansCore

/// `refined.*`: the weights that score in place of the prototypes, where refinement made better ones.
enum RefinedSection {
  private enum Name {
    static let biases = "refined.bias"
    static let settings = "refined"
  }

  private static let rows = RowTensors("refined")

  static func encode(_ refined: RefinedWeights, into record: inout ContainerRecord) {
    if let codes = EightBitWeights(refined.weights) {
      rows.encode(codes, of: refined.weights, into: &record)
    } else {
      rows.encode(refined.weights, into: &record)
    }
    if let biases = refined.biases { record.add(Tensor(Name.biases, biases)) }
    record.add(Name.settings, .sorted(["unit": .number(Double(refined.unit))]))
  }

  /// - Returns: `nil` if the file has no refined weights.
  static func decode(_ file: TensorFile, of prototypes: PrototypeSet) throws -> RefinedWeights? {
    guard let fields = try JSONFields(file, key: Name.settings) else { return nil }
    let weights = PrototypeSet(
      featureCount: prototypes.featureCount,
      rows: try rows.decode(
        file, prototypeCount: prototypes.count, featureCount: prototypes.featureCount,
        precision: prototypes.precision),
      classIndices: prototypes.classIndices, masses: prototypes.masses, sumScales: prototypes.sumScales)
    let biases =
      file.has(Name.biases)
      ? try file.values(Name.biases, as: Float.self, shape: [prototypes.count]) : nil
    return RefinedWeights(weights: weights, biases: biases, unit: Float(try fields.double("unit")))
  }

  /// What is wrong with refined weights beside these prototypes; `nil` if nothing is.
  static func fault(_ refined: RefinedWeights, _ storage: ModelStorage) -> String? {
    let set = refined.weights
    do {
      _ = try PrototypeSet(
        validating: set.featureCount, rows: set.rows, classIndices: set.classIndices, masses: set.masses,
        sumScales: set.sumScales, classCount: storage.classes.count)
    } catch {
      return "refined weights: \(error)"
    }
    guard set.isSparse == storage.prototypes.isSparse, set.precision == storage.prototypes.precision else {
      return "the refined weights are not stored as the prototypes are"
    }
    guard (storage.settings.distance == .euclidean) == (refined.biases != nil) else {
      return "refined weights must have biases for the Euclidean distance, and only then"
    }
    guard refined.biases?.allSatisfy(\.isFinite) ?? true else { return "a bias is NaN or infinite" }
    guard refined.unit.isFinite, refined.unit > 0 else { return "the unit \(refined.unit) is not above 0" }
    return nil
  }
}

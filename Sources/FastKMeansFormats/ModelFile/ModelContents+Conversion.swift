import FastKMeansCore

/// What is lost when the values of prototypes and refined weights are rounded to another precision.
package struct PrecisionLoss: Sendable, Equatable {
  /// How many values were stored before, and are now.
  package internal(set) var valueCount = 0
  /// How many of them changed.
  package internal(set) var changedCount = 0
  /// The largest change of a value.
  package internal(set) var largestAbsoluteError = 0.0
  /// How many weights were left out; they count in neither of the numbers above.
  package internal(set) var removedCount = 0
  /// The largest change relative to the value itself; 1 where a value became 0.
  package internal(set) var largestRelativeError = 0.0
}

/// A model in another precision, and what that cost.
package struct ConvertedModel: Sendable {
  package let contents: ModelContents
  package let loss: PrecisionLoss
}

extension ModelContents {
  /// The same model with prototypes in another precision, which is also the one it goes on learning in.
  ///
  /// - Returns: the model and the rounding errors of its values; those to a wider precision are 0.
  /// - Throws: `ClassifierError` for labels of another type, which a ``Label`` excludes.
  /// - Complexity: O(stored values).
  package func converted(to precision: Precision) throws -> ConvertedModel {
    let storage = model.storage
    var options = storage.settings
    options.precision = precision
    var loss = PrecisionLoss()
    let converted = ModelStorage(
      options: try options.validated(), classes: storage.classes,
      prototypes: storage.prototypes.converted(to: precision, adding: &loss), batchCount: storage.batchCount,
      calibration: storage.calibration,
      refined: storage.refined.map { refined in
        RefinedWeights(
          weights: refined.weights.converted(to: precision, adding: &loss), biases: refined.biases,
          unit: refined.unit)
      },
      openSet: storage.openSet, rejection: storage.rejection, frame: storage.frame)
    var contents = self
    contents.model = try ClassifierModel<Label>(storage: converted)
    return ConvertedModel(contents: contents, loss: loss)
  }
}

extension PrototypeSet {
  fileprivate func converted(to precision: Precision, adding loss: inout PrecisionLoss) -> PrototypeSet {
    let before = values
    let after = StoredValues((0..<before.count).map { before[$0] }, precision: precision)
    loss.add(from: before, to: after)
    let converted: Rows =
      switch rows {
      case .sparse(let offsets, let columns, _): .sparse(offsets: offsets, columns: columns, values: after)
      case .dense: .dense(values: after)
      }
    return PrototypeSet(
      featureCount: featureCount, rows: converted, classIndices: classIndices, masses: masses,
      sumScales: sumScales)
  }
}

extension PrecisionLoss {
  /// The same values, changed once more: they are counted already.
  mutating func addReplacing(_ before: StoredValues, _ after: StoredValues) {
    let counted = valueCount
    add(from: before, to: after)
    valueCount = counted
    changedCount = min(changedCount, counted)
  }

  mutating func add(from before: StoredValues, to after: StoredValues) {
    valueCount += before.count
    for position in 0..<min(before.count, after.count) where before[position] != after[position] {
      let error = (before[position] - after[position]).magnitude
      changedCount += 1
      largestAbsoluteError = max(largestAbsoluteError, error)
      largestRelativeError = max(largestRelativeError, error / before[position].magnitude)
    }
  }
}

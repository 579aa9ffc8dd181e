import FastKMeans

/// What is lost when the values of prototypes are rounded to another precision.
public struct PrecisionLoss: Sendable, Equatable {
  /// How many values were stored before, and are now.
  public internal(set) var valueCount = 0
  /// How many of them changed.
  public internal(set) var changedCount = 0
  /// The largest change of a value.
  public internal(set) var largestAbsoluteError = 0.0
  /// The largest change relative to the value itself; 1 where a value became 0.
  public internal(set) var largestRelativeError = 0.0
}

/// A model in another precision, and what that cost.
public struct ConvertedModel: Sendable {
  public let contents: ModelContents
  public let loss: PrecisionLoss
}

extension ModelContents {
  /// The same model with prototypes in another precision, which is also the one it goes on learning in.
  ///
  /// - Returns: the model and the rounding errors of its values; those to a wider precision are 0.
  /// - Throws: `ClassifierError` in theory only.
  /// - Complexity: O(stored values).
  public func converted(to precision: Precision) throws -> ConvertedModel {
    let storage = model.storage
    let old = storage.prototypes
    let before = old.values
    let after = StoredValues((0..<before.count).map { before[$0] }, precision: precision)
    let rows: PrototypeSet.Rows =
      switch old.rows {
      case .sparse(let offsets, let columns, _): .sparse(offsets: offsets, columns: columns, values: after)
      case .dense: .dense(values: after)
      }
    var options = storage.settings
    options.precision = precision
    let converted = ModelStorage(
      options: try options.validated(), classes: storage.classes,
      prototypes: PrototypeSet(
        featureCount: old.featureCount, rows: rows, classIndices: old.classIndices, masses: old.masses,
        sumScales: old.sumScales),
      batchCount: storage.batchCount)
    var contents = self
    contents.model = try ClassifierModel<Label>(storage: converted)
    return ConvertedModel(contents: contents, loss: PrecisionLoss(from: before, to: after))
  }
}

extension PrecisionLoss {
  init(from before: StoredValues, to after: StoredValues) {
    valueCount = before.count
    for position in 0..<min(before.count, after.count) where before[position] != after[position] {
      let error = (before[position] - after[position]).magnitude
      changedCount += 1
      largestAbsoluteError = max(largestAbsoluteError, error)
      largestRelativeError = max(largestRelativeError, error / before[position].magnitude)
    }
  }
}

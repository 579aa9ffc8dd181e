import FastKMeansCore

/// `learner.*`: what a learner keeps between two batches, a tensor for each of its columns; with its options and labels,
/// which stand where a model has them.
package enum LearnerSection {
  private static let prefix = "learner."
  private static let version = "learner_version"

  package static func encode(_ state: LearningState, into record: inout ContainerRecord) {
    record.add(version, String(state.version))
    record.add(StoredOptions.trainingKey, StoredOptions.json(of: state.options))
    LabelSection.encode(state.labels, into: &record)
    for column in state.columns {
      let name = prefix + column.name
      switch column.values {
      case .integers(let values): record.add(Tensor(name, values))
      case .indices(let values): record.add(Tensor(name, values))
      case .singles(let values): record.add(Tensor(name, values))
      case .doubles(let values): record.add(Tensor(name, values))
      }
    }
  }

  /// - Parameter threadCount: of the learner that goes on from the state.
  /// - Throws: `ModelFileError.Problem`. What the columns hold is checked by the code that takes the state.
  package static func decode(_ file: TensorFile, threadCount: Int) throws -> LearningState {
    let columns = try file.header.entries.filter { $0.name.hasPrefix(prefix) }.map { entry in
      let values: LearningState.Values =
        switch entry.type {
        case .int64: .integers(try file.values(entry.name, as: Int64.self))
        case .uint32: .indices(try file.values(entry.name, as: UInt32.self))
        case .float32: .singles(try file.values(entry.name, as: Float.self))
        case .float64: .doubles(try file.values(entry.name, as: Double.self))
        default:
          throw ModelFileError.Problem.badTensor(
            name: entry.name, reason: "a learner has no column of dtype \(entry.type.rawValue)")
        }
      return LearningState.Column(String(entry.name.dropFirst(prefix.count)), values)
    }
    return LearningState(
      version: try file.number(version, from: 1),
      options: try StoredOptions.training(file, threadCount: threadCount).options,
      labels: try LabelSection.decode(file).labels, columns: columns)
  }
}

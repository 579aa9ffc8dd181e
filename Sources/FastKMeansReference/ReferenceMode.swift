import FastKMeansCore

extension Mode {
  /// The rules of the PyTorch implementation, to the letter: running averages over batches, and shares of a document
  /// for the prototypes of other classes too.
  public static let reference = Mode(
    "reference", trainer: ReferenceTrainer.self, givenMass: 1, isTruncatedInTraining: true, sumsShares: true)
}

/// The modes by name. Code that reads options from a text or a file finds the mode here, and nowhere else.
extension Mode {
  package static let allCases = [Mode.default, .reference]

  package init?(rawValue: String) {
    guard let mode = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = mode
  }
}

/// The table of all options: the core's and `mode`.
extension TrainingOptions: TabledOptions {
  package static let table =
    rows + [
      OptionRow(
        "mode", \.mode,
        .choice(Mode.allCases.map(\.rawValue), read: { Mode(rawValue: $0) }, name: \.rawValue),
        unit: "mode", .compatibility,
        "Behaviour: exact epochs by class, or the reference implementation's to the letter.",
        details: "The reference implementation is the PyTorch class of the same name, see docs/migrating.md.")
    ]
}

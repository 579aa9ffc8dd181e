/// A place that scores documents against prototypes: the processor's engine, or an accelerator.
///
/// Prototypes go over once; then batches of documents are answered, two at a time under way, so that one is copied
/// while the other is computed. ``DeviceScoring`` cuts calls into batches and puts the answers together.
///
/// Every device gives the processor's answers except for rounding: the plain twin is `ScoringTwin` in the test support,
/// and one set of tests runs against every device.
package protocol ScoringDevice: Sendable {
  /// For people and errors.
  var name: String { get }
  /// - Throws: ``DeviceError``, before memory is taken where the prototypes cannot fit.
  func upload(_ prototypes: ScoredPrototypes) throws -> any DeviceTable
}

/// What a device is given, once.
package struct ScoredPrototypes: Sendable {
  package var set: PrototypeSet
  package var biases: [Float]?
  package var classCount: Int
  /// Values below it in magnitude are left out.
  package var truncation: Float

  package init(set: PrototypeSet, biases: [Float]? = nil, classCount: Int, truncation: Float = 0) {
    self.set = set
    self.biases = biases
    self.classCount = classCount
    self.truncation = truncation
  }
}

/// Prototypes that lie on a device.
package protocol DeviceTable: Sendable {
  /// How many rows a batch may have, so that two fit into the device's memory.
  func batchRows(for question: DeviceQuestion, valuesPerRow: Double) throws -> Int
  /// Starts a batch. The rows stay where they are until the job has been waited for, or is gone.
  func submit(_ batch: DeviceBatch, _ question: DeviceQuestion) throws -> any DeviceJob
}

/// A batch that is under way.
package protocol DeviceJob: Sendable {
  /// - Throws: ``DeviceError``.
  func wait() throws -> DeviceAnswer
}

/// Documents of one batch: a part of a call's rows.
package struct DeviceBatch: @unchecked Sendable {
  package let rows: FeatureRows
  /// What each row is multiplied with, for all rows of `rows`; nil: 1.
  package let scales: UnsafeBufferPointer<Float>?
  /// The part of `rows` that this batch has.
  package let range: Range<Int>
}

/// What to find out about each row.
package enum DeviceQuestion: Sendable {
  /// The best prototype.
  case best
  /// The score of every prototype.
  case scores
}

/// What a device found, row after row.
package struct DeviceAnswer: Sendable {
  /// `best`: a prototype for each row, -1 for none.
  package var prototypes: [Int32] = []
  /// `scores`: all scores of each row.
  package var scores: [Float] = []

  package init() {}
}

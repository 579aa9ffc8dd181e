/// A device that training can use: rows go over once and stay, prototypes change.
package protocol TrainingDevice: Sendable {
  var name: String { get }
  /// Copies the rows over, each times its scale.
  ///
  /// - Throws: ``DeviceError/outOfMemory(device:what:neededBytes:availableBytes:)`` with the numbers, before any copy.
  func keep(_ rows: FeatureRows, scales: [Float]?) throws -> any DeviceRows
  /// Weights that refinement moves: `featureCount` rows of `stride` lanes.
  func upload(_ weights: UnsafeBufferPointer<Float>, featureCount: Int, stride: Int) throws
    -> any DeviceWeights
}

/// Rows that stay on a device.
package protocol DeviceRows: Sendable {
  /// The best of dense prototypes for each row by product plus bias.
  ///
  /// - Parameters:
  ///   - prototypes: row after row, `featureCount` values each.
  ///   - nearest, scores: a place for each row.
  func assign(
    to prototypes: [Float], biases: [Float], nearest: inout [Int32], scores: inout [Float]) throws
  /// Adds up each prototype's rows times their weights, in row order: `prototypeCount` rows of `featureCount` values.
  func sums(of nearest: [Int32], weights: [Float], prototypeCount: Int, into sums: inout [Float]) throws
}

/// A move of one prototype along one document of a batch: every weight gains `(rate * value) * factor`.
package struct DeviceMove: Sendable, Equatable {
  package var lane: Int32
  /// The document's place in the batch.
  package var position: Int32
  package var rate: Float
  package var factor: Float
}

/// A table of weights on a device.
package protocol DeviceWeights: Sendable {
  /// The products of some rows with every lane: `scores[position * stride + lane]`.
  func scores(of documents: ArraySlice<Int32>, in rows: any DeviceRows, into scores: inout [Float]) throws
  /// Moves prototypes along documents, each prototype in document order.
  func move(_ moves: [DeviceMove], along documents: ArraySlice<Int32>, in rows: any DeviceRows) throws
  func download(into weights: UnsafeMutableBufferPointer<Float>) throws
}

extension Device {
  /// The device for training; nil for the processor, and for `auto` where there is none.
  ///
  /// - Throws: ``DeviceError`` for a device that was named.
  func openedForTraining() throws -> (any TrainingDevice)? { try opened().device }
}

import CFastKMeansKernels

/// The part of refinement that a device does: every prototype's score for a batch, and the moves of the prototypes.
///
/// Losses and moves are worked out on the processor, by the same code as without a device. Sparse rows get the
/// processor's own bits: scores are the same chains of multiply-adds, and each prototype moves in document order.
///
/// Memory on the device: the rows and the weights, for as long as refinement runs.
final class RefinementOnDevice {
  private let rows: any DeviceRows
  private let weights: any DeviceWeights
  private let table: RefinementTable
  private(set) var scores: [Float] = []
  private var moves: [DeviceMove] = []

  /// Multiply-adds of a batch below which `auto` stays on the processor: some two milliseconds of one core, where a
  /// device needs some tenths for its launches and copies.
  private static let leastWork = 1 << 24

  /// - Returns: nil where the processor is to do it.
  /// - Throws: ``DeviceError`` for a device that was named.
  static func start(
    on device: Device, _ table: RefinementTable, _ rows: RefinementRows, batchSize: Int
  ) throws -> RefinementOnDevice? {
    guard device != .cpu else { return nil }
    let work = batchSize * table.laneCount * max(1, rows.typicalNonZeros)
    guard device != .automatic || work >= leastWork else { return nil }
    guard let opened = try device.openedForTraining() else { return nil }
    do {
      return try RefinementOnDevice(opened, table, rows)
    } catch let error as DeviceError where device == .automatic {
      guard case .outOfMemory = error else { throw error }
      return nil
    }
  }

  init(_ device: any TrainingDevice, _ table: RefinementTable, _ rows: RefinementRows) throws {
    self.table = table
    self.rows = try device.keep(rows.featureRows, scales: nil)
    weights = try device.upload(
      UnsafeBufferPointer(start: table.weights.pointer, count: table.featureCount * table.stride),
      featureCount: table.featureCount, stride: table.stride)
  }

  /// The scores of a batch's rows, `stride` each, not scaled.
  func score(_ batch: ArraySlice<Int32>) throws {
    try weights.scores(of: batch, in: rows, into: &scores)
  }

  /// Makes a batch's moves.
  ///
  /// - Parameter rates: what each document's values are multiplied with.
  func move(_ steps: RefinementSteps, _ batch: ArraySlice<Int32>, rates: (Int) -> Float) throws {
    moves.removeAll(keepingCapacity: true)
    for (position, document) in batch.enumerated() where steps.counts[position] > 0 {
      let rate = rates(Int(document))
      for move in UnsafeBufferPointer(start: steps.moves(of: position), count: steps.counts[position]) {
        moves.append(
          DeviceMove(lane: Int32(move.lane), position: Int32(position), rate: rate, factor: move.factor))
      }
    }
    guard !moves.isEmpty else { return }
    moves.sort { ($0.lane, $0.position) < ($1.lane, $1.position) }
    try weights.move(moves, along: batch, in: rows)
  }

  /// Brings the weights back.
  func finish() throws {
    try weights.download(
      into: UnsafeMutableBufferPointer(
        start: table.weights.pointer, count: table.featureCount * table.stride))
  }
}

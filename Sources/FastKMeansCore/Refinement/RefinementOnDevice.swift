import CFastKMeansKernels

/// The part of refinement that a device does: every prototype's score for a batch, and the moves of the prototypes.
///
/// Losses and moves are worked out on the processor, by the same code as without a device, and each prototype moves in
/// document order. The model differs by rounding: the processor adds up a sparse score in two parts, a device in one.
///
/// Memory on the device: the rows, twice where features have rates, and the weights, for as long as refinement runs.
final class RefinementOnDevice: RefinementEngine, @unchecked Sendable {
  private let deviceRows: any DeviceRows
  /// What moves are multiples of: the rows, or a copy with each value times its feature's rate.
  private let movingRows: any DeviceRows
  private let deviceWeights: any DeviceWeights
  private let table: RefinementTable
  private let weights: AlignedMemory<Float>
  private let rows: TrainingSet
  private let workers: Int
  private var scores: [Float] = []
  private var moves: [DeviceMove] = []

  /// Multiply-adds of a batch below which `auto` stays on the processor: some two milliseconds of one core, where a
  /// device needs some tenths for its launches and copies.
  private static let leastWork = 1 << 24
  /// As on the processor, so that both take the same steps.
  var largestBatch: Int {
    rows.isSparse ? ListRefinementEngine.largestBatch : RowRefinementEngine.largestBatch
  }

  /// - Returns: nil where the processor is to do it.
  /// - Throws: ``DeviceError`` for a device that was named.
  static func start(
    on device: Device, _ table: RefinementTable, _ weights: AlignedMemory<Float>, _ rows: TrainingSet,
    workers: Int
  ) throws -> RefinementOnDevice? {
    guard device != .cpu else { return nil }
    let work = RowRefinementEngine.largestBatch * table.laneCount * max(1, rows.typicalNonZeros)
    guard device != .automatic || work >= leastWork else { return nil }
    guard let opened = try device.openedForTraining() else { return nil }
    do {
      return try RefinementOnDevice(opened, table, weights, rows, workers: workers)
    } catch let error as DeviceError where device == .automatic {
      guard case .outOfMemory = error else { throw error }
      return nil
    }
  }

  private init(
    _ device: any TrainingDevice, _ table: RefinementTable, _ weights: AlignedMemory<Float>,
    _ rows: TrainingSet, workers: Int
  ) throws {
    self.table = table
    self.weights = weights
    self.rows = rows
    self.workers = workers
    deviceRows = try device.keep(rows.rows, scales: nil)
    movingRows = try rows.withMovingRows { try device.keep($0, scales: nil) } ?? deviceRows
    deviceWeights = try device.upload(
      UnsafeBufferPointer(start: weights.pointer, count: weights.count),
      featureCount: table.featureCount, stride: table.stride)
  }

  func findRivals(
    of batch: ArraySlice<Int32>, _ questions: RefinementQuestions, into steps: RefinementSteps
  ) throws {
    try deviceWeights.scores(of: batch, in: deviceRows, into: &scores)
    scores.withUnsafeMutableBufferPointer { scores in
      guard let scores = scores.baseAddress else { return }
      nonisolated(unsafe) let all = scores
      Parallel.forEachChunk(count: batch.count, chunk: 16, workers: workers) { _, range in
        for position in range {
          let document = Int(batch[batch.startIndex + position])
          let own = all + position * table.stride
          table.addBiases(of: document, in: rows, to: own)
          steps.find(position, among: own, questions.question(about: document))
        }
      }
    }
  }

  func move(_ steps: RefinementSteps, along batch: ArraySlice<Int32>, rates: [Float]) throws {
    moves.removeAll(keepingCapacity: true)
    for position in 0..<batch.count where steps.counts[position] > 0 {
      for move in UnsafeBufferPointer(start: steps.moves(of: position), count: steps.counts[position]) {
        moves.append(
          DeviceMove(
            lane: Int32(move.lane), position: Int32(position), rate: rates[position],
            factor: move.factor))
      }
    }
    guard !moves.isEmpty else { return }
    moves.sort { ($0.lane, $0.position) < ($1.lane, $1.position) }
    try deviceWeights.move(moves, along: batch, in: movingRows)
  }

  /// Brings the weights back.
  func finish() throws {
    try deviceWeights.download(into: UnsafeMutableBufferPointer(start: weights.pointer, count: weights.count))
  }
}

import CFastKMeansAccelerator
import Synchronization

extension TorchDevice: TrainingDevice {
  package func keep(_ rows: FeatureRows, scales: [Float]?) throws -> any DeviceRows {
    let kept = try withOptionalPointer(scales) { scales in
      try rows.withAcceleratorView(0..<rows.rowCount, scales) { view in
        var kept: OpaquePointer?
        try call { plugin.functions.keep_rows(handle, &view, &kept, &$0) }
        return kept
      }
    }
    guard let kept else { throw DeviceError.failed(device: name, reason: "it kept no rows") }
    return TorchRows(device: self, handle: kept, rowCount: rows.rowCount, featureCount: rows.columnCount)
  }

  package func upload(
    _ weights: UnsafeBufferPointer<Float>, featureCount: Int, stride: Int
  ) throws -> any DeviceWeights {
    var made: OpaquePointer?
    try call {
      plugin.functions.table_upload(
        handle, weights.baseAddress, Int64(featureCount), Int64(stride), &made, &$0)
    }
    guard let made else { throw DeviceError.failed(device: name, reason: "it kept no weights") }
    return TorchWeights(device: self, handle: made, featureCount: featureCount, stride: stride)
  }

  /// One call of the plug-in; a status that is not fine is thrown.
  func call(_ body: (inout fka_error) -> fka_status) throws {
    var error = fka_error()
    let status = lock.withLock { _ in body(&error) }
    try plugin.check(status, error, device: name)
  }

  private func withOptionalPointer<Result>(
    _ values: [Float]?, _ body: (UnsafePointer<Float>?) throws -> Result
  ) rethrows -> Result {
    guard let values else { return try body(nil) }
    return try values.withUnsafeBufferPointer { try body($0.baseAddress) }
  }
}

/// Rows on one of LibTorch's devices.
final class TorchRows: DeviceRows, @unchecked Sendable {
  private let device: TorchDevice
  let handle: OpaquePointer
  private let rowCount: Int
  private let featureCount: Int

  init(device: TorchDevice, handle: OpaquePointer, rowCount: Int, featureCount: Int) {
    self.device = device
    self.handle = handle
    self.rowCount = rowCount
    self.featureCount = featureCount
  }

  deinit { device.lock.withLock { _ in device.plugin.functions.release_rows(handle) } }

  func assign(
    to prototypes: [Float], biases: [Float], nearest: inout [Int32], scores: inout [Float]
  ) throws {
    let count = featureCount > 0 ? prototypes.count / featureCount : 0
    guard biases.count >= count, nearest.count >= rowCount, scores.count >= rowCount else {
      throw InputError.lengthMismatch(what: "places for the rows", expected: rowCount, found: nearest.count)
    }
    try device.call {
      device.plugin.functions.assign(handle, prototypes, biases, Int64(count), &nearest, &scores, &$0)
    }
  }

  func sums(of nearest: [Int32], weights: [Float], prototypeCount: Int, into sums: inout [Float]) throws {
    guard nearest.count == rowCount, weights.count == rowCount, sums.count >= prototypeCount * featureCount
    else {
      throw InputError.lengthMismatch(what: "assigned rows", expected: rowCount, found: nearest.count)
    }
    try nearest.withUnsafeBufferPointer { nearest in
      try weights.withUnsafeBufferPointer { weights in
        var assignment = fka_assignment(
          prototypes: nearest.baseAddress, weights: weights.baseAddress,
          prototype_count: Int64(prototypeCount))
        try device.call { device.plugin.functions.sum(handle, &assignment, &sums, &$0) }
      }
    }
  }
}

/// Weights on one of LibTorch's devices.
final class TorchWeights: DeviceWeights, @unchecked Sendable {
  private let device: TorchDevice
  private let handle: OpaquePointer
  private let featureCount: Int
  private let stride: Int

  init(device: TorchDevice, handle: OpaquePointer, featureCount: Int, stride: Int) {
    self.device = device
    self.handle = handle
    self.featureCount = featureCount
    self.stride = stride
  }

  deinit { device.lock.withLock { _ in device.plugin.functions.release(handle) } }

  func scores(of documents: ArraySlice<Int32>, in rows: any DeviceRows, into scores: inout [Float]) throws {
    let rows = try own(rows)
    if scores.count < documents.count * stride {
      scores = [Float](repeating: 0, count: documents.count * stride)
    }
    try documents.withUnsafeBufferPointer { documents in
      try device.call {
        device.plugin.functions.table_scores(
          handle, rows.handle, documents.baseAddress, Int64(documents.count), &scores, &$0)
      }
    }
  }

  func move(_ moves: [DeviceMove], along documents: ArraySlice<Int32>, in rows: any DeviceRows) throws {
    let rows = try own(rows)
    let table = moves.map {
      fka_move(prototype: $0.lane, document: $0.position, rate: $0.rate, factor: $0.factor)
    }
    try documents.withUnsafeBufferPointer { documents in
      try device.call {
        device.plugin.functions.table_move(
          handle, rows.handle, documents.baseAddress, Int64(documents.count), table, Int64(table.count), &$0)
      }
    }
  }

  func download(into weights: UnsafeMutableBufferPointer<Float>) throws {
    guard weights.count >= featureCount * stride else {
      throw InputError.lengthMismatch(what: "weights", expected: featureCount * stride, found: weights.count)
    }
    try device.call { device.plugin.functions.table_download(handle, weights.baseAddress, &$0) }
  }

  private func own(_ rows: any DeviceRows) throws -> TorchRows {
    guard let own = rows as? TorchRows else {
      throw DeviceError.failed(device: device.name, reason: "the rows lie on another device")
    }
    return own
  }
}

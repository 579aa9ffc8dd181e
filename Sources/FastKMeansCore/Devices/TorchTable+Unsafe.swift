import CFastKMeansAccelerator
import Synchronization

/// Prototypes on one of LibTorch's devices.
final class TorchTable: DeviceTable, @unchecked Sendable {
  private let device: TorchDevice
  private let handle: OpaquePointer

  init(device: TorchDevice, handle: OpaquePointer) {
    self.device = device
    self.handle = handle
  }

  deinit { device.lock.withLock { _ in device.plugin.functions.release(handle) } }

  func batchRows(for question: DeviceQuestion, valuesPerRow: Double) throws -> Int {
    device.lock.withLock { _ in
      Int(device.plugin.functions.batch_rows(handle, question.code, valuesPerRow))
    }
  }

  func submit(_ batch: DeviceBatch, _ question: DeviceQuestion) throws -> any DeviceJob {
    let job = try batch.rows.withAcceleratorView(batch.range, batch.scales?.baseAddress) { view in
      var job: OpaquePointer?
      var error = fka_error()
      try device.lock.withLock { _ in
        try device.plugin.check(
          device.plugin.functions.submit(handle, &view, question.code, &job, &error), error,
          device: device.name)
      }
      return job
    }
    guard let job else { throw DeviceError.failed(device: device.name, reason: "it started no batch") }
    return TorchJob(table: self, device: device, handle: job)
  }
}

extension DeviceQuestion {
  fileprivate var code: Int32 {
    switch self {
    case .best: Int32(FKA_BEST.rawValue)
    case .scores: Int32(FKA_SCORES.rawValue)
    }
  }
}

/// A batch under way in the plug-in.
private final class TorchJob: DeviceJob, @unchecked Sendable {
  /// The prototypes that it reads stay for as long as it does.
  private let table: TorchTable
  private let device: TorchDevice
  private let handle: OpaquePointer

  init(table: TorchTable, device: TorchDevice, handle: OpaquePointer) {
    self.table = table
    self.device = device
    self.handle = handle
  }

  deinit { device.lock.withLock { _ in device.plugin.functions.drop(handle) } }

  func wait() throws -> DeviceAnswer {
    var found = fka_answer()
    var error = fka_error()
    try device.lock.withLock { _ in
      try device.plugin.check(
        device.plugin.functions.wait(handle, &found, &error), error, device: device.name)
    }
    let rows = Int(found.row_count)
    var answer = DeviceAnswer()
    if let prototypes = found.prototypes {
      answer.prototypes = Array(UnsafeBufferPointer(start: prototypes, count: rows))
    } else if let scores = found.scores {
      answer.scores = Array(UnsafeBufferPointer(start: scores, count: rows * Int(found.width)))
    }
    return answer
  }
}

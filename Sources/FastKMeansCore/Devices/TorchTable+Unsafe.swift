import CFastKMeansAccelerator
import Synchronization

/// Prototypes on one of LibTorch's devices.
final class TorchTable: DeviceTable, @unchecked Sendable {
  private let device: TorchDevice
  private let handle: OpaquePointer
  private let prototypeCount: Int

  init(device: TorchDevice, handle: OpaquePointer, prototypeCount: Int) {
    self.device = device
    self.handle = handle
    self.prototypeCount = prototypeCount
  }

  deinit { device.lock.withLock { _ in device.plugin.functions.release(handle) } }

  func batchRows(for question: DeviceQuestion, valuesPerRow: Double) throws -> Int {
    var request = request(question)
    return device.lock.withLock { _ in
      Int(device.plugin.functions.batch_rows(handle, &request, valuesPerRow))
    }
  }

  func submit(_ batch: DeviceBatch, _ question: DeviceQuestion) throws -> any DeviceJob {
    var request = request(question)
    var classes: [Int32] = []
    if case .ownAndOther(let own) = question { classes = own }
    let job = try classes.withUnsafeBufferPointer { classes in
      request.classes = classes.baseAddress
      return try batch.rows.withAcceleratorView(batch.range, batch.scales?.baseAddress) { view in
        var job: OpaquePointer?
        var error = fka_error()
        try device.lock.withLock { _ in
          try device.plugin.check(
            device.plugin.functions.submit(handle, &view, &request, &job, &error), error, device: device.name)
        }
        return job
      }
    }
    guard let job else { throw DeviceError.failed(device: device.name, reason: "it started no batch") }
    return TorchJob(table: self, device: device, handle: job, question: question)
  }

  private func request(_ question: DeviceQuestion) -> fka_request {
    var request = fka_request()
    let kind: fka_question
    switch question {
    case .topPrototypes(let count): (kind, request.limit) = (FKA_TOP_PROTOTYPES, Int64(count))
    case .topClasses(let count): (kind, request.limit) = (FKA_TOP_CLASSES, Int64(count))
    case .ownAndOther: kind = FKA_OWN_AND_OTHER
    case .above(let threshold): (kind, request.threshold) = (FKA_ABOVE, threshold)
    case .scores: kind = FKA_SCORES
    }
    request.question = Int32(kind.rawValue)
    return request
  }
}

/// A batch under way in the plug-in.
private final class TorchJob: DeviceJob, @unchecked Sendable {
  /// The prototypes that it reads stay for as long as it does.
  private let table: TorchTable
  private let device: TorchDevice
  private let handle: OpaquePointer
  private let question: DeviceQuestion

  init(table: TorchTable, device: TorchDevice, handle: OpaquePointer, question: DeviceQuestion) {
    self.table = table
    self.device = device
    self.handle = handle
    self.question = question
  }

  deinit { device.lock.withLock { _ in device.plugin.functions.drop(handle) } }

  func wait() throws -> DeviceAnswer {
    var found = fka_answer()
    var error = fka_error()
    try device.lock.withLock { _ in
      try device.plugin.check(
        device.plugin.functions.wait(handle, &found, &error), error, device: device.name)
    }
    return answer(from: found)
  }

  private func answer(from found: fka_answer) -> DeviceAnswer {
    let rows = Int(found.row_count)
    let width = Int(found.width)
    var answer = DeviceAnswer()
    switch question {
    case .scores:
      answer.scores = Array(UnsafeBufferPointer(start: found.scores, count: rows * width))
    case .above:
      answer.offsets = UnsafeBufferPointer(start: found.offsets, count: rows + 1).map { Int($0) }
      answer.hits = hits(found.prototypes, found.scores, count: answer.offsets.last ?? 0)
    case .ownAndOther:
      answer.hits = hits(found.prototypes, found.scores, count: rows)
      answer.others = hits(found.other_prototypes, found.other_scores, count: rows)
    case .topPrototypes(let count), .topClasses(let count):
      let given = hits(found.prototypes, found.scores, count: rows * width)
      guard width < count else {
        answer.hits = given
        break
      }
      // Fewer prototypes than were asked for.
      answer.hits = [PrototypeHit](repeating: .none, count: rows * count)
      for row in 0..<rows {
        for place in 0..<width { answer.hits[row * count + place] = given[row * width + place] }
      }
    }
    return answer
  }

  private func hits(
    _ prototypes: UnsafePointer<Int32>?, _ scores: UnsafePointer<Float>?, count: Int
  ) -> [PrototypeHit] {
    guard let prototypes, let scores else { return [] }
    return (0..<count).map {
      prototypes[$0] < 0 ? .none : PrototypeHit(prototype: prototypes[$0], score: scores[$0])
    }
  }
}

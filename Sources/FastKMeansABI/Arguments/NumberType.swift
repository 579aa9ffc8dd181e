import CFastKMeans
import FastKMeansCore

/// The types of numbers that arrays may have.
enum NumberType {
  case int32, int64, float32, float64, float16

  init(_ constant: Int32, _ name: String, among allowed: [NumberType]) throws {
    let found: NumberType? =
      switch Int(constant) {
      case FKM_INT32: .int32
      case FKM_INT64: .int64
      case FKM_FLOAT32: .float32
      case FKM_FLOAT64: .float64
      case FKM_FLOAT16: .float16
      default: nil
      }
    guard let found, allowed.contains(found) else {
      throw CallError.constant(
        name, constant, allowed: allowed.map(\.constantName).joined(separator: ", "))
    }
    self = found
  }

  static let integers: [NumberType] = [.int32, .int64]
  static let floats: [NumberType] = [.float32, .float64, .float16]
  static let outputs: [NumberType] = [.float32, .float64]

  var byteCount: Int {
    switch self {
    case .float16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  private var constantName: String {
    switch self {
    case .int32: "FKM_INT32"
    case .int64: "FKM_INT64"
    case .float32: "FKM_FLOAT32"
    case .float64: "FKM_FLOAT64"
    case .float16: "FKM_FLOAT16"
    }
  }
}

/// An array at an address that stays: the caller's own, or one that lives as long as this object. A size that the system
/// refuses is an error, not the end of the process.
final class FixedArray<Element: BitwiseCopyable> {
  let buffer: UnsafeBufferPointer<Element>
  private let memory: UnsafeMutableRawPointer?

  init(_ buffer: UnsafeBufferPointer<Element>) {
    self.buffer = buffer
    memory = nil
  }

  /// - Parameters:
  ///   - what: for the error.
  ///   - fill: sets all elements.
  /// - Throws: `InputError.tooLarge`.
  init(count: Int, for what: String, _ fill: (UnsafeMutableBufferPointer<Element>) -> Void) throws {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, bytes >= 0, let memory = requestMemory(byteCount: bytes) else {
      throw InputError.tooLarge(what: what, neededBytes: overflow ? .max : bytes, allowedBytes: .max)
    }
    let target = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: count), count: count)
    fill(target)
    self.memory = memory
    buffer = UnsafeBufferPointer(target)
  }

  deinit { releaseMemory(memory) }
}

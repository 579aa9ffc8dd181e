import BenchmarkSupport

/// One kernel on one shape: what it has to do, and how to do it once.
struct Kernel {
  let name: String
  let shape: String
  /// Additions and multiplications of one call; a fused multiply-add counts two. 0: it only compares or moves.
  let operations: Int
  /// Bytes that one call reads of what lies outside of registers, mostly tables and rows.
  let bytes: Int
  /// Where these bytes lie after the first call.
  let place: Place
  /// Whose peak the operations are measured by.
  let arithmetic: Arithmetic
  let call: () -> Void

  enum Place: String {
    case firstLevel = "L1"
    case secondLevel = "L2"
    case thirdLevel = "L3"

    /// By size, as most processors of the last ten years have it.
    init(bytes: Int) {
      self = bytes <= 32 << 10 ? .firstLevel : bytes <= 768 << 10 ? .secondLevel : .thirdLevel
    }
  }

  enum Arithmetic: String {
    /// Fused multiply-adds in single precision.
    case single
    /// 16-bit multiplications with rounding, and additions.
    case codes
  }

  init(
    _ name: String, _ shape: String, operations: Int, bytes: Int, workingSet: Int? = nil,
    arithmetic: Arithmetic = .single, call: @escaping () -> Void
  ) {
    self.name = name
    self.shape = shape
    self.operations = operations
    self.bytes = bytes
    place = Place(bytes: workingSet ?? bytes)
    self.arithmetic = arithmetic
    self.call = call
  }

  /// One line of JSON.
  func measured(level: String) -> String {
    let seconds = SteadyRate(call).seconds
    return
      #"{"kernel": "\#(name)", "shape": "\#(shape)", "level": "\#(level)", "arithmetic": "\#(arithmetic.rawValue)", "#
      + #""place": "\#(place.rawValue)", "seconds": \#(seconds), "#
      + #""gflops": \#(Double(operations) / seconds / 1e9), "gbytes": \#(Double(bytes) / seconds / 1e9)}"#
  }
}

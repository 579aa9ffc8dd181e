/// Where to compute: `device` in Python, `--device` on the command line.
///
/// Everything but the processor goes through a plug-in over LibTorch, which is loaded when such a device is first
/// used; `docs/gpu.md` says how to build it. A device answers and refines; what runs where, and why, is written there.
public enum Device: Sendable, Equatable, Hashable {
  /// The engine of this package, on the processor.
  case cpu
  /// An NVIDIA GPU, by its number.
  case cuda(Int)
  /// An Apple GPU, as far as LibTorch supports it.
  case mps
  /// LibTorch on the processor: slow, for tests of the plug-in.
  case torchCPU
  /// The first GPU if there is one and it is faster for the work at hand, else the processor.
  case automatic

  /// - Throws: ``OptionsError`` for an unknown name.
  package init(name: String) throws(OptionsError) {
    switch name {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    case "mps": self = .mps
    case "torch:cpu": self = .torchCPU
    case "auto": self = .automatic
    default:
      guard name.hasPrefix("cuda:"), let index = Self.index(name.dropFirst(5)) else {
        throw OptionsError(parameter: "device", value: name, allowed: Self.allowed)
      }
      self = .cuda(index)
    }
  }

  package static let allowed = "cpu, cuda, cuda:1 (any number), mps, torch:cpu, auto"

  private static func index(_ digits: Substring) -> Int? {
    guard let index = Int(digits), (0..<128).contains(index), digits.allSatisfy(\.isNumber) else {
      return nil
    }
    return index
  }

  /// The name that ``init(name:)`` takes.
  package var name: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): index == 0 ? "cuda" : "cuda:\(index)"
    case .mps: "mps"
    case .torchCPU: "torch:cpu"
    case .automatic: "auto"
    }
  }

  /// What LibTorch calls it; nil for what it does not compute.
  var torchName: String? {
    switch self {
    case .cpu, .automatic: nil
    case .cuda(let index): "cuda:\(index)"
    case .mps: "mps"
    case .torchCPU: "cpu"
    }
  }
}

extension Device: CustomStringConvertible {
  /// The name that Python and the command line use.
  public var description: String { name }
}

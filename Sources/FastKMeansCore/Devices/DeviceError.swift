/// Why a device other than the processor cannot be used.
///
/// Every case says what to do about it; ``Device/cpu`` always works.
public enum DeviceError: Error, Equatable, Sendable {
  /// No plug-in was found at any of these places.
  case pluginMissing(lookedAt: [String])
  /// A plug-in is there, and the system cannot load it: most often PyTorch was moved or upgraded.
  case pluginUnloadable(path: String, reason: String)
  /// The plug-in was built from another version of this package.
  case pluginVersion(path: String, expected: Int, found: Int)
  /// The plug-in was built for another PyTorch than the one that is installed.
  case pluginStale(path: String, reason: String)
  /// There is no such device on this machine, no driver for it, or PyTorch was built without it.
  case unavailable(device: String, reason: String)
  /// There are fewer devices of that kind.
  case badIndex(device: String, reason: String)
  /// The device's memory does not suffice, and smaller batches were tried or cannot help.
  case outOfMemory(device: String, what: String, neededBytes: Int, availableBytes: Int)
  /// A document has a value that the model's 16-bit precision cannot hold.
  case overflow(device: String, row: Int, reason: String)
  /// The device cannot do this.
  case unsupported(device: String, reason: String)
  /// Anything else that LibTorch or the driver reports.
  case failed(device: String, reason: String)
}

extension DeviceError: CustomStringConvertible {
  /// One line: what is wrong and how to fix it.
  public var description: String {
    switch self {
    case .pluginMissing(let places):
      "no LibTorch plug-in found (looked at \(places.joined(separator: ", "))); build it with 'make torch' or "
        + "Accelerators/Torch/build.sh, or use device cpu"
    case .pluginUnloadable(let path, let reason):
      "\(path) cannot be loaded (\(reason)); build it again with 'make torch'"
    case .pluginVersion(let path, let expected, let found):
      "\(path) speaks version \(found) of the plug-in interface, this program version \(expected); build it again "
        + "with 'make torch'"
    case .pluginStale(let path, let reason):
      "\(path) does not fit: \(reason); build it again with 'make torch'"
    case .unavailable(let device, let reason):
      "device \(device) cannot be used: \(reason); use device cpu, or install a PyTorch and a driver with that device"
    case .badIndex(let device, let reason):
      "device \(device) does not exist: \(reason)"
    case .outOfMemory(let device, let what, let needed, let available):
      needed > 0
        ? "device \(device): \(what) needs \(needed) bytes, \(available) are free; use a smaller model, dtype float16 "
          + "or bfloat16, or device cpu"
        : "device \(device) ran out of memory even with batches of half the size (\(what)); use device cpu"
    case .overflow(let device, let row, let reason):
      "device \(device), row \(row): \(reason); use dtype bfloat16 or float32, or scale the data down"
    case .unsupported(let device, let reason):
      "device \(device) cannot do this: \(reason)"
    case .failed(let device, let reason):
      "device \(device) failed: \(reason)"
    }
  }
}

/// Something that went differently than asked, on a device.
package enum DeviceWarning: Sendable, Equatable, CustomStringConvertible {
  /// The device ran out of memory; batches were halved, once, to this many rows.
  case halvedBatches(device: String, rows: Int)
  /// The prototypes do not fit at once; they are copied over in blocks with every batch.
  case fellBack(device: String, reason: String)

  package var description: String {
    switch self {
    case .halvedBatches(let device, let rows):
      "device \(device) ran out of memory; batches were halved to \(rows) rows"
    case .fellBack(let device, let reason):
      "device \(device) was not used: \(reason)"
    }
  }
}

import CFastKMeansAccelerator
import Synchronization

/// The plug-in over LibTorch: where it is looked for, and its table of functions.
///
/// Loaded once, when a device is first asked for, and kept for the life of the process.
struct TorchPlugin: @unchecked Sendable {
  let functions: fka_plugin
  let path: String

  static let fileName = "libfastkmeans-torch.so"
  private static let loaded = Mutex<[String: TorchPlugin]>([:])

  /// - Throws: ``DeviceError``.
  static func load() throws -> TorchPlugin {
    let places = candidates()
    for path in places {
      if let plugin = loaded.withLock({ $0[path] }) { return plugin }
      guard let plugin = try load(path) else { continue }
      loaded.withLock { $0[path] = plugin }
      return plugin
    }
    throw DeviceError.pluginMissing(lookedAt: places)
  }

  /// The place that the user names is the only one then; else beside the program, in its `lib`, in the user's cache.
  static func candidates() -> [String] {
    if let path = environment("FASTKMEANS_TORCH_PLUGIN"), !path.isEmpty { return [path] }
    var places: [String] = []
    if let folder = ownFolder() { places += ["\(folder)/\(fileName)", "\(folder)/../lib/\(fileName)"] }
    if let cache = environment("XDG_CACHE_HOME"), !cache.isEmpty {
      places.append("\(cache)/fastkmeans/\(fileName)")
    } else if let home = environment("HOME"), !home.isEmpty {
      places.append("\(home)/.cache/fastkmeans/\(fileName)")
    }
    return places
  }

  /// nil: there is no such file.
  private static func load(_ path: String) throws -> TorchPlugin? {
    var table: UnsafePointer<fka_plugin>?
    var message = [CChar](repeating: 0, count: 512)
    let result = fka_load(path, &table, &message, message.count)
    if result == FKA_MISSING { return nil }
    guard result == FKA_LOADED, let table else {
      throw DeviceError.pluginUnloadable(path: path, reason: text(message))
    }
    guard table.pointee.abi == FKA_ABI, table.pointee.byte_count == MemoryLayout<fka_plugin>.size else {
      throw DeviceError.pluginVersion(path: path, expected: Int(FKA_ABI), found: Int(table.pointee.abi))
    }
    return TorchPlugin(functions: table.pointee, path: path)
  }

  private static func environment(_ name: String) -> String? {
    fka_environment(name).map { String(cString: $0) }
  }

  private static func ownFolder() -> String? {
    var folder = [CChar](repeating: 0, count: 4096)
    return fka_own_folder(&folder, folder.count) == 1 ? text(folder) : nil
  }

  static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension TorchPlugin {
  /// Turns a status into an error.
  func check(_ status: fka_status, _ error: fka_error, device: String) throws {
    guard status != FKA_OK else { return }
    let reason = withUnsafeBytes(of: error.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch status {
    case FKA_NO_DEVICE: throw DeviceError.unavailable(device: device, reason: reason)
    case FKA_BAD_INDEX: throw DeviceError.badIndex(device: device, reason: reason)
    case FKA_OUT_OF_MEMORY:
      throw DeviceError.outOfMemory(
        device: device, what: reason, neededBytes: Int(error.needed_bytes),
        availableBytes: Int(error.available_bytes))
    case FKA_OVERFLOW: throw DeviceError.overflow(device: device, row: Int(error.row), reason: reason)
    case FKA_STALE: throw DeviceError.pluginStale(path: path, reason: reason)
    case FKA_UNSUPPORTED: throw DeviceError.unsupported(device: device, reason: reason)
    default: throw DeviceError.failed(device: device, reason: reason)
    }
  }
}

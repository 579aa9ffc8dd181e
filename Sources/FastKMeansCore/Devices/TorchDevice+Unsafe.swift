import CFastKMeansAccelerator
import Synchronization

/// One of LibTorch's devices, through the plug-in.
///
/// `@unchecked Sendable`: the handle is used under `lock` only; the plug-in allows one call on a device at a time.
package final class TorchDevice: ScoringDevice, @unchecked Sendable {
  let plugin: TorchPlugin
  let handle: OpaquePointer
  let lock = Mutex<Void>(())
  package let name: String
  /// What the plug-in says of it.
  package let summary: DeviceSummary

  private static let opened = Mutex<[Device: TorchDevice]>([:])

  /// The device, opened once for the process.
  ///
  /// - Throws: ``DeviceError``.
  package static func open(_ device: Device) throws -> TorchDevice {
    try opened.withLock { opened in
      if let known = opened[device] { return known }
      let made = try TorchDevice(device)
      opened[device] = made
      return made
    }
  }

  private init(_ device: Device) throws {
    guard let torchName = device.torchName else {
      throw OptionsError(parameter: "device", value: device.name, allowed: Device.allowed)
    }
    plugin = try TorchPlugin.load()
    name = device.name
    var opened: OpaquePointer?
    var error = fka_error()
    try plugin.check(plugin.functions.open(torchName, &opened, &error), error, device: name)
    guard let opened else { throw DeviceError.failed(device: name, reason: "it gave no handle") }
    handle = opened
    var info = fka_info()
    try plugin.check(plugin.functions.info(opened, &info, &error), error, device: name)
    summary = DeviceSummary(info)
  }

  package func upload(_ prototypes: ScoredPrototypes) throws -> any DeviceTable {
    let made = try withPrototypeRows(prototypes) { rows in
      var made: OpaquePointer?
      var error = fka_error()
      var rows = rows
      try lock.withLock { _ in
        try plugin.check(plugin.functions.upload(handle, &rows, &made, &error), error, device: name)
      }
      return made
    }
    guard let made else { throw DeviceError.failed(device: name, reason: "it kept no prototypes") }
    return TorchTable(device: self, handle: made)
  }

  /// The prototypes as the plug-in takes them, without what scoring leaves out.
  private func withPrototypeRows<Result>(
    _ prototypes: ScoredPrototypes, _ body: (fka_prototype_rows) throws -> Result
  ) throws -> Result {
    let set = prototypes.set
    var offsets: [Int64] = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    let kept = PrototypeRows(set, truncation: prototypes.truncation)
    if set.isSparse {
      for prototype in 0..<set.count {
        kept.forEach(of: prototype) { column, value in
          columns.append(UInt32(column))
          values.append(value)
        }
        offsets.append(Int64(columns.count))
      }
    } else {
      values = [Float](repeating: 0, count: set.count * set.featureCount)
      kept.forEach { values[$0 * set.featureCount + $1] = $2 }
    }
    var rows = fka_prototype_rows()
    rows.count = Int64(set.count)
    rows.feature_count = Int64(set.featureCount)
    rows.precision = set.precision.acceleratorPrecision
    return try offsets.withUnsafeBufferPointer { offsets in
      try columns.withUnsafeBufferPointer { columns in
        try values.withUnsafeBufferPointer { values in
          rows.offsets = set.isSparse ? offsets.baseAddress : nil
          rows.columns = columns.baseAddress
          rows.values = values.baseAddress
          guard let biases = prototypes.biases else { return try body(rows) }
          return try biases.withUnsafeBufferPointer {
            rows.biases = $0.baseAddress
            return try body(rows)
          }
        }
      }
    }
  }
}

/// What a plug-in says of a device.
package struct DeviceSummary: Sendable {
  package let name: String
  package let library: String
  /// How sparse rows are multiplied.
  package let sparsePath: String
  package let totalBytes: Int
  package let freeBytes: Int

  init(_ info: fka_info) {
    var info = info
    name = withUnsafeBytes(of: &info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    library = withUnsafeBytes(of: &info.library) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    sparsePath = withUnsafeBytes(of: &info.sparse_path) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    totalBytes = Int(info.total_bytes)
    freeBytes = Int(info.free_bytes)
  }
}

extension Precision {
  /// Double precision is scored in single, as on the processor.
  var acceleratorPrecision: Int32 {
    switch self {
    case .float16: Int32(FKA_FLOAT16.rawValue)
    case .bfloat16: Int32(FKA_BFLOAT16.rawValue)
    case .float32, .float64: Int32(FKA_FLOAT32.rawValue)
    }
  }
}

extension FeatureRows {
  /// Calls `body` with a part of the rows as the plug-in takes them: single precision, without gaps.
  func withAcceleratorView<Result>(
    _ range: Range<Int>, _ scales: UnsafePointer<Float>?, _ body: (inout fka_row_view) throws -> Result
  ) rethrows -> Result {
    try slice(range).withPlainRows { rows in
      var view = fka_row_view()
      view.count = Int64(range.count)
      view.feature_count = Int64(columnCount)
      view.scales = scales.map { $0 + range.lowerBound }
      switch rows {
      case .sparse(let rows):
        view.offsets = rows.offsets.baseAddress.map {
          UnsafeRawPointer($0).assumingMemoryBound(to: Int64.self)
        }
        return try rows.columns.withColumns(in: 0..<rows.columns.count) { columns in
          try rows.values.withSingles(in: 0..<rows.values.count) { values in
            view.columns = columns.baseAddress
            view.values = values.baseAddress
            return try body(&view)
          }
        }
      case .dense(let rows):
        return try rows.withPointer(0..<rows.rowCount) { values, _ in
          view.values = values
          return try body(&view)
        }
      }
    }
  }
}

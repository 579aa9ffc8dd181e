extension ClassifierModel {
  /// The same model, answering on another device.
  ///
  /// The prototypes are copied to it with the first question. Answers are the processor's except for rounding; in single
  /// precision sparse rows get its bits.
  ///
  /// - Throws: ``DeviceError`` where the device cannot be opened, and says why.
  public func on(_ device: Device) throws -> ClassifierModel {
    guard device != options.device else { return self }
    try device.check()
    var copy = self
    copy.storage = try storage.on(device)
    return copy
  }

  /// What went differently than asked so far on the model's device, oldest first: a sentence each.
  public var deviceWarnings: [String] { storage.deviceWarnings.map(\.description) }
}

extension Device {
  /// The devices that `auto` tries, in this order.
  static let automaticCandidates: [Device] = [.cuda(0), .mps]

  /// Says at the start of a long call, not in its middle, that a device that was named cannot be used.
  ///
  /// - Throws: ``DeviceError``.
  package func check() throws {
    guard self != .cpu, self != .automatic else { return }
    _ = try TorchDevice.open(self)
  }

  /// The device, and which one `auto` came upon; nil for the processor.
  ///
  /// - Throws: ``DeviceError`` for a device that was named; `auto` goes on to the next, and reports why.
  func opened() throws -> (device: TorchDevice?, warnings: [DeviceWarning]) {
    switch self {
    case .cpu: return (nil, [])
    case .automatic:
      var warnings: [DeviceWarning] = []
      for candidate in Self.automaticCandidates {
        do {
          return (try TorchDevice.open(candidate), [])
        } catch let error as DeviceError {
          warnings.append(.fellBack(device: candidate.name, reason: error.description))
          if case .pluginMissing = error { break }
        }
      }
      return (nil, warnings)
    default: return (try TorchDevice.open(self), [])
    }
  }
}

/// Who answers for a model, and what was noted on the way.
struct DeviceAnswering: Sendable {
  let scoring: any DocumentScoring
  private let device: DeviceScoring?
  private let openingWarnings: [DeviceWarning]

  var warnings: [DeviceWarning] { openingWarnings + (device?.warnings ?? []) }

  /// - Parameter index: the processor's index, built where it is needed.
  init(_ device: Device, prototypes: ScoredPrototypes, index: () throws -> ScoringIndex) throws {
    let opened = try device.opened()
    guard let torch = opened.device else {
      self.init(scoring: try index(), device: nil, openingWarnings: opened.warnings)
      return
    }
    guard device == .automatic else {
      let scoring = try DeviceScoring(prototypes, on: torch)
      self.init(scoring: scoring, device: scoring, openingWarnings: [])
      return
    }
    do {
      let scoring = try DeviceScoring(prototypes, on: torch)
      self.init(
        scoring: AutomaticScoring(processor: try index(), device: scoring), device: scoring,
        openingWarnings: [])
    } catch let error as DeviceError {
      self.init(
        scoring: try index(), device: nil,
        openingWarnings: [.fellBack(device: torch.name, reason: error.description)])
    }
  }

  private init(scoring: any DocumentScoring, device: DeviceScoring?, openingWarnings: [DeviceWarning]) {
    self.scoring = scoring
    self.device = device
    self.openingWarnings = openingWarnings
  }
}

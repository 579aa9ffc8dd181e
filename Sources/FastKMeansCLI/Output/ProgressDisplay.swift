import Dispatch
import FastKMeansCore
import Synchronization

/// Shows progress on standard error: a bar on a terminal, a line every few seconds elsewhere, or nothing.
///
/// Its own thread draws the last report. So a report costs next to nothing, and the display also moves during work
/// that cannot report, such as reading one large array. Where no thread can be started, nothing is shown.
final class ProgressDisplay: Sendable {
  private struct Current {
    var state: ProgressState
    var start: ContinuousClock.Instant
  }

  private let isQuiet: Bool
  private let isTerminal: Bool
  private let current = Mutex<Current?>(nil)

  private static let lineInterval = 3.0
  private static let barInterval = 0.1

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    isTerminal = StandardError.isTerminal
  }

  /// Runs work under a title.
  ///
  /// - Parameters:
  ///   - title: what is being done.
  ///   - unit: what the work counts.
  ///   - work: receives the function to report with: units done, and units in all (0 if not known).
  /// - Throws: what `work` throws.
  /// - Returns: what `work` returns, and the seconds it took.
  @discardableResult
  func run<Result>(
    _ title: String, unit: String = "", _ work: (_ report: (Int, Int) -> Void) throws -> Result
  ) rethrows -> (result: Result, seconds: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    current.withLock { $0 = Current(state: ProgressState(title: title, unit: unit), start: start) }
    let end = startDrawing()
    defer {
      end?.signal()
      current.withLock { $0 = nil }
      clearBar()
    }
    let result = try work { completed, total in
      current.withLock {
        $0?.state.completed = completed
        $0?.state.total = total
      }
    }
    return (result, start.duration(to: clock.now).inSeconds)
  }

  /// Shows a progress report of the library's training.
  func show(_ progress: TrainingProgress) {
    current.withLock { current in
      guard current != nil else { return }
      let (title, unit) = Self.name(of: progress.phase)
      if current?.state.title != title {
        current = Current(state: ProgressState(title: title, unit: unit), start: ContinuousClock.now)
      }
      current?.state.completed = progress.completed
      current?.state.total = progress.total
    }
  }

  /// Prints a note on standard error, unless the user asked for quiet.
  func note(_ text: String) {
    guard !isQuiet else { return }
    clearBar()
    StandardError.write("fastkmeans: \(text)\n")
  }

  /// Prints what went differently than asked on a device.
  func note(_ warnings: [String]) {
    warnings.forEach(note)
  }

  private static func name(of phase: TrainingProgress.Phase) -> (title: String, unit: String) {
    switch phase {
    case .seeding: ("choosing first prototypes", "classes")
    case .training: ("training", "documents")
    case .merging: ("merging prototypes", "")
    case .refining: ("refining", "documents")
    case .scoring: ("scoring", "documents")
    }
  }

  /// - Returns: what ends the drawing; `nil` where nothing is drawn.
  private func startDrawing() -> DispatchSemaphore? {
    guard !isQuiet else { return nil }
    let end = DispatchSemaphore(value: 0)
    let isDrawn = SystemThread.start { [self] in
      while end.wait(timeout: .now() + (isTerminal ? Self.barInterval : Self.lineInterval)) == .timedOut {
        draw()
      }
    }
    return isDrawn ? end : nil
  }

  private func draw() {
    // Draws under the lock, so that no bar appears after the work has ended.
    current.withLock { current in
      guard let current else { return }
      var state = current.state
      state.elapsed = current.start.duration(to: .now).inSeconds
      StandardError.write(isTerminal ? "\r\u{1B}[K" + state.bar() : "fastkmeans: \(state.line)\n")
    }
  }

  private func clearBar() {
    if isTerminal, !isQuiet { StandardError.write("\r\u{1B}[K") }
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

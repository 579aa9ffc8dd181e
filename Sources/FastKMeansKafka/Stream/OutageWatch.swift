/// Decides when to speak about brokers that are gone: at once, then ever more rarely, and when they are back.
struct OutageWatch {
  /// Seconds after which an outage is spoken of again; doubled each time, up to `longestPause`.
  private static let firstPause = 10.0
  private static let longestPause = 600.0

  /// What was last said about why; `nil` if all is well.
  private(set) var fault: KafkaError.Fault?
  private var begin: ContinuousClock.Instant?
  private var nextWord: ContinuousClock.Instant?
  private var pause = firstPause

  /// A fault came up. Says so if it is the first of this outage.
  mutating func met(_ fault: KafkaError.Fault, at now: ContinuousClock.Instant = .now) -> KafkaNotice? {
    let isNew = begin == nil
    // "All are down" says less than what came before it.
    if isNew || fault.name != "_ALL_BROKERS_DOWN" { self.fault = fault }
    guard isNew else { return nil }
    begin = now
    pause = Self.firstPause
    nextWord = now.advanced(by: .seconds(pause))
    return .outage(fault)
  }

  /// Time has passed without a sign of life. Speaks if it is time to.
  mutating func waited(at now: ContinuousClock.Instant = .now) -> KafkaNotice? {
    guard let begin, let fault, let nextWord, now >= nextWord else { return nil }
    pause = min(Self.longestPause, pause * 2)
    self.nextWord = now.advanced(by: .seconds(pause))
    return .stillWaiting(seconds: Self.seconds(from: begin, to: now), fault)
  }

  /// A sign of life. Says so if there was an outage.
  mutating func ended(at now: ContinuousClock.Instant = .now) -> KafkaNotice? {
    guard let begin else { return nil }
    self.begin = nil
    fault = nil
    nextWord = nil
    return .recovered(seconds: Self.seconds(from: begin, to: now))
  }

  private static func seconds(from: ContinuousClock.Instant, to: ContinuousClock.Instant) -> Int {
    Int((to - from).components.seconds)
  }
}

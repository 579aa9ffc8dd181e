/// What a short piece of work reaches a second, undisturbed.
public struct SteadyRate: Sendable {
  /// CPU seconds of one call, in the fastest of the repetitions.
  public let seconds: Double

  /// Repeats the work until the clock can see it, several times over.
  ///
  /// - Parameters:
  ///   - leastSeconds: that one repetition takes.
  ///   - repetitions: of which the fastest counts: others disturb, nobody helps.
  ///   - work: a few microseconds or more; it must leave something behind that the optimiser can't see through.
  public init(leastSeconds: Double = 0.02, repetitions: Int = 5, _ work: () -> Void) {
    var calls = 1
    var fastest = Double.infinity
    while true {
      let start = processCPUSeconds()
      for _ in 0..<calls { work() }
      fastest = processCPUSeconds() - start
      if fastest >= leastSeconds { break }
      calls *= fastest > leastSeconds / 100 ? max(2, Int(1.2 * leastSeconds / fastest)) : 10
    }
    for _ in 1..<max(1, repetitions) {
      let start = processCPUSeconds()
      for _ in 0..<calls { work() }
      fastest = min(fastest, processCPUSeconds() - start)
    }
    seconds = fastest / Double(calls)
  }
}

import Synchronization

/// Seconds that pass, from any beginning. They never go back, whatever the clock behind them does: a time that lies
/// before an earlier one counts as no time at all.
package final class StreamClock: Sendable {
  private struct State {
    var last: Double
    var shift = 0.0
  }

  private let read: @Sendable () -> Double
  private let state: Mutex<State>

  /// The machine's own time since it was started, which nobody sets.
  package convenience init() {
    let start = ContinuousClock.now
    self.init {
      let time = start.duration(to: .now).components
      return Double(time.seconds) + Double(time.attoseconds) * 1e-18
    }
  }

  /// - Parameter read: gives the time in seconds.
  package init(_ read: @escaping @Sendable () -> Double) {
    self.read = read
    state = Mutex(State(last: read()))
  }

  /// Seconds since some beginning.
  package var now: Double {
    let time = read()
    return state.withLock { state in
      if time < state.last { state.shift += state.last - time }
      state.last = time
      return time + state.shift
    }
  }
}

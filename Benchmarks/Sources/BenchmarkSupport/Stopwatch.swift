#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// CPU seconds of this process, of all its threads, user and system.
///
/// CPU and not wall seconds: machines that benchmarks run on are seldom quiet.
public func processCPUSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// What some repetitions of one piece of work took.
public struct Measurement: Sendable {
  public let name: String
  /// CPU seconds of each repetition, ascending.
  public let seconds: [Double]
  /// What one repetition handles, such as bytes or rows, and its unit.
  public let amount: Double
  public let unit: String

  public var median: Double { seconds[seconds.count / 2] }

  /// One line of JSON. The fastest run is the one that others disturbed least; the median says how much they did.
  public var json: String {
    let rate = amount / seconds[0]
    return
      #"{"name": "\#(name)", "unit": "\#(unit)", "per_second": \#(rate), "fastest_seconds": \#(seconds[0]), "#
      + #""median_seconds": \#(median), "repetitions": \#(seconds.count)}"#
  }
}

/// Runs the work once to warm up, then as often as asked.
///
/// - Parameters:
///   - name: letters, digits and dashes.
///   - amount: how much one repetition handles.
///   - unit: of `amount`.
///   - repetitions: at least one.
///   - work: returns something that depends on all it did, so that none of it is optimised away.
/// - Returns: the seconds of each repetition.
/// - Throws: what `work` throws.
public func measure<Result>(
  _ name: String, amount: Int, unit: String, repetitions: Int = 9, _ work: () throws -> Result
) rethrows -> Measurement {
  keep(try work())
  var seconds: [Double] = []
  for _ in 0..<max(1, repetitions) {
    let start = processCPUSeconds()
    keep(try work())
    seconds.append(processCPUSeconds() - start)
  }
  return Measurement(name: name, seconds: seconds.sorted(), amount: Double(amount), unit: unit)
}

/// Makes the optimiser believe that the value is used.
@inline(never)
@_optimize(none)
private func keep<Value>(_ value: Value) {}

/// Seconds of a clock that only goes forward; for what several threads do.
public func wallSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

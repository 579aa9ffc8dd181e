import BenchmarkSupport
import CMachinePeak

/// What the machine can do at a level, measured in the same run as the kernels.
enum Peak {
  /// Lines of JSON: operations a second of both kinds, and reading from each place.
  static func lines(level: Int32, name: String) -> [String] {
    let rounds: UInt64 = 200_000
    let operations = mp_multiply_adds(level, 1) * rounds
    let single = SteadyRate { _ = mp_multiply_adds(level, rounds) }.seconds
    let sums = mp_code_sums(level, 1) * rounds
    let codes = SteadyRate { _ = mp_code_sums(level, rounds) }.seconds
    return [
      line("single", name, "gflops", Double(operations) / single),
      line("codes", name, "gflops", Double(sums) / codes),
    ] + places.map { place, bytes in line(place, name, "gbytes", reading(bytes, level)) }
  }

  /// What is read again and again lies in the cache that it just fits, or in none.
  private static let places = [
    ("L1", 24 << 10), ("L2", 512 << 10), ("L3", 16 << 20), ("memory", 1 << 30),
  ]

  private static func reading(_ bytes: Int, _ level: Int32) -> Double {
    let memory = Buffer<UInt8>(bytes) { UInt8(truncatingIfNeeded: $0) }
    let repetitions = bytes > 1 << 28 ? 3 : 5
    let rate = SteadyRate(repetitions: repetitions) { _ = mp_read(level, memory.pointer, bytes) }
    return Double(bytes) / rate.seconds
  }

  private static func line(_ what: String, _ level: String, _ unit: String, _ rate: Double) -> String {
    #"{"peak": "\#(what)", "level": "\#(level)", "\#(unit)": \#(rate / 1e9)}"#
  }
}

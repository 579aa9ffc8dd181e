#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Short pauses between attempts.
enum Pause {
  /// Sleeps; a signal may cut it short.
  static func sleep(seconds: Double) {
    guard seconds > 0 else { return }
    usleep(UInt32(min(1, seconds) * 1e6))
  }
}

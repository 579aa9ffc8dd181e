#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

// The few things that the core takes from the C library, all in this file; the core has no Foundation.

@inline(__always)
package func naturalExponential(_ value: Double) -> Double { exp(value) }

@inline(__always)
package func naturalExponential(_ value: Float) -> Float { expf(value) }

@inline(__always)
package func naturalLogarithm(_ value: Double) -> Double { log(value) }

/// The thread that made this value.
struct ThreadIdentity {
  private let thread = pthread_self()

  /// Whether that thread is the one that asks.
  var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }
}

/// The process that made this value.
struct ProcessIdentity: Sendable {
  private let number = getpid()

  /// Whether that process is the one that asks.
  var isCurrent: Bool { number == getpid() }
}

/// Memory that ``releaseMemory(_:)`` frees; `nil` if the system has none, where Swift's own way ends the process.
package func requestMemory(byteCount: Int) -> UnsafeMutableRawPointer? { malloc(max(byteCount, 1)) }

package func releaseMemory(_ memory: UnsafeMutableRawPointer?) { free(memory) }

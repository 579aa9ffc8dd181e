#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

// The few things that the core takes from the C library; the core does without Foundation.

@inline(__always)
package func naturalExponential(_ value: Double) -> Double { exp(value) }

@inline(__always)
package func naturalExponential(_ value: Float) -> Float { expf(value) }

@inline(__always)
package func naturalLogarithm(_ value: Double) -> Double { log(value) }

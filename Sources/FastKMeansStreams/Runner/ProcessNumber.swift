#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The number of this process, for whoever finds a state locked.
enum ProcessNumber {
  static var current: Int32 { getpid() }
}

import Foundation

/// The resources that this process has used so far.
enum ProcessUsage {
  /// Seconds of processor time, in user and system mode, of all threads.
  static var cpuSeconds: Double {
    let usage = current
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// The largest resident memory so far, in bytes.
  ///
  /// On Linux it comes from `/proc`: `getrusage` includes what the parent process used before.
  static var peakResidentBytes: Int {
    #if os(Linux)
      if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
          Int($0)
        })
      {
        return kilobytes * 1024
      }
      return Int(current.ru_maxrss) * 1024
    #else
      return Int(current.ru_maxrss)
    #endif
  }

  private static var current: rusage {
    var usage = rusage()
    #if canImport(Glibc)
      // Swift imports Glibc's constant as an enumeration, but the function takes its number.
      _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      _ = getrusage(RUSAGE_SELF, &usage)
    #endif
    return usage
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }
}

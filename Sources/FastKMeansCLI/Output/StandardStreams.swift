import FastKMeansFormats
import Foundation

/// Results.
enum StandardOutput {
  /// Writes lines; unlike `print`, says so when they cannot be written.
  ///
  /// - Throws: `FileError`.
  static func write(_ lines: [String]) throws {
    do {
      let text = lines.map { $0 + "\n" }.joined()
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw FileError(writing: "standard output", error)
    }
  }

  /// Writes what was done beside a file: to standard error if the file itself is on standard output.
  static func write(_ lines: [String], besides path: String, isQuiet: Bool) throws {
    if path != "-" { return try write(lines) }
    if !isQuiet { StandardError.write(lines.joined(separator: "\n") + "\n") }
  }
}

/// Progress, notes and errors.
enum StandardError {
  /// Writes at once; what cannot be written is lost, for there is nobody to tell.
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether a person is looking.
  static var isTerminal: Bool { isatty(STDERR_FILENO) != 0 }
}

extension FileError {
  /// What Foundation says about a failed write, as this package says it.
  init(writing path: String, _ error: any Error) {
    let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    if system.code == Int(ENOSPC) || (error as? CocoaError)?.code == .fileWriteOutOfSpace {
      self = .diskFull(path: path)
    } else {
      self = .failed(
        path: path, operation: .write, code: Int32(truncatingIfNeeded: system.code),
        reason: system.localizedDescription)
    }
  }
}

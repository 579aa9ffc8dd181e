import FastKMeansFormats
import Foundation

/// The stream of results.
enum StandardOutput {
  /// Writes lines. Unlike `print`, it throws if they cannot be written.
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

  /// Writes a summary of the file at `path`; to standard error if the file itself goes to standard output.
  static func write(_ lines: [String], besides path: String, isQuiet: Bool) throws {
    if path != "-" { return try write(lines) }
    if !isQuiet { StandardError.write(lines.joined(separator: "\n") + "\n") }
  }
}

/// The stream of progress, notes and errors.
enum StandardError {
  /// Writes at once. A failure is ignored: there is no other stream to report it on.
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether the stream is a terminal.
  static var isTerminal: Bool { isatty(STDERR_FILENO) != 0 }
}

extension FileError {
  /// Converts Foundation's error of a failed write.
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

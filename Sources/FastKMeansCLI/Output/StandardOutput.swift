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

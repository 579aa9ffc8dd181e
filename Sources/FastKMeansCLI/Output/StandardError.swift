import Foundation

/// The standard streams.
enum StandardError {
  /// Writes at once; what cannot be written is lost, for there is nobody to tell.
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether a person is looking.
  static var isTerminal: Bool { isatty(STDERR_FILENO) != 0 }
}

import Foundation
import Testing

/// Long output that is compared with a file under `Snapshots`.
enum Snapshot {
  /// Compares; with `FASTKMEANS_RECORD_SNAPSHOTS=1` writes the file anew and fails, so that no run that records
  /// can pass.
  static func check(_ text: String, _ name: String) throws {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Snapshots/\(name).txt").standardizedFileURL
    if ProcessInfo.processInfo.environment["FASTKMEANS_RECORD_SNAPSHOTS"] == "1" {
      try Data(text.utf8).write(to: source)
      Issue.record("recorded \(name); run again without FASTKMEANS_RECORD_SNAPSHOTS")
      return
    }
    let stored = Bundle.module.bundleURL.appendingPathComponent("Snapshots/\(name).txt")
    let expected = (try? Data(contentsOf: stored)) ?? Data()
    #expect(text == String(decoding: expected, as: UTF8.self), "snapshot \(name)")
  }
}

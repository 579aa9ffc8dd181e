import Foundation

/// A separate folder for the files of one test, removed with the object.
package final class ScratchFolder {
  package let path: String

  package init() throws {
    let name = "fastkmeans-\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: 0...UInt64.max))"
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in this folder.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Makes a file with these bytes and gives its path.
  package func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    // A file that is written over is waited for by some file systems; a new one is not.
    try? FileManager.default.removeItem(atPath: file(name))
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Makes a file with these bytes and gives its path; quick for many bytes also without optimisation.
  package func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    // A file that is written over is waited for by some file systems; a new one is not.
    try? FileManager.default.removeItem(atPath: file(name))
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Makes a file with this text and gives its path.
  package func file(_ name: String, _ text: String) throws -> String { try file(name, text.utf8) }

  /// The names of the files in this folder, sorted.
  package var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// The bytes of a file.
  package static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

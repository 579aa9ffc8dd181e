import FastKMeansFormats
import Foundation

/// Where results go.
enum OutputFile {
  /// Refuses a path that cannot become a file, before any work is spent on its content.
  ///
  /// - Throws: `FileError`.
  static func check(_ path: String) throws {
    guard path != "-" else { return }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FileError.isFolder(path: path)
    }
    let parent = (path as NSString).deletingLastPathComponent
    let folder = parent.isEmpty ? "." : parent
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw FileError.missingFolder(path: path, folder: folder)
    }
  }

  /// The size of a file in bytes, `nil` for a stream.
  static func size(_ path: String) -> Int? {
    guard path != "-" else { return nil }
    return (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int
  }
}

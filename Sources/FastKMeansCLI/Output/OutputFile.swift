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
    let folder = folder(of: path)
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw FileError.missingFolder(path: path, folder: folder)
    }
  }

  /// By hand: `NSString.deletingLastPathComponent` of Swift 6.3 on Linux traps on a name of one letter.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The size of a file in bytes, `nil` for a stream.
  static func size(_ path: String) -> Int? {
    guard path != "-" else { return nil }
    return (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int
  }
}

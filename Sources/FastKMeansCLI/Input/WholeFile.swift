import FastKMeansFormats
import Foundation

/// Small files that are read whole.
enum WholeFile {
  /// - Throws: `FileError`, or ``DataError`` for another refusal of the system.
  static func read(_ path: String) throws -> Data {
    if path == "-" { return (try? FileHandle.standardInput.readToEnd()) ?? Data() }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch CocoaError.fileReadNoSuchFile {
      throw FileError.notFound(path: path)
    } catch CocoaError.fileReadNoPermission {
      throw FileError.noPermission(path: path, operation: .read)
    } catch {
      throw DataError("\(path): cannot be read; check that it is a file")
    }
  }
}

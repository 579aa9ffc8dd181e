import FastKMeansCore
import FastKMeansFormats
import Foundation

/// A NumPy matrix of single-precision numbers that is written row by row, whole or not at all.
///
/// The number of rows is known at the end only. So the header, of a fixed size, is written last, into the room
/// that was left for it; then the temporary file gets its name.
final class NpyMatrixFile {
  private static let headerBytes = 128

  private let path: String
  private let handle: FileHandle
  private let columnCount: Int
  private var rowCount = 0

  private init(path: String, handle: FileHandle, columnCount: Int) {
    self.path = path
    self.handle = handle
    self.columnCount = columnCount
  }

  /// - Parameters:
  ///   - path: the file to make or to replace.
  ///   - columnCount: of every row.
  ///   - body: appends the rows; an error that it throws undoes everything.
  /// - Throws: `FileError`, and what `body` throws.
  static func write(to path: String, columnCount: Int, _ body: (NpyMatrixFile) throws -> Void) throws {
    let target = try self.target(of: path)
    let temporary = "\(target).\(ProcessInfo.processInfo.processIdentifier).tmp"
    guard FileManager.default.createFile(atPath: temporary, contents: nil),
      let handle = FileHandle(forWritingAtPath: temporary)
    else { throw FileError.noPermission(path: path, operation: .write) }
    do {
      defer { try? handle.close() }
      let file = NpyMatrixFile(path: path, handle: handle, columnCount: columnCount)
      try file.put(Data(count: headerBytes))
      try body(file)
      try file.finish()
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
    guard rename(temporary, target) == 0 else {
      let (code, reason) = (errno, String(cString: strerror(errno)))
      try? FileManager.default.removeItem(atPath: temporary)
      throw FileError.failed(path: path, operation: .rename, code: code, reason: reason)
    }
  }

  /// The file itself where the path is a link.
  ///
  /// - Throws: ``CallError`` for a device or a pipe, into which a header cannot be written at the end.
  private static func target(of path: String) throws -> String {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type = (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType
    guard type == nil || type == .typeRegular else {
      throw CallError("--proba is \(path), which is no regular file; name one")
    }
    return target
  }

  /// Adds rows.
  func append(_ rows: DenseMatrix) throws {
    rowCount += rows.rowCount
    let bytes = rows.values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
    try put(bytes)
  }

  private func finish() throws {
    do {
      try handle.seek(toOffset: 0)
      try put(header)
      try handle.synchronize()
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(writing: path, error)
    }
  }

  private var header: Data {
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rowCount), \(columnCount)), }"
    // Magic, version and length take 10 bytes; blanks and a line feed fill the rest.
    text += String(repeating: " ", count: max(0, Self.headerBytes - 11 - text.utf8.count)) + "\n"
    let length = text.utf8.count
    return Data([0x93] + "NUMPY".utf8 + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + text.utf8)
  }

  private func put(_ data: Data) throws {
    do {
      try handle.write(contentsOf: data)
    } catch {
      throw FileError(writing: path, error)
    }
  }
}

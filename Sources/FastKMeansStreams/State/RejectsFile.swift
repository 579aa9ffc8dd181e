import FastKMeansCore
import FastKMeansFormats

/// The file of rows that could not be read: a JSON object a line, with the input, the line, the reason, and the row.
///
/// Lines are written at a known place when their batch has been logged, and again at the same place when the log is
/// read after a crash, so that none is missing and none stands there twice.
final class RejectsFile {
  let path: String
  private let files: any FileLayer
  private let descriptor: Int32
  private(set) var byteCount: Int

  /// - Parameter known: how long the file was when the checkpoint was written, if it was the same file.
  init(files: any FileLayer, path: String, known: Int?) throws {
    self.files = files
    self.path = path
    descriptor = try files.open(path, .update)
    do {
      let size = try files.size(of: descriptor, path: path)
      byteCount = min(size, known ?? size)
    } catch {
      files.close(descriptor)
      throw error
    }
  }

  deinit { files.close(descriptor) }

  func append(_ lines: [UInt8]) throws {
    guard !lines.isEmpty else { return }
    try files.write(descriptor, lines, at: byteCount, path: path)
    byteCount += lines.count
  }

  /// What another thread needs to wait until the lines are on the disk.
  struct Handle: Sendable {
    fileprivate let files: any FileLayer
    fileprivate let descriptor: Int32
    fileprivate let path: String

    func sync() throws {
      do {
        try files.sync(descriptor, path: path)
      } catch FileError.failed(_, .sync, let code, _) where code == 22 || code == 95 {
        // Devices and pipes cannot be synced, and say so (EINVAL, ENOTSUP).
      }
    }
  }

  var handle: Handle { Handle(files: files, descriptor: descriptor, path: path) }

  /// Of a longer row only the beginning is kept.
  static let maxRowBytes = 1 << 16

  static func lines(for rejected: [RejectedRow], input: String) -> [UInt8] {
    var lines: [UInt8] = []
    for row in rejected {
      var fields = [JSON.Field(name: "input", value: .string(input))]
      if case .line(let line) = row.reason.place {
        fields.append(JSON.Field(name: "line", value: .integer(line)))
      }
      fields += [
        JSON.Field(name: "reason", value: .string("\(row.reason.problem)")),
        JSON.Field(name: "bytes", value: .integer(byteCount(of: row))),
        JSON.Field(
          name: "row", value: .string(String(decoding: row.bytes.prefix(maxRowBytes), as: UTF8.self))),
      ]
      lines += JSON.object(fields).compactBytes + [0x0A]
    }
    return lines
  }

  private static func byteCount(of row: RejectedRow) -> Int {
    if case .recordTooLong(let count, _) = row.reason.problem { count } else { row.bytes.count }
  }
}

/// A file that cannot be opened, read or written: the operating system's refusal, by kind.
public enum FileError: Error, Equatable, Sendable {
  /// What was being done.
  public enum Operation: String, Sendable, Equatable {
    case open, inspect, read, write, seek, map, sync, rename, create, truncate, remove, lock
  }

  /// There is no such file.
  case notFound(path: String)
  /// The folder that an output file should lie in does not exist.
  case missingFolder(path: String, folder: String)
  case noPermission(path: String, operation: Operation)
  /// A folder stands where a file is expected.
  case isFolder(path: String)
  /// The disk or the quota is full; an output file was left as it was before.
  case diskFull(path: String)
  /// Anything else, with the system's error number and text.
  case failed(path: String, operation: Operation, code: Int32, reason: String)
}

extension FileError: CustomStringConvertible {
  /// One line: what failed, where, and how to fix it.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .notFound(let path):
      "\(path): no such file; check the path"
    case .missingFolder(let path, let folder):
      "\(path): the folder '\(folder)' does not exist; create it first"
    case .noPermission(let path, let operation):
      "\(path): no permission to \(operation.rawValue); check the owner and the mode of the file and its folder"
    case .isFolder(let path):
      "\(path): is a folder; name a file"
    case .diskFull(let path):
      "\(path): the disk is full; nothing was replaced"
    case .failed(let path, let operation, let code, let reason):
      "\(path): cannot \(operation.rawValue): \(reason) (error \(code))"
    }
  }
}

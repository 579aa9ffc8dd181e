import FastKMeansFormats

/// The few things that a stream asks of a file system, so that a test can make each of them fail.
///
/// Every call throws `FileError`. Nothing is retried: after a sync that failed nobody knows what is on the disk.
package protocol FileLayer: Sendable {
  /// Makes a folder, unless it is there.
  func createFolder(_ path: String) throws
  /// The names in a folder, sorted.
  func names(in folder: String) throws -> [String]
  func open(_ path: String, _ mode: FileMode) throws -> Int32
  func close(_ descriptor: Int32)
  func size(of descriptor: Int32, path: String) throws -> Int
  /// Up to `count` bytes from `offset` on; fewer only at the end.
  func read(_ descriptor: Int32, at offset: Int, count: Int, path: String) throws -> [UInt8]
  /// A whole file, checked by its reader and not changed meanwhile.
  func map(_ path: String) throws -> MappedFile
  /// Writes all bytes at `offset`.
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int, path: String) throws
  func truncate(_ descriptor: Int32, to size: Int, path: String) throws
  /// Waits until the file's data is on the disk.
  func sync(_ descriptor: Int32, path: String) throws
  /// Waits until the folder's names are on the disk.
  func syncFolder(_ path: String) throws
  func rename(_ source: String, to target: String) throws
  func remove(_ path: String) throws
  /// Takes the file for this process alone until it is closed; `false` if another one has it.
  func lock(_ descriptor: Int32, path: String) throws -> Bool
}

/// How a file is opened.
package enum FileMode: Sendable {
  case read
  /// For reading and writing; made if it is not there.
  case update
  /// For writing, empty.
  case replace
}

extension FileLayer {
  /// Opens a file for the time of a call.
  func withFile<Result>(_ path: String, _ mode: FileMode, _ body: (Int32) throws -> Result) throws -> Result {
    let descriptor = try open(path, mode)
    defer { close(descriptor) }
    return try body(descriptor)
  }

  /// A small file as a whole; `nil` if there is none.
  func content(of path: String, limit: Int = 1 << 16) throws -> [UInt8]? {
    do {
      return try withFile(path, .read) {
        try read($0, at: 0, count: min(limit, size(of: $0, path: path)), path: path)
      }
    } catch FileError.notFound {
      return nil
    }
  }

  /// Writes a file through a temporary one: synced, renamed, the folder synced. A reader sees the old file or the
  /// new one, also after a crash.
  func replace(_ path: String, in folder: String, _ body: (Int32, String) throws -> Void) throws {
    let temporary = path + ".tmp"
    do {
      try withFile(temporary, .replace) { descriptor in
        try body(descriptor, temporary)
        try sync(descriptor, path: temporary)
      }
      try rename(temporary, to: path)
    } catch {
      try? remove(temporary)
      throw error
    }
    try syncFolder(folder)
  }

  func write(_ descriptor: Int32, _ bytes: [UInt8], at offset: Int, path: String) throws {
    try bytes.withUnsafeBytes { try write(descriptor, $0, at: offset, path: path) }
  }
}

import FastKMeansFormats

/// An open input, closed with this object.
final class InputDescriptor {
  let number: Int32
  let path: String

  /// - Parameter path: `-` is the standard input.
  init(path: String) throws {
    self.path = path
    number = try System.openForReading(path)
    if try status().isFolder { throw FileError.isFolder(path: path) }
  }

  deinit { System.closeFile(number) }

  func status() throws -> FileStatus { try System.status(of: number, path: path) }
}

/// The bytes of a regular file from an offset on; at its end it pauses if the file is followed.
final class TailSource: ByteSource {
  private let input: InputDescriptor
  private(set) var offset: Int
  /// Whether the end is not the end.
  var follows: Bool
  private(set) var isPaused = false
  /// The file's first bytes, as they were read.
  private(set) var first: [UInt8]
  /// The last ones before the offset.
  private var recent: [UInt8]
  /// The file has become longer, and what was read of it is no longer there: it ends here.
  private(set) var wasRewritten = false

  init(_ input: InputDescriptor, offset: Int, follows: Bool) throws {
    self.input = input
    self.offset = offset
    self.follows = follows
    let count = min(offset, FilePosition.Head.maxByteCount)
    first = follows ? try Self.bytes(of: input, at: 0, count: count) : []
    recent = follows ? try Self.bytes(of: input, at: offset - count, count: count) : []
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try System.readSome(input.number, at: offset, into: buffer, path: input.path)
    // A byte order mark must not come in two pieces.
    if follows, offset == 0, count < 3 {
      isPaused = true
      return 0
    }
    isPaused = count == 0 && follows
    guard follows, count > 0 else {
      offset += count
      return count
    }
    guard try isSameFile() else {
      wasRewritten = true
      follows = false
      return 0
    }
    offset += count
    remember(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

  private func isSameFile() throws -> Bool {
    try Self.bytes(of: input, at: 0, count: first.count) == first
      && Self.bytes(of: input, at: offset - recent.count, count: recent.count) == recent
  }

  private func remember(_ bytes: UnsafeRawBufferPointer) {
    let limit = FilePosition.Head.maxByteCount
    first += bytes.prefix(limit - first.count)
    recent = Array(recent.suffix(max(0, limit - bytes.count))) + Array(bytes.suffix(limit))
  }

  private static func bytes(of input: InputDescriptor, at offset: Int, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = try bytes.withUnsafeMutableBytes {
      try System.readSome(input.number, at: offset, into: $0, path: input.path)
    }
    return Array(bytes[..<found])
  }
}

/// The bytes of a pipe; it pauses while nothing comes.
final class PipeSource: ByteSource {
  private let input: InputDescriptor
  private(set) var isPaused = false
  /// The first bytes, until there are enough to see what they begin with.
  private var start: [UInt8]? = []

  init(_ input: InputDescriptor) { self.input = input }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    isPaused = !System.isReadable(input.number, within: 0)
    guard !isPaused else { return 0 }
    guard start != nil else { return try System.readSome(input.number, into: buffer, path: input.path) }
    return try readStart(into: buffer)
  }

  private func readStart(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var held = start ?? []
    buffer.copyBytes(from: held)
    let count = try System.readSome(
      input.number, into: UnsafeMutableRawBufferPointer(rebasing: buffer[held.count...]), path: input.path)
    held.append(contentsOf: buffer[held.count..<held.count + count])
    if count > 0, held.count < 3 {
      start = held
      isPaused = true
      return 0
    }
    start = nil
    guard !held.starts(with: [0x1F, 0x8B]) else {
      throw FormatError(
        path: input.path, place: .file,
        problem: .unsupported("compressed data in a pipe; decompress it first, for example with zcat"))
    }
    return held.count
  }
}

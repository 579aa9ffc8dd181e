/// A gzip file's content, decompressed as it is asked for; several members follow one another as one content.
final class GzipSource: ByteSource {
  private let file: FileSource
  private let inflater: Inflater
  private var input: [UInt8] = []
  private var inputPosition = 0
  /// A member has begun and not ended.
  private var isInsideMember = true
  /// The last output buffer was filled, so zlib may hold more without any further input.
  private var mayHaveOutputLeft = false
  private var isAtEnd = false
  package let totalCount: Int? = nil

  init(_ file: FileSource) throws {
    self.file = file
    guard let inflater = Inflater(.gzip) else {
      throw FileError.failed(path: file.path, operation: .read, code: 12, reason: "no memory to decompress")
    }
    self.inflater = inflater
    let magic: [UInt8] = [0x1F, 0x8B]
    let start = try file.peek(2)
    guard start == magic else {
      throw FormatError(
        path: file.path, place: .byte(0),
        problem: magic.starts(with: start)
          ? .truncated(what: "the gzip header") : .corrupt("not a gzip file, in spite of its name"))
    }
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while !isAtEnd {
      if inputPosition == input.count, !mayHaveOutputLeft { try refill() }
      guard try beginMemberIfNeeded() else { break }
      guard inputPosition < input.count || mayHaveOutputLeft else {
        throw FormatError(path: file.path, place: .file, problem: .truncated(what: "the gzip data"))
      }
      let produced = try step(into: buffer)
      if produced > 0 { return produced }
    }
    return 0
  }

  private func step(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let step = input.withUnsafeBytes {
      inflater.step(from: UnsafeRawBufferPointer(rebasing: $0[inputPosition...]), into: buffer)
    }
    guard let step, step.ended || step.consumed > 0 || step.produced > 0 || mayHaveOutputLeft else {
      throw FormatError(path: file.path, place: .file, problem: .corrupt("the gzip data or its checksum"))
    }
    inputPosition += step.consumed
    mayHaveOutputLeft = !step.ended && step.produced == buffer.count
    if step.ended { isInsideMember = false }
    return step.produced
  }

  /// Between members: another one may follow, or zeros that fill up a tape block, or the end.
  ///
  /// - Returns: whether there is a member to read on in.
  private func beginMemberIfNeeded() throws -> Bool {
    guard !isInsideMember else { return true }
    if inputPosition == input.count { try refill() }
    while inputPosition < input.count, input[inputPosition] == 0 {
      inputPosition += 1
      if inputPosition == input.count { try refill() }
    }
    guard inputPosition < input.count else {
      isAtEnd = true
      return false
    }
    guard input[inputPosition] == 0x1F else {
      throw FormatError(
        path: file.path, place: .file, problem: .corrupt("bytes after the end of the gzip data"))
    }
    inflater.restart()
    isInsideMember = true
    return true
  }

  private func refill() throws {
    if input.count != 1 << 16 { input = [UInt8](repeating: 0, count: 1 << 16) }
    let count = try input.withUnsafeMutableBytes { try file.read(into: $0) }
    if count < input.count { input.removeLast(input.count - count) }
    inputPosition = 0
  }
}

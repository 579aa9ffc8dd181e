/// Decompresses a file as its content is asked for; several members are one content.
final class CompressedSource: ByteSource {
  private let path: String
  private let input: LineBuffer
  private let compression: Compression
  private let decompressor: any Decompressor
  /// A member has begun and not ended.
  private var isInsideMember = true
  /// The last output buffer was filled, so the decompressor may hold more without any further input.
  private var mayHaveOutputLeft = false
  private var isAtEnd = false
  package let totalCount: Int? = nil

  /// - Parameter input: the file, from its start; enough of it is in the window to tell how it is compressed, if the file has as
  ///   much.
  init(_ input: LineBuffer, _ compression: Compression, path: String) throws {
    self.path = path
    self.input = input
    self.compression = compression
    guard compression.begins(input.available) == true else {
      throw FormatError(
        path: path, place: .byte(0),
        problem: compression.begins(input.available) == nil
          ? .truncated(what: "the \(compression.name) header")
          : .corrupt("not a \(compression.name) file, in spite of its name"))
    }
    decompressor = try compression.decompressor(path: path)
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while !isAtEnd {
      if input.available.isEmpty, !mayHaveOutputLeft { _ = try input.refill() }
      guard try beginMemberIfNeeded() else { break }
      guard !input.available.isEmpty || mayHaveOutputLeft else {
        throw FormatError(path: path, place: .file, problem: .truncated(what: "the \(compression.name) data"))
      }
      let produced = try step(into: buffer)
      if produced > 0 { return produced }
    }
    return 0
  }

  private func step(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let step = try decompressor.step(from: input.available, into: buffer),
      step.ended || step.consumed > 0 || step.produced > 0 || mayHaveOutputLeft
    else {
      throw FormatError(
        path: path, place: .file, problem: .corrupt("the \(compression.name) data or its checksum"))
    }
    input.consume(step.consumed)
    mayHaveOutputLeft = !step.ended && step.produced == buffer.count
    if step.ended { isInsideMember = false }
    return step.produced
  }

  /// Between members: another one may follow, or zeros that fill up a tape block, or the end.
  ///
  /// - Returns: whether there is a member to read on in.
  private func beginMemberIfNeeded() throws -> Bool {
    guard !isInsideMember else { return true }
    while try !input.available.isEmpty || input.refill() {
      guard input.available[0] == 0 else { return try beginMember() }
      input.consume(1)
    }
    isAtEnd = true
    return false
  }

  private func beginMember() throws -> Bool {
    guard compression.begins(UnsafeRawBufferPointer(rebasing: input.available.prefix(1))) != false else {
      throw FormatError(
        path: path, place: .file, problem: .corrupt("bytes after the end of the \(compression.name) data"))
    }
    try decompressor.restart()
    isInsideMember = true
    return true
  }
}

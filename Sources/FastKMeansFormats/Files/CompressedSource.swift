/// Decompresses a gzip file as its content is asked for; several members are one content.
final class GzipSource: ByteSource {
  private let path: String
  private let input: LineBuffer
  private let inflater: Inflater
  /// A member has begun and not ended.
  private var isInsideMember = true
  /// The last output buffer was filled, so zlib may hold more without any further input.
  private var mayHaveOutputLeft = false
  private var isAtEnd = false
  package let totalCount: Int? = nil

  static let magic: [UInt8] = [0x1F, 0x8B]

  /// - Parameter input: the file, from its start; at least two bytes are in the window if the file has them.
  init(_ input: LineBuffer, path: String) throws {
    self.path = path
    self.input = input
    inflater = try Inflater(.gzip, path: path)
    guard input.available.starts(with: Self.magic) else {
      throw FormatError(
        path: path, place: .byte(0),
        problem: Self.magic.starts(with: input.available)
          ? .truncated(what: "the gzip header") : .corrupt("not a gzip file, in spite of its name"))
    }
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while !isAtEnd {
      if input.available.isEmpty, !mayHaveOutputLeft { _ = try input.refill() }
      guard try beginMemberIfNeeded() else { break }
      guard !input.available.isEmpty || mayHaveOutputLeft else {
        throw FormatError(path: path, place: .file, problem: .truncated(what: "the gzip data"))
      }
      let produced = try step(into: buffer)
      if produced > 0 { return produced }
    }
    return 0
  }

  private func step(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let step = inflater.step(from: input.available, into: buffer),
      step.ended || step.consumed > 0 || step.produced > 0 || mayHaveOutputLeft
    else {
      throw FormatError(path: path, place: .file, problem: .corrupt("the gzip data or its checksum"))
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
      let first = input.available[0]
      guard first == 0 else { return try beginMember(with: first) }
      input.consume(1)
    }
    isAtEnd = true
    return false
  }

  private func beginMember(with first: UInt8) throws -> Bool {
    guard first == Self.magic[0] else {
      throw FormatError(path: path, place: .file, problem: .corrupt("bytes after the end of the gzip data"))
    }
    inflater.restart()
    isInsideMember = true
    return true
  }
}

/// Folds all characters of a text, and finds white space.
struct CharacterFolding: Sendable {
  private let isFolding: Bool
  /// What makes a capital ASCII letter a small one.
  private let caseBit: UInt8

  init(lowercase: Bool) {
    isFolding = lowercase
    caseBit = lowercase ? 0x20 : 0
  }

  /// A buffer that takes a folded document of `byteCount` bytes with a blank on either side, and some bytes more.
  ///
  /// U+FFFD in the place of a byte that is not UTF-8 takes three; no folding more than doubles the bytes.
  static func bufferSize(for byteCount: Int) -> Int { 3 * byteCount + 16 }

  /// Calls `body` with the number of bytes of each piece between white space, which lies at the start of the buffer.
  ///
  /// - Returns: how many invalid sequences were read as U+FFFD.
  @inline(__always)
  func forEachPiece(
    of text: UnsafeBufferPointer<UInt8>, buffer: UnsafeMutablePointer<UInt8>, _ body: (Int) -> Void
  ) -> Int {
    var (repairs, position, end) = (0, 0, 0)
    while position < text.count {
      let step = step(text, position, to: buffer + end)
      position &+= step.consumed
      repairs &+= step.repairs
      end &+= step.written
      if step.isWhiteSpace, end > 0 {
        body(end)
        end = 0
      }
    }
    if end > 0 { body(end) }
    return repairs
  }

  /// Writes a folded text in which two and more code points of white space have become one blank.
  ///
  /// - Returns: how many bytes were written, and how many invalid sequences were read as U+FFFD.
  func fold(
    _ text: UnsafeBufferPointer<UInt8>, to buffer: UnsafeMutablePointer<UInt8>
  ) -> (count: Int, repairs: Int) {
    var (repairs, position, end) = (0, 0, 0)
    // Where the white space begins that has been written last, and how many code points of it came.
    var (blankStart, blankCount) = (0, 0)
    while position < text.count {
      let step = step(text, position, to: buffer + end)
      if !step.isWhiteSpace {
        end &+= step.written
        blankCount = 0
      } else if blankCount == 0 {
        (blankStart, blankCount) = (end, 1)
        for offset in 0..<step.consumed { buffer[end &+ offset] = text[position &+ offset] }
        end &+= step.consumed
      } else {
        buffer[blankStart] = UInt8(ascii: " ")
        end = blankStart &+ 1
      }
      position &+= step.consumed
      repairs &+= step.repairs
    }
    return (end, repairs)
  }

  private struct Step {
    var consumed = 1
    /// Nothing is written for white space.
    var written = 1
    var repairs = 0
    var isWhiteSpace: Bool { written == 0 }
  }

  /// Folds the code point at `position`.
  @inline(__always)
  private func step(
    _ text: UnsafeBufferPointer<UInt8>, _ position: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Step {
    let byte = text[position]
    guard byte < 0x80 else { return stepBeyondASCII(text, position, to: target) }
    if WordFolding.isWhiteSpace(UInt32(byte)) { return Step(written: 0) }
    target[0] = byte &- UInt8(ascii: "A") < 26 ? byte | caseBit : byte
    return Step()
  }

  @inline(never)
  private func stepBeyondASCII(
    _ text: UnsafeBufferPointer<UInt8>, _ position: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Step {
    let (value, length) = UTF8Decoding.scalar(in: text, at: position)
    if value == UTF8Decoding.invalid {
      return Step(consumed: length, written: UTF8Decoding.write(0xFFFD, to: target), repairs: 1)
    }
    if isFolding, value == FinalSigma.capital {
      let folded = FinalSigma.lowercase(in: text, at: position)
      return Step(consumed: length, written: UTF8Decoding.write(folded, to: target))
    }
    let table = isFolding ? WordTable.lowercasedCharacters : WordTable.plainCharacters
    switch table.folding(of: value) {
    case .separator: return Step(consumed: length, written: 0)
    case .letter(let folded): return Step(consumed: length, written: UTF8Decoding.write(folded, to: target))
    case .letters(let folded, _):
      let written = folded.reduce(0) { $0 + UTF8Decoding.write($1, to: target + $0) }
      return Step(consumed: length, written: written)
    }
  }
}

/// Splits text into words: the maximal runs of at least two letters, digits or underscores.
///
/// The same tokens as scikit-learn's default pattern `(?u)\b\w\w+\b` on `str.lower()` text, without making a
/// lower-cased copy or any string. `TextReferenceTokenizer` of the test support is its plain twin.
struct Tokenizer: Sendable {
  let lowercase: Bool

  /// A buffer that takes the words of a document of `byteCount` bytes, with a space after each.
  ///
  /// No folding more than doubles the bytes, and a space needs a separator or a folding that has one.
  static func bufferSize(for byteCount: Int) -> Int { 2 * byteCount + 16 }

  /// Calls `body` with the range of every word in `buffer`.
  ///
  /// - Parameters:
  ///   - text: UTF-8, or nearly.
  ///   - buffer: at least ``bufferSize(for:)`` bytes; words are written one after the other.
  ///   - body: gets start and end of a word and returns where the next one may start: at the word's start to reuse
  ///     its place, at most one past its end (for a space) to keep it.
  /// - Returns: how many invalid sequences were read as U+FFFD.
  @inline(__always)
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, buffer: UnsafeMutablePointer<UInt8>,
    _ body: (_ start: Int, _ end: Int) -> Int
  ) -> Int {
    var repairs = 0
    var position = 0
    var (start, end) = (0, 0)
    // Bytes beyond one a code point, so that words of one code point are told apart.
    var extra = 0
    while position < text.count {
      let length = foldASCII(in: text, at: position, to: buffer + end)
      position &+= length
      end &+= length
      if length == 8 || position == text.count { continue }
      if text[position] >= 0x80 {
        let step = foldScalars(in: text, at: position, to: buffer + end)
        position &+= step.consumed
        end &+= step.written
        extra &+= step.written &- step.letters
        repairs &+= step.repairs
        if !step.endsWord { continue }
      } else {
        position &+= 1
      }
      if end &- extra &- start >= 2 { start = body(start, end) }
      (end, extra) = (start, 0)
    }
    if end &- extra &- start >= 2 { _ = body(start, end) }
    return repairs
  }

  /// The words of a text.
  func words(of text: String) -> [String] {
    var (text, words) = (text, [String]())
    let buffer = RawBuffer<UInt8>(capacity: Self.bufferSize(for: text.utf8.count))
    _ = text.withUTF8 { text in
      forEachWord(in: text, buffer: buffer.pointer) { start, end in
        let word = UnsafeBufferPointer(start: buffer.pointer + start, count: end - start)
        words.append(String(decoding: word, as: UTF8.self))
        return start
      }
    }
    return words
  }

  /// Folds the ASCII part of a word: up to eight bytes, fewer where the word ends or goes on beyond ASCII.
  @inline(__always)
  private func foldASCII(
    in text: UnsafeBufferPointer<UInt8>, at position: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    guard text.count &- position >= 8, let base = text.baseAddress else {
      return foldASCIITail(in: text, at: position, to: target)
    }
    let bytes = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
    let word = WordBytes(UInt64(littleEndian: bytes), lowercase: lowercase)
    // What is written past the word is overwritten by the next one; the buffer has room for it.
    UnsafeMutableRawPointer(target).storeBytes(of: word.folded.littleEndian, as: UInt64.self)
    return word.wordLength
  }

  @inline(never)
  private func foldASCIITail(
    in text: UnsafeBufferPointer<UInt8>, at position: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var bytes: UInt64 = 0
    for index in 0..<min(8, text.count - position) {
      bytes |= UInt64(text[position + index]) << UInt64(8 * index)
    }
    let word = WordBytes(bytes, lowercase: lowercase)
    UnsafeMutableRawPointer(target).storeBytes(of: word.folded.littleEndian, as: UInt64.self)
    return word.wordLength
  }

  private struct Step {
    var consumed = 0
    var written = 0
    var letters = 0
    var repairs = 0
    var endsWord = false
  }

  /// Folds consecutive code points beyond ASCII, up to the first that ends the word.
  @inline(never)
  private func foldScalars(
    in text: UnsafeBufferPointer<UInt8>, at position: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Step {
    let table = lowercase ? WordTable.lowercased : WordTable.plain
    var step = Step()
    repeat {
      let here = position &+ step.consumed
      let (value, length) = UTF8Decoding.scalar(in: text, at: here)
      step.consumed &+= length
      if value == UTF8Decoding.invalid {
        step.repairs = 1
        step.endsWord = true
        return step
      }
      switch table.folding(of: value) {
      case .separator:
        step.endsWord = true
      case .letter(var folded):
        if lowercase, value == FinalSigma.capital { folded = FinalSigma.lowercase(in: text, at: here) }
        step.letters &+= 1
        step.written &+= UTF8Decoding.write(folded, to: target + step.written)
      case .letters(let folded, let endsWord):
        step.letters &+= folded.count
        step.endsWord = endsWord
        for letter in folded { step.written &+= UTF8Decoding.write(letter, to: target + step.written) }
      }
    } while !step.endsWord && position &+ step.consumed < text.count
      && text[position &+ step.consumed] >= 0x80
    return step
  }
}

/// Eight bytes of text at once, as one number: finding where an ASCII word ends, and folding it, without a branch
/// for each byte.
///
/// The first byte of the text is the lowest of the number. Sums can't carry from one byte to the next, because the
/// bytes are cut to seven bits first.
struct WordBytes {
  /// The bytes, folded to lower case if asked for; only those of words mean something.
  let folded: UInt64
  /// How many bytes at the start belong to a word; what is beyond ASCII does not.
  let wordLength: Int

  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  private static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// The high bit of each byte that lies in a range of ASCII.
  @inline(__always)
  private static func flags(_ bytes: UInt64, _ first: UInt8, _ last: UInt8) -> UInt64 {
    (bytes &+ all(0x80 - first)) & ~(bytes &+ all(0x7F - last)) & highBits
  }

  @inline(__always)
  init(_ bytes: UInt64, lowercase: Bool) {
    let seven = bytes & ~Self.highBits
    let upper = Self.flags(seven, UInt8(ascii: "A"), UInt8(ascii: "Z"))
    let lower = seven | upper &>> 2
    let letters = Self.flags(lower, UInt8(ascii: "a"), UInt8(ascii: "z"))
    let digits = Self.flags(seven, UInt8(ascii: "0"), UInt8(ascii: "9"))
    // 0x80 minus nothing but zero keeps its high bit.
    let underscores = (Self.highBits &- (seven ^ Self.all(UInt8(ascii: "_")))) & Self.highBits
    let others = ~(letters | digits | underscores) & Self.highBits | bytes & Self.highBits
    folded = lowercase ? lower : bytes
    wordLength = others.trailingZeroBitCount &>> 3
  }
}

/// Splits text into words: the maximal runs of at least two letters, digits or underscores.
///
/// The same tokens as scikit-learn's default pattern `(?u)\b\w\w+\b` on `str.lower()` text, without making a
/// lower-cased copy or any string. `ReferenceTokenizer` of the test support is its plain twin.
struct Tokenizer: Sendable {
  let lowercase: Bool
  private let folding: [UInt8]

  init(lowercase: Bool) {
    self.lowercase = lowercase
    folding = ByteFolding.table(lowercase: lowercase)
  }

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
    folding.withUnsafeBufferPointer { folding in
      var repairs = 0
      var position = 0
      var (start, end) = (0, 0)
      // Bytes beyond one a code point, so that words of one code point are told apart.
      var extra = 0
      while position < text.count {
        let folded = folding[Int(text[position])]
        if folded != ByteFolding.separator && folded != ByteFolding.beyondASCII {
          buffer[end] = folded
          end += 1
          position += 1
          continue
        }
        if folded == ByteFolding.beyondASCII {
          let step = foldScalar(in: text, at: position, to: buffer + end)
          position += step.consumed
          end += step.written
          extra += step.written - step.letters
          repairs += step.repairs
          if !step.endsWord { continue }
        } else {
          position += 1
        }
        if end - extra - start >= 2 { start = body(start, end) }
        (end, extra) = (start, 0)
      }
      if end - extra - start >= 2 { _ = body(start, end) }
      return repairs
    }
  }

  private struct Step {
    var consumed = 0
    var written = 0
    var letters = 0
    var repairs = 0
    var endsWord = false
  }

  /// Folds one code point beyond ASCII.
  @inline(never)
  private func foldScalar(
    in text: UnsafeBufferPointer<UInt8>, at position: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Step {
    let (value, length) = UTF8Decoding.scalar(in: text, at: position)
    var step = Step(consumed: length)
    if value == UTF8Decoding.invalid {
      step.repairs = 1
      step.endsWord = true
      return step
    }
    switch (lowercase ? WordTable.lowercased : WordTable.plain).folding(of: value) {
    case .separator:
      step.endsWord = true
    case .letter(var folded):
      if lowercase, value == FinalSigma.capital { folded = FinalSigma.lowercase(in: text, at: position) }
      step.letters = 1
      step.written = UTF8Decoding.write(folded, to: target)
    case .letters(let folded, let endsWord):
      step.letters = folded.count
      step.endsWord = endsWord
      for letter in folded { step.written += UTF8Decoding.write(letter, to: target + step.written) }
    }
    return step
  }
}

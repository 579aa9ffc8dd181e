/// Reads a document's terms: words without the stop words, alone or joined to n-grams by single spaces.
struct TermReader: Sendable {
  private let tokenizer: Tokenizer
  private let ngrams: ClosedRange<Int>
  private let stopWords: TermIndex?

  init(_ options: ValidatedTextOptions) {
    let options = options.options
    tokenizer = Tokenizer(lowercase: options.lowercase)
    ngrams = options.ngrams
    let words = options.stopWords.words
    stopWords = words.isEmpty ? nil : TermIndex(words: words)
  }

  /// Memory for reading documents, kept from one to the next.
  struct Scratch {
    fileprivate let words = RawBuffer<UInt8>(capacity: 1 << 12)
    fileprivate let starts = RawBuffer<Int>(capacity: 64)
  }

  /// At most this many terms are in a document: a word takes two bytes and a separator.
  func maxTermCount(byteCount: Int) -> Int { ngrams.count * (byteCount / 3 + 1) }

  /// Calls `body` with each term; its bytes are valid during the call only.
  ///
  /// Terms come in the order of their last word, the longest last.
  ///
  /// - Returns: how many invalid sequences were read as U+FFFD.
  @inline(__always)
  func forEachTerm(
    in text: UnsafeBufferPointer<UInt8>, scratch: Scratch, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) -> Int {
    scratch.words.reserve(Tokenizer.bufferSize(for: text.count))
    let buffer = scratch.words.pointer
    if stopWords == nil && ngrams == 1...1 {
      return tokenizer.forEachWord(in: text, buffer: buffer) { start, end in
        body(UnsafeBufferPointer(start: buffer + start, count: end &- start))
        return start
      }
    }
    return withStopWords { stopWords in
      forEachTerm(in: text, buffer: buffer, starts: scratch.starts, stopWords: stopWords, body)
    }
  }

  /// The general case. Words lie in the buffer with a space between them, so an n-gram is a piece of it.
  @inline(__always)
  private func forEachTerm(
    in text: UnsafeBufferPointer<UInt8>, buffer: UnsafeMutablePointer<UInt8>, starts: RawBuffer<Int>,
    stopWords: TermLookup?, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) -> Int {
    starts.count = 0
    return tokenizer.forEachWord(in: text, buffer: buffer) { start, end in
      let word = UnsafeBufferPointer(start: UnsafePointer(buffer + start), count: end &- start)
      if let stopWords, stopWords.id(of: word) != nil { return start }
      starts.append(start)
      var size = ngrams.lowerBound
      while size <= min(ngrams.upperBound, starts.count) {
        let first = starts.pointer[starts.count &- size]
        body(UnsafeBufferPointer(start: buffer + first, count: end &- first))
        size &+= 1
      }
      buffer[end] = UInt8(ascii: " ")
      return end + 1
    }
  }

  @inline(__always)
  private func withStopWords<Result>(_ body: (TermLookup?) -> Result) -> Result {
    guard let stopWords else { return body(nil) }
    return stopWords.withLookup { body($0) }
  }
}

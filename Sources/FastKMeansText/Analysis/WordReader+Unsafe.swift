/// Reads a document's words without the stop words, alone or joined to n-grams by single spaces.
struct WordReader: Sendable {
  private let tokenizer: Tokenizer
  private let ngrams: ClosedRange<Int>
  private let stopWords: TermIndex?

  init(_ options: TextOptions) {
    tokenizer = Tokenizer(lowercase: options.lowercase)
    ngrams = options.wordNGrams
    let words = options.stopWords.words
    stopWords = words.isEmpty ? nil : TermIndex(words: words)
  }

  /// At most this many terms are in a document: a word takes two bytes and a separator.
  func maxTermCount(byteCount: Int) -> Int { ngrams.count * (byteCount / 3 + 1) }

  /// Calls `body` with all terms, a batch at a time.
  ///
  /// Terms come in the order of their last word, the longest last.
  ///
  /// - Returns: how many invalid sequences were read as U+FFFD.
  @inline(__always)
  func forEachBatch(
    in text: UnsafeBufferPointer<UInt8>, scratch: Analyzer.Scratch, _ body: (TermBatch) -> Void
  ) -> Int {
    scratch.text.reserve(Tokenizer.bufferSize(for: text.count))
    let repairs =
      stopWords == nil && ngrams == 1...1
      ? readWords(text, scratch, body) : withStopWords { readNGrams(text, scratch, $0, body) }
    if scratch.batch.count > 0 { body(scratch.batch) }
    return repairs
  }

  @inline(__always)
  private func readWords(
    _ text: UnsafeBufferPointer<UInt8>, _ scratch: Analyzer.Scratch, _ body: (TermBatch) -> Void
  ) -> Int {
    let buffer = scratch.text.pointer
    return tokenizer.forEachWord(in: text, buffer: buffer) { start, end in
      scratch.batch.append(UnsafeBufferPointer(start: buffer + start, count: end &- start))
      guard scratch.batch.isFull else { return end }
      body(scratch.batch)
      scratch.batch.removeAll()
      return 0
    }
  }

  /// The general case. Words lie in the buffer with a space between them, so an n-gram is a piece of it.
  @inline(__always)
  private func readNGrams(
    _ text: UnsafeBufferPointer<UInt8>, _ scratch: Analyzer.Scratch, _ stopWords: TermLookup?,
    _ body: (TermBatch) -> Void
  ) -> Int {
    let (buffer, starts, batch) = (scratch.text.pointer, scratch.starts, scratch.batch)
    return tokenizer.forEachWord(in: text, buffer: buffer) { start, end in
      let word = UnsafeBufferPointer(start: UnsafePointer(buffer + start), count: end &- start)
      if let stopWords, stopWords.id(of: word) != nil { return start }
      starts.append(start)
      var size = ngrams.lowerBound
      while size <= min(ngrams.upperBound, starts.count) {
        let first = starts.pointer[starts.count &- size]
        batch.append(UnsafeBufferPointer(start: buffer + first, count: end &- first))
        if batch.isFull {
          body(batch)
          batch.removeAll()
        }
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

/// Reads a document's terms: words without the stop words, alone or joined to n-grams by single spaces.
///
/// Only this type knows what a term is. Counting, vocabularies and hashing get the terms' bytes in batches, so another
/// kind of term, such as n-grams of characters, is another way for ``forEachBatch(in:scratch:_:)`` to fill a batch and
/// another bound in ``maxTermCount(byteCount:)``.
struct Analyzer: Sendable {
  private let tokenizer: Tokenizer
  private let ngrams: ClosedRange<Int>
  private let stopWords: TermIndex?

  init(_ options: TextOptions) {
    tokenizer = Tokenizer(lowercase: options.lowercase)
    ngrams = options.ngrams
    let words = options.stopWords.words
    stopWords = words.isEmpty ? nil : TermIndex(words: words)
  }

  /// Memory for reading documents, kept from one to the next.
  struct Scratch {
    fileprivate let words = RawBuffer<UInt8>(capacity: 1 << 12)
    fileprivate let starts = RawBuffer<Int>(capacity: 64)
    fileprivate let batch = TermBatch()
  }

  /// At most this many terms are in a document: a word takes two bytes and a separator.
  func maxTermCount(byteCount: Int) -> Int { ngrams.count * (byteCount / 3 + 1) }

  /// Calls `body` with all terms, a batch at a time; their bytes are valid during the call only.
  ///
  /// Terms come in the order of their last word, the longest last.
  ///
  /// - Parameters:
  ///   - text: UTF-8, or nearly.
  ///   - scratch: memory that no one else uses meanwhile.
  ///   - body: must leave the batch as it is.
  /// - Returns: how many invalid sequences were read as U+FFFD.
  @inline(__always)
  func forEachBatch(
    in text: UnsafeBufferPointer<UInt8>, scratch: Scratch, _ body: (TermBatch) -> Void
  ) -> Int {
    scratch.words.reserve(Tokenizer.bufferSize(for: text.count))
    scratch.batch.removeAll()
    scratch.starts.count = 0
    let repairs =
      stopWords == nil && ngrams == 1...1
      ? readWords(text, scratch, body) : withStopWords { readNGrams(text, scratch, $0, body) }
    if scratch.batch.count > 0 { body(scratch.batch) }
    return repairs
  }

  @inline(__always)
  private func readWords(
    _ text: UnsafeBufferPointer<UInt8>, _ scratch: Scratch, _ body: (TermBatch) -> Void
  ) -> Int {
    let buffer = scratch.words.pointer
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
    _ text: UnsafeBufferPointer<UInt8>, _ scratch: Scratch, _ stopWords: TermLookup?,
    _ body: (TermBatch) -> Void
  ) -> Int {
    let (buffer, starts, batch) = (scratch.words.pointer, scratch.starts, scratch.batch)
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

/// Reads a document's terms of one kind.
///
/// Only this type knows what a term is. Counting, vocabularies and hashing get the terms' bytes in batches and give them
/// numbers, so another kind of term is another case here.
struct Analyzer: Sendable {
  enum Kind: Sendable, Equatable {
    case words
    /// n-grams of all characters.
    case characters
    /// n-grams of the characters of each piece between white space, with a blank before and after it.
    case charactersOfPieces
  }

  private enum Reader: Sendable {
    case words(WordReader)
    case characters(CharacterReader)
  }

  private let reader: Reader

  init(_ options: TextOptions, _ kind: Kind) {
    reader =
      switch kind {
      case .words: .words(WordReader(options))
      case .characters, .charactersOfPieces:
        .characters(CharacterReader(options, ofPieces: kind == .charactersOfPieces))
      }
  }

  /// Memory for reading documents with one analyzer, kept from one to the next.
  struct Scratch {
    let text = RawBuffer<UInt8>(capacity: 1 << 12)
    let starts = RawBuffer<Int>(capacity: 64)
    let batch = TermBatch()
    let numbers = RawBuffer<UInt32>(capacity: 2 * TermBatch.capacity)
    /// `nil` where terms are not those of pieces.
    let pieces: PieceMemory?

    init(for analyzer: Analyzer) {
      if case .characters(let reader) = analyzer.reader, reader.isOfPieces {
        pieces = PieceMemory()
      } else {
        pieces = nil
      }
    }
  }

  /// At most this many terms are in a document.
  func maxTermCount(byteCount: Int) -> Int {
    switch reader {
    case .words(let reader): reader.maxTermCount(byteCount: byteCount)
    case .characters(let reader): reader.maxTermCount(byteCount: byteCount)
    }
  }

  /// The longest document that can be read: a chunk's terms must number fewer than 2^32.
  var maxDocumentBytes: Int {
    switch reader {
    case .words: UTF8Documents.maxDocumentBytes
    case .characters: CharacterReader.maxDocumentBytes
    }
  }

  /// Calls `body` with the numbers of all terms, some at a time.
  ///
  /// - Parameters:
  ///   - text: UTF-8, or nearly.
  ///   - scratch: memory that no one else uses meanwhile, and that serves one numbering only.
  ///   - number: appends the numbers of a batch's terms, as far as they have any. It is not called again for terms of a
  ///     piece of text that is remembered.
  /// - Returns: how many invalid sequences were read as U+FFFD.
  @inline(__always)
  func forEachTerm(
    in text: UnsafeBufferPointer<UInt8>, scratch: Scratch, number: (TermBatch, RawBuffer<UInt32>) -> Void,
    _ body: (UnsafeMutableBufferPointer<UInt32>) -> Void
  ) -> Int {
    scratch.batch.removeAll()
    scratch.starts.count = 0
    switch reader {
    case .words(let reader):
      return reader.forEachBatch(in: text, scratch: scratch) { batch in
        scratch.numbers.count = 0
        number(batch, scratch.numbers)
        body(scratch.numbers.elements)
      }
    case .characters(let reader):
      return reader.forEachTerm(in: text, scratch: scratch, number: number, body)
    }
  }
}

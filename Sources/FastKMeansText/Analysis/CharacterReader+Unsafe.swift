/// Reads the n-grams of a document's characters, of all of them or of each piece between white space.
///
/// The same terms as those of scikit-learn's analyzers `char` and `char_wb`. A piece has the same terms each time, and most
/// pieces came before, so the numbers of its terms are remembered: one look-up in place of some twenty.
/// `TextReferenceTokenizer` of the test support is its plain twin.
struct CharacterReader: Sendable {
  /// With it, and the most sizes of n-grams, a chunk of documents has fewer than 2^32 terms.
  static let maxDocumentBytes = 1 << 28
  /// Where the last code points start is kept in a ring.
  private static let ringSize = TextOptions.maxNGram

  private let sizes: ClosedRange<Int>
  let isOfPieces: Bool
  private let folding: CharacterFolding

  init(_ options: TextOptions, ofPieces: Bool) {
    sizes = options.characterNGrams
    isOfPieces = ofPieces
    folding = CharacterFolding(lowercase: options.lowercase)
  }

  /// A piece of one byte, with the separator after it, makes three characters.
  func maxTermCount(byteCount: Int) -> Int { sizes.count * (byteCount + byteCount / 2 + 2) }

  /// As ``Analyzer/forEachTerm(in:scratch:number:_:)``.
  @inline(__always)
  func forEachTerm(
    in text: UnsafeBufferPointer<UInt8>, scratch: Analyzer.Scratch,
    number: (TermBatch, RawBuffer<UInt32>) -> Void, _ body: (UnsafeMutableBufferPointer<UInt32>) -> Void
  ) -> Int {
    func forEachNumber(_ text: UnsafeBufferPointer<UInt8>) {
      forEachBatch(text, scratch) { batch in
        scratch.numbers.count = 0
        number(batch, scratch.numbers)
        body(scratch.numbers.elements)
      }
    }
    scratch.text.reserve(CharacterFolding.bufferSize(for: text.count))
    let buffer = scratch.text.pointer
    guard let memory = scratch.pieces else {
      let (count, repairs) = folding.fold(text, to: buffer)
      forEachNumber(UnsafeBufferPointer(start: buffer, count: count))
      return repairs
    }
    let blank = UInt8(ascii: " ")
    buffer[0] = blank
    return folding.forEachPiece(of: text, buffer: buffer + 1) { count in
      buffer[count &+ 1] = blank
      let piece = UnsafeBufferPointer(start: UnsafePointer(buffer), count: count &+ 2)
      let known = memory.numbers(of: UnsafeBufferPointer(start: buffer + 1, count: count)) { numbers in
        forEachBatch(piece, scratch) { number($0, numbers) }
      }
      if let known { body(known) } else { forEachNumber(piece) }
    }
  }

  /// Calls `body` with the n-grams of folded text, a batch at a time, in the order of their last character.
  @inline(__always)
  private func forEachBatch(
    _ text: UnsafeBufferPointer<UInt8>, _ scratch: Analyzer.Scratch, _ body: (TermBatch) -> Void
  ) {
    guard let base = text.baseAddress else { return }
    let (batch, starts, mask) = (scratch.batch, scratch.starts.pointer, Self.ringSize &- 1)
    func append(from start: Int, to end: Int) {
      batch.append(UnsafeBufferPointer(start: base + start, count: end &- start))
      guard batch.isFull else { return }
      body(batch)
      batch.removeAll()
    }
    var (position, count) = (0, 0)
    while position < text.count {
      starts[count & mask] = position
      position &+= UTF8Decoding.length(lead: base[position])
      count &+= 1
      var size = sizes.lowerBound
      while size <= min(sizes.upperBound, count) {
        append(from: starts[(count &- size) & mask], to: position)
        size &+= 1
      }
    }
    // A piece that is shorter than every n-gram is a term itself.
    if isOfPieces, count < sizes.lowerBound { append(from: 0, to: text.count) }
    if batch.count > 0 { body(batch) }
    batch.removeAll()
  }
}

/// The numbers of the terms of pieces of text that came before.
///
/// `@unchecked Sendable`: used by one worker at a time.
final class PieceMemory: @unchecked Sendable {
  /// Longer pieces are rarely words, and seldom come again.
  private static let maxBytes = 64
  /// 32 MB of numbers; further pieces are read each time.
  private static let maxNumbers = 1 << 23

  private let pieces = TermTable(capacity: 1 << 8)
  private let numbers = RawBuffer<UInt32>(capacity: 1 << 10)
  private let ends = RawBuffer<Int>(capacity: 1 << 8)

  /// The numbers of a piece's terms; `nil` for a piece that is not remembered.
  ///
  /// - Parameters:
  ///   - piece: in a buffer, where eight bytes can be read whatever its length.
  ///   - read: appends the numbers of the piece's terms, if it is new.
  /// - Returns: numbers that stay where they are until the next call.
  @inline(__always)
  func numbers(
    of piece: UnsafeBufferPointer<UInt8>, read: (RawBuffer<UInt32>) -> Void
  ) -> UnsafeMutableBufferPointer<UInt32>? {
    guard piece.count <= Self.maxBytes else { return nil }
    let lookup = pieces.lookup
    var id = lookup.find(piece, key: TermKey(inBuffer: piece, seed: lookup.seed)).id
    if id == nil, numbers.count < Self.maxNumbers {
      id = pieces.insert(piece)
      read(numbers)
      ends.append(numbers.count)
    }
    guard let id else { return nil }
    let start = id == 0 ? 0 : ends.pointer[id &- 1]
    return UnsafeMutableBufferPointer(start: numbers.pointer + start, count: ends.pointer[id] &- start)
  }
}

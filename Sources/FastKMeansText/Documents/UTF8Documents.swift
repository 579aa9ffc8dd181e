/// Documents as UTF-8 bytes, one after the other in one buffer: what file readers fill, without a `String` each.
///
/// The bytes need not be valid: what is not UTF-8 counts as U+FFFD when it is read, and is reported.
public struct UTF8Documents: Sendable, Equatable {
  /// A longer document is refused by whoever vectorises: counts of its terms are 32 bit.
  public static let maxDocumentBytes = 1 << 30

  /// All documents' bytes.
  public internal(set) var bytes: [UInt8]
  /// `count + 1` positions, from 0 to the number of bytes in finished documents.
  public private(set) var offsets: [Int]

  public init() {
    bytes = []
    offsets = [0]
  }

  /// A document for each text; the bytes are copied.
  public init(_ texts: some Sequence<String>) {
    self.init()
    for text in texts { append(text) }
  }

  /// Takes over a buffer; document `i` is `bytes[offsets[i] ..< offsets[i + 1]]`.
  ///
  /// - Throws: ``TextError/badDocumentOffsets(position:value:)``.
  /// - Complexity: O(documents).
  public init(bytes: [UInt8], offsets: [Int]) throws {
    try bytes.withUnsafeBufferPointer { bytes in
      _ = try offsets.withUnsafeBufferPointer { try DocumentBytes(validating: bytes, offsets: $0) }
    }
    self.bytes = bytes
    self.offsets = offsets
  }

  /// The number of finished documents.
  public var count: Int { offsets.count - 1 }

  /// The bytes of one document, as they came.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  public subscript(index: Int) -> ArraySlice<UInt8> { bytes[offsets[index]..<offsets[index + 1]] }

  /// One document as text; invalid bytes become U+FFFD.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  public func text(at index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}

extension UTF8Documents {
  /// Adds a document.
  public mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    endDocument()
  }

  /// Adds a document.
  public mutating func append(utf8 document: ArraySlice<UInt8>) {
    bytes.append(contentsOf: document)
    endDocument()
  }

  /// Adds bytes to the document that is being read; ``endDocument()`` finishes it.
  public mutating func appendPart(_ part: ArraySlice<UInt8>) {
    bytes.append(contentsOf: part)
  }

  /// Finishes the document that is being read; without a part before it, an empty one.
  public mutating func endDocument() {
    offsets.append(bytes.count)
  }

  /// Drops the parts that were added since the last finished document.
  public mutating func discardUnfinished() {
    bytes.removeLast(bytes.count - offsets[offsets.count - 1])
  }

  /// Makes room, so that the buffers need not grow while documents are added.
  public mutating func reserveCapacity(documents: Int, bytes byteCount: Int) {
    offsets.reserveCapacity(documents + 1)
    bytes.reserveCapacity(byteCount)
  }

  /// Empties the batch; the memory stays for the next one.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
  }
}

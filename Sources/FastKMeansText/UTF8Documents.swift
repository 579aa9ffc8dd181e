/// Holds documents as UTF-8 bytes in one buffer, which saves a `String` for each of them.
///
/// The bytes need not be valid UTF-8. The vectoriser reads an invalid sequence as U+FFFD and reports how many there were.
package struct UTF8Documents: Sendable, Equatable {
  /// The longest document that can be vectorised: counts of its terms have 32 bits.
  package static let maxDocumentBytes = 1 << 30

  /// All documents' bytes.
  package internal(set) var bytes: [UInt8]
  /// `count + 1` positions, from 0 to the number of bytes in finished documents.
  package private(set) var offsets: [Int]

  /// Makes an empty batch.
  package init() {
    bytes = []
    offsets = [0]
  }

  /// Makes a document of each text. The bytes are copied.
  package init(_ texts: some Sequence<String>) {
    self.init()
    for text in texts { append(text) }
  }

  /// Takes over a buffer; document `i` is `bytes[offsets[i] ..< offsets[i + 1]]`.
  ///
  /// - Throws: ``TextError/badDocumentOffsets(position:value:)``.
  /// - Complexity: O(documents).
  package init(bytes: [UInt8], offsets: [Int]) throws {
    try bytes.withUnsafeBufferPointer { bytes in
      _ = try offsets.withUnsafeBufferPointer { try DocumentBytes(validating: bytes, offsets: $0) }
    }
    self.bytes = bytes
    self.offsets = offsets
  }

  /// The number of finished documents.
  package var count: Int { offsets.count - 1 }

  /// The bytes of one document, as they came.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  package subscript(index: Int) -> ArraySlice<UInt8> { bytes[offsets[index]..<offsets[index + 1]] }

  /// Returns a document as text. Invalid bytes become U+FFFD.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  package func text(at index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}

extension UTF8Documents {
  /// Adds a text as a document.
  package mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    endDocument()
  }

  /// Adds the bytes as a document.
  package mutating func append(utf8 document: ArraySlice<UInt8>) {
    bytes.append(contentsOf: document)
    endDocument()
  }

  /// Adds bytes to the unfinished document; ``endDocument()`` finishes it.
  package mutating func appendPart(_ part: ArraySlice<UInt8>) {
    bytes.append(contentsOf: part)
  }

  /// Finishes a document of the parts that were added since the last one, which may be none.
  package mutating func endDocument() {
    offsets.append(bytes.count)
  }

  /// Makes room, so that the buffers need not grow while documents are added.
  package mutating func reserveCapacity(documents: Int, bytes byteCount: Int) {
    offsets.reserveCapacity(documents + 1)
    bytes.reserveCapacity(byteCount)
  }

  /// Empties the batch; the memory stays for the next one.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
  }
}

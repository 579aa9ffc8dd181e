extension UTF8Documents {
  /// Adds the bytes as a document; they are copied.
  package mutating func append(utf8 document: UnsafeBufferPointer<UInt8>) {
    appendPart(document)
    endDocument()
  }

  /// Adds bytes to the unfinished document; they are copied.
  package mutating func appendPart(_ part: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: part)
  }

  /// Calls `body` with a view of the documents that is valid during the call only.
  func withDocuments<Result>(_ body: (DocumentBytes) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer { bytes in
      try offsets.withUnsafeBufferPointer { offsets in
        try body(DocumentBytes(bytes: bytes, offsets: offsets))
      }
    }
  }
}

/// A view of documents in memory that the caller owns. It is valid during the call that received it.
///
/// `@unchecked Sendable`: the memory is only read while the view lives.
package struct DocumentBytes: @unchecked Sendable {
  let bytes: UnsafeBufferPointer<UInt8>
  let offsets: UnsafeBufferPointer<Int>

  init(bytes: UnsafeBufferPointer<UInt8>, offsets: UnsafeBufferPointer<Int>) {
    self.bytes = bytes
    self.offsets = offsets
  }

  /// Checks the offsets that came through the C interface.
  ///
  /// - Throws: ``TextError/badDocumentOffsets(position:value:)``.
  package init(
    validating bytes: UnsafeBufferPointer<UInt8>, offsets: UnsafeBufferPointer<Int>
  ) throws(TextError) {
    var previous = 0
    for (position, offset) in offsets.enumerated() {
      guard offset >= previous, offset <= bytes.count, position > 0 || offset == 0 else {
        throw TextError.badDocumentOffsets(position: position, value: offset)
      }
      previous = offset
    }
    guard let last = offsets.last, last == bytes.count else {
      throw TextError.badDocumentOffsets(position: max(0, offsets.count - 1), value: offsets.last ?? -1)
    }
    self.init(bytes: bytes, offsets: offsets)
  }

  var count: Int { offsets.count - 1 }

  @inline(__always)
  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[offsets[index]..<offsets[index + 1]])
  }

  /// A copy of the documents at these positions, in this order.
  ///
  /// - Precondition: each position is in `0 ..< count`.
  /// - Complexity: O(bytes taken).
  func selecting(_ positions: [Int]) -> UTF8Documents {
    var selection = UTF8Documents()
    for position in positions { selection.append(utf8: self[position]) }
    return selection
  }

  /// Refuses documents whose terms 32 bits could not count.
  func checkLengths(limit: Int) throws(TextError) {
    guard count < Int(UInt32.max) else { throw TextError.tooManyDocuments(limit: Int(UInt32.max) - 1) }
    for index in 0..<count {
      let length = offsets[index + 1] - offsets[index]
      guard length <= limit else {
        throw TextError.documentTooLong(document: index, bytes: length, limit: limit)
      }
    }
  }

  /// Returns consecutive ranges of documents with about the same number of bytes. They are small enough to keep every
  /// worker busy to the end, and large enough that handing them out costs nothing.
  func chunks(workers: Int) -> [Range<Int>] {
    let target = min(max(bytes.count / (8 * max(1, workers)), 1 << 16), 1 << 22)
    var chunks: [Range<Int>] = []
    var start = 0
    for index in 0..<count {
      // The count is bounded as well: documents may be empty.
      let isFull = offsets[index + 1] - offsets[start] >= target || index + 1 - start >= 1 << 16
      if isFull || index + 1 == count {
        chunks.append(start..<index + 1)
        start = index + 1
      }
    }
    return chunks
  }
}

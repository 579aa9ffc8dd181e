/// Documents as one run of UTF-8 bytes, to keep a million of them without a million allocations.
///
/// Document `i` is `bytes[offsets[i] ..< offsets[i + 1]]`. The bytes are as they came, whether valid UTF-8 or not.
public struct TextDocuments: Sendable, Equatable {
  public internal(set) var bytes: [UInt8]
  /// One more than there are documents, from 0 on, never falling, ending at `bytes.count`.
  public internal(set) var offsets: [Int]

  public init() {
    bytes = []
    offsets = [0]
  }

  /// The number of documents.
  public var count: Int { offsets.count - 1 }

  /// Adds a document at the end.
  ///
  /// - Parameter document: its UTF-8 bytes.
  public mutating func append(_ document: some Sequence<UInt8>) {
    bytes.append(contentsOf: document)
    offsets.append(bytes.count)
  }

  /// The bytes of one document.
  ///
  /// - Parameter index: in `0 ..< count`.
  public subscript(index: Int) -> ArraySlice<UInt8> { bytes[offsets[index]..<offsets[index + 1]] }
}

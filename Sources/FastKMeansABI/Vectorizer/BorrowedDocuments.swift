import CFastKMeans
import FastKMeansText

/// Documents of a caller, checked; the bytes lie where the caller has them.
struct BorrowedDocuments {
  private let view: DocumentBytes
  private let owner: AnyObject?

  init(_ documents: UnsafePointer<fkm_documents>?) throws {
    let documents = try require(structure: documents, "documents", size: \.struct_size)
    let type = try NumberType(documents.offset_type, "documents.offset_type", among: NumberType.integers)
    for (name, size) in [("count", documents.count), ("byte_count", documents.byte_count)]
    where !(0...1 << 48).contains(size) {
      throw ArgumentError.size("documents.\(name)", size, allowed: "0 to 2^48")
    }
    let bytes = try array(
      documents.bytes, count: Int(documents.byte_count), of: UInt8.self, "documents.bytes")
    let offsets = try offsets(
      documents.offsets, count: Int(documents.count) + 1, type, "documents.offsets")
    view = try DocumentBytes(validating: bytes, offsets: offsets.buffer)
    owner = offsets.owner
  }

  func withView<Result>(_ body: (DocumentBytes) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(owner) {} }
    return try body(view)
  }
}

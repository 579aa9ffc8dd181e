import FastKMeansCore

/// A model on its way into a file: tensors and texts.
struct ModelRecord {
  private(set) var tensors: [Tensor] = []
  private(set) var metadata: [String: String] = [:]

  mutating func add(_ tensor: Tensor) { tensors.append(tensor) }

  mutating func add(_ key: String, _ text: String) { metadata[key] = text }

  mutating func add(_ key: String, _ value: JSON) { metadata[key] = value.compactText }
}

extension ModelRecord {
  /// Header and tensors, ready to be written.
  ///
  /// Tensors stand in the order in which the sections add them, those with larger elements first: so each
  /// begins at a multiple of its element size, and the format allows for no gaps to make it so.
  ///
  /// - Complexity: O(bytes), for the digest.
  func sealed() throws -> (header: [UInt8], tensors: [Tensor]) {
    let ordered = [8, 4, 2, 1].flatMap { size in tensors.filter { $0.type.byteCount == size } }
    var texts = metadata
    texts[ModelFormat.Key.format] = ModelFormat.name
    texts[ModelFormat.Key.version] = ModelFormat.version
    texts[ModelFormat.Key.headerDigest] = ModelFormat.emptyDigest
    var hash = SHA256()
    for tensor in ordered { try tensor.withBytes { hash.update($0) } }
    texts[ModelFormat.Key.dataDigest] = hash.hexDigest()
    var header = Array(try TensorHeader(tensors: ordered, metadata: texts).text.utf8)
    guard header.count <= TensorHeader.maxByteCount else {
      throw ModelFileError.Problem.cannotBeWritten(
        reason: "its options take \(header.count) bytes, at most \(TensorHeader.maxByteCount) fit;"
          + " shorten k_list or the list of stop words")
    }
    if let range = ModelFormat.headerDigestRange(in: header) {
      header.replaceSubrange(range, with: ModelFormat.headerDigest(of: header, digestRange: range).utf8)
    }
    return (header, ordered)
  }
}

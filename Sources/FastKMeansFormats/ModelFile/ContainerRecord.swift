import FastKMeansCore

/// What goes into a container file: tensors and texts.
package struct ContainerRecord {
  private var tensors: [Tensor] = []
  private var metadata: [String: String] = [:]

  package init() {}

  package mutating func add(_ tensor: Tensor) { tensors.append(tensor) }

  mutating func add(_ key: String, _ text: String) { metadata[key] = text }

  package mutating func add(_ key: String, _ value: JSON) { metadata[key] = value.compactText }

  /// Calls `write` with the bytes of the file, piece by piece in their order.
  ///
  /// Tensors stand in the order in which the sections add them, those with larger elements first: so each
  /// begins at a multiple of its element size, and the format allows for no gaps to make it so.
  ///
  /// - Throws: ``ModelFileError/Problem/cannotBeWritten(reason:)``, and what `write` throws.
  /// - Complexity: O(bytes), twice: for the digest and for writing.
  package func write(
    as format: ContainerFormat, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    typealias Key = ContainerFormat.Key
    let ordered = [8, 4, 2, 1].flatMap { size in tensors.filter { $0.type.byteCount == size } }
    var texts = metadata
    texts[Key.format] = format.name
    texts[Key.version] = format.version
    texts[Key.headerDigest] = ContainerFormat.emptyDigest
    var hash = SHA256()
    for tensor in ordered { try tensor.withBytes { hash.update($0) } }
    texts[Key.dataDigest] = hash.hexDigest()
    var header = Array(try TensorHeader(tensors: ordered, metadata: texts).text.utf8)
    guard header.count <= TensorHeader.maxByteCount else {
      throw ModelFileError.Problem.cannotBeWritten(
        reason: "its options take \(header.count) bytes, at most \(TensorHeader.maxByteCount) fit;"
          + " shorten k_list or the list of stop words")
    }
    if let range = ContainerFormat.headerDigestRange(in: header) {
      header.replaceSubrange(
        range, with: ContainerFormat.headerDigest(of: header, digestRange: range).utf8)
    }
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try write($0) }
    try header.withUnsafeBytes { try write($0) }
    for tensor in ordered { try tensor.withBytes(write) }
  }
}

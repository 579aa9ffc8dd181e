/// What a model file consists of, for `inspect`: sizes and texts, without the data.
package struct ModelFileInfo: Sendable, Equatable {
  /// One array of the file.
  package struct Tensor: Sendable, Equatable {
    package let name: String
    package let type: TensorType
    package let shape: [Int]
    /// Where it begins, counted from the start of the file.
    package let byteOffset: Int
    package let byteCount: Int
  }

  /// Such as `1.0`.
  package let formatVersion: String
  /// Of the whole file.
  package let byteCount: Int
  package let headerByteCount: Int
  /// In the order of the file.
  package let tensors: [Tensor]
  /// The texts of the header by their keys, as they stand.
  package let metadata: [String: String]

  init(_ file: TensorFile, byteCount: Int) {
    let dataStart = TensorFile.lengthByteCount + file.headerByteCount
    formatVersion = file.metadata[ContainerFormat.Key.version] ?? ""
    headerByteCount = file.headerByteCount
    metadata = file.metadata
    self.byteCount = byteCount
    tensors = file.header.entries.map {
      Tensor(
        name: $0.name, type: $0.type, shape: $0.shape, byteOffset: dataStart + $0.range.lowerBound,
        byteCount: $0.range.count)
    }
  }
}

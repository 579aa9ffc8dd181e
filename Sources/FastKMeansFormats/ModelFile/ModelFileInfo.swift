/// What a model file consists of, for `inspect`: sizes and texts, without the data.
public struct ModelFileInfo: Sendable, Equatable {
  /// One array of the file.
  public struct Tensor: Sendable, Equatable {
    public let name: String
    public let type: TensorType
    public let shape: [Int]
    /// Where it begins, counted from the start of the file.
    public let byteOffset: Int
    public let byteCount: Int
  }

  /// Such as `1.0`.
  public let formatVersion: String
  /// Of the whole file.
  public let byteCount: Int
  public let headerByteCount: Int
  /// In the order of the file.
  public let tensors: [Tensor]
  /// The texts of the header by their keys, as they stand.
  public let metadata: [String: String]

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

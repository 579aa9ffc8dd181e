import FastKMeansCore

/// A model file or checkpoint that is open for reading: its header is checked, its tensors are copied out one by one.
package struct TensorFile {
  let header: TensorHeader
  private let file: MappedFile
  private let dataStart: Int
  private let positions: [String: Int]

  var metadata: [String: String] { header.metadata }
  var headerByteCount: Int { dataStart - Self.lengthByteCount }

  /// The length of the header stands before it, in this many bytes.
  static let lengthByteCount = 8

  /// Checks the header: its length, its JSON, whose file it is, its version, its digest, where each tensor
  /// lies.
  ///
  /// The version comes before the digest, for a later version may compute that in another way.
  package init(_ file: MappedFile, as format: ContainerFormat) throws {
    let bytes = try Self.headerBytes(of: file)
    let json: JSON
    do {
      json = try JSON.parse(bytes)
    } catch {
      throw ModelFileError.Problem.badHeader(byte: Self.lengthByteCount + error.byte, reason: error.reason)
    }
    let metadata = try TensorHeader.metadata(in: json)
    try format.checkVersion(metadata)
    try ContainerFormat.checkHeaderDigest(of: bytes, metadata)
    let dataStart = Self.lengthByteCount + bytes.count
    let header = try TensorHeader(json, metadata: metadata, dataByteCount: file.count - dataStart)
    self.init(file, header, dataStart: dataStart)
  }

  private init(_ file: MappedFile, _ header: TensorHeader, dataStart: Int) {
    self.file = file
    self.header = header
    self.dataStart = dataStart
    // The parser has refused names that occur twice.
    positions = Dictionary(
      header.entries.indices.map { (header.entries[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func headerBytes(of file: MappedFile) throws -> [UInt8] {
    guard file.count > lengthByteCount else {
      throw ModelFileError.Problem.truncated(expected: lengthByteCount + 2, found: file.count)
    }
    let count = try file.withBytes(at: 0, count: lengthByteCount) {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    guard count <= UInt64(TensorHeader.maxByteCount) else {
      throw ModelFileError.Problem.headerTooLong(declared: count, limit: TensorHeader.maxByteCount)
    }
    guard Int(count) <= file.count - lengthByteCount else {
      throw ModelFileError.Problem.truncated(expected: lengthByteCount + Int(count), found: file.count)
    }
    let bytes = try file.bytes(at: lengthByteCount, count: Int(count))
    guard bytes.first == UInt8(ascii: "{") else {
      throw ModelFileError.Problem.badHeader(byte: lengthByteCount, reason: "it does not begin with '{'")
    }
    return bytes
  }
}

extension TensorFile {
  /// Compares the data with the digest in the header.
  ///
  /// - Complexity: O(bytes); the first time that the data is touched.
  package func checkDataDigest() throws {
    let found = try file.withBytes(at: dataStart, count: header.dataByteCount) { SHA256.hexDigest(of: $0) }
    try ContainerFormat.checkDataDigest(found, metadata)
  }

  package func has(_ name: String) -> Bool { positions[name] != nil }

  /// Type and shape of a tensor.
  ///
  /// - Throws: ``ModelFileError/Problem/missingTensor(name:)``.
  func entry(_ name: String) throws -> TensorHeader.Entry {
    guard let position = positions[name] else { throw ModelFileError.Problem.missingTensor(name: name) }
    return header.entries[position]
  }

  /// A copy of a tensor's elements, if it has this dtype and this shape; `nil`: any length in one dimension.
  package func values<Element: TensorElement>(
    _ name: String, as element: Element.Type, type: TensorType = Element.tensorType, shape: [Int]? = nil
  ) throws -> [Element] {
    let entry = try entry(name)
    guard entry.type == type else {
      throw ModelFileError.Problem.wrongType(tensor: name, expected: type, found: entry.type)
    }
    guard shape.map({ $0 == entry.shape }) ?? (entry.shape.count == 1) else {
      throw ModelFileError.Problem.wrongShape(
        tensor: name, expected: shape.map { "\($0)" } ?? "one dimension", found: entry.shape)
    }
    return try file.withBytes(at: dataStart + entry.range.lowerBound, count: entry.range.count) {
      $0.elements(of: element)
    }
  }
}

import FastKMeansCore

extension TensorHeader {
  /// Reads the texts of a header, and nothing else: they tell whose file it is and of which version.
  static func metadata(in header: JSON) throws(ModelFileError.Problem) -> [String: String] {
    guard case .object = header else { throw .badHeader(byte: 0, reason: "it is no object") }
    guard let value = header[metadataKey] else { return [:] }
    guard case .object(let texts) = value else {
      throw .badMetadata(key: metadataKey, expected: "an object", found: value.summary)
    }
    var metadata: [String: String] = [:]
    for field in texts {
      guard case .string(let text) = field.value else {
        throw .badMetadata(key: field.name, expected: "a text", found: field.value.summary)
      }
      metadata[field.name] = text
    }
    return metadata
  }

  /// Checks where every tensor lies.
  ///
  /// - Parameters:
  ///   - header: the parsed header.
  ///   - metadata: its texts.
  ///   - dataByteCount: how many bytes follow the header.
  /// - Throws: a ``ModelFileError/Problem`` unless the tensors fill the data without gap or overlap.
  init(_ header: JSON, metadata: [String: String], dataByteCount: Int) throws(ModelFileError.Problem) {
    self.metadata = metadata
    guard case .object(let fields) = header else { throw .badHeader(byte: 0, reason: "it is no object") }
    for field in fields where field.name != Self.metadataKey {
      entries.append(try Entry(name: field.name, field.value))
    }
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    try checkLayout(dataByteCount: dataByteCount)
  }

  private func checkLayout(dataByteCount: Int) throws(ModelFileError.Problem) {
    var position = 0
    for entry in entries {
      guard entry.range.lowerBound >= position else {
        throw .badTensor(name: entry.name, reason: "its data overlaps that of another tensor")
      }
      guard entry.range.lowerBound == position else {
        throw .badTensor(
          name: entry.name, reason: "no tensor owns the \(entry.range.lowerBound - position) bytes before it")
      }
      position = entry.range.upperBound
    }
    guard position <= dataByteCount else { throw .truncated(expected: position, found: dataByteCount) }
    guard position == dataByteCount else { throw .trailingBytes(count: dataByteCount - position) }
  }
}

extension TensorHeader.Entry {
  fileprivate init(name: String, _ value: JSON) throws(ModelFileError.Problem) {
    guard case .object(let fields) = value, fields.count == 3, let type = value["dtype"],
      let shape = value["shape"], let offsets = value["data_offsets"]
    else { throw .badTensor(name: name, reason: "it must have a dtype, a shape and data_offsets, no more") }
    guard case .string(let typeName) = type, let type = TensorType(rawValue: typeName) else {
      throw .badTensor(name: name, reason: "unknown dtype \(type.summary)")
    }
    self.name = name
    self.type = type
    self.shape = try Self.sizes(shape, of: name, what: "shape")
    let ends = try Self.sizes(offsets, of: name, what: "data_offsets")
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw .badTensor(name: name, reason: "data_offsets must be a start and an end, found \(ends)")
    }
    range = ends[0]..<ends[1]
    try checkSize()
  }

  private static func sizes(
    _ value: JSON, of name: String, what: String
  ) throws(ModelFileError.Problem) -> [Int] {
    guard case .array(let values) = value else {
      throw .badTensor(name: name, reason: "\(what) must be a list, found \(value.summary)")
    }
    guard values.count <= 8 else {
      throw .badTensor(name: name, reason: "\(what) has \(values.count) entries")
    }
    var sizes: [Int] = []
    for value in values {
      guard let size = value.integer(Int.self), size >= 0 else {
        throw .badTensor(name: name, reason: "\(what) must be whole numbers from 0, found \(value.summary)")
      }
      sizes.append(size)
    }
    return sizes
  }

  private func checkSize() throws(ModelFileError.Problem) {
    var needed = type.byteCount
    for size in shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw .badTensor(name: name, reason: "the shape \(shape) is too large to address")
      }
      needed = product
    }
    guard needed == range.count else {
      throw .badTensor(
        name: name,
        reason: "\(shape) of \(type.rawValue) take \(needed) bytes, data_offsets give \(range.count)")
    }
  }
}

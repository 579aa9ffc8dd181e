import FastKMeansCore

/// What the header of a safetensors file says: which tensors lie where, and a table of texts.
struct TensorHeader: Equatable {
  struct Entry: Equatable {
    var name: String
    var type: TensorType
    var shape: [Int]
    /// Where its bytes lie, counted from the start of the data.
    var range: Range<Int>
  }

  /// In the order of the data.
  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  /// No header may be longer: before it is parsed there is nothing to judge its content by, and a parsed
  /// value takes many times its text. The longest that is written holds a list of stop words.
  static let maxByteCount = 16 << 20
  /// The key of the table of texts.
  static let metadataKey = "__metadata__"
  /// The data starts at a multiple of this, so that a mapped file can be read in place.
  static let alignment = 64
}

extension TensorHeader {
  /// A header for tensors that follow one another without gaps, in this order.
  ///
  /// - Throws: ``ModelFileError/Problem/cannotBeWritten(reason:)`` for sizes that cannot be added up.
  init(tensors: [Tensor], metadata: [String: String]) throws(ModelFileError.Problem) {
    self.metadata = metadata
    var position = 0
    for tensor in tensors {
      let (end, overflow) = position.addingReportingOverflow(tensor.byteCount)
      guard !overflow else { throw .cannotBeWritten(reason: "the tensors are too large to address") }
      entries.append(Entry(name: tensor.name, type: tensor.type, shape: tensor.shape, range: position..<end))
      position = end
    }
  }

  /// The number of bytes that all tensors take.
  var dataByteCount: Int { entries.last?.range.upperBound ?? 0 }

  /// The header as it stands in the file: texts first, tensors in the order of their data, blanks at the end
  /// so that the data starts at a multiple of ``alignment``.
  var text: String {
    var fields = [JSON.Field(name: Self.metadataKey, value: .sorted(metadata.mapValues(JSON.string)))]
    fields += entries.map {
      JSON.Field(
        name: $0.name,
        value: .fields([
          "dtype": .string($0.type.rawValue), "shape": .array($0.shape.map { .integer($0) }),
          "data_offsets": [.integer($0.range.lowerBound), .integer($0.range.upperBound)],
        ]))
    }
    let text = JSON.object(fields).compactText
    let excess = (text.utf8.count + MemoryLayout<UInt64>.size) % Self.alignment
    return text + String(repeating: " ", count: excess == 0 ? 0 : Self.alignment - excess)
  }
}

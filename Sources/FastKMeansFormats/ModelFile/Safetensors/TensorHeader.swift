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
    var object = JSONObject()
    object.append(Self.metadataKey, .object(JSONObject(sorting: metadata.mapValues(JSONValue.string))))
    for entry in entries {
      var members = JSONObject()
      members.append("dtype", .string(entry.type.rawValue))
      members.append("shape", .array(entry.shape.map { .integer($0) }))
      members.append(
        "data_offsets", .array([.integer(entry.range.lowerBound), .integer(entry.range.upperBound)]))
      object.append(entry.name, .object(members))
    }
    let text = JSONValue.object(object).text
    let excess = (text.utf8.count + MemoryLayout<UInt64>.size) % Self.alignment
    return text + String(repeating: " ", count: excess == 0 ? 0 : Self.alignment - excess)
  }
}

import FastKMeansCore
import FastKMeansText

/// `column.<position>.*`: what one of several columns became. Its name, kind and weight, and the mean and deviation of a column of
/// numbers, stand in the list `columns` of the object `vectorizer`.
enum ColumnSection {
  private static func tensors(_ position: Int) -> VocabularyTensors {
    VocabularyTensors("column.\(position)")
  }

  /// - Returns: the entry of the list.
  static func encode(_ block: ColumnBlock, at position: Int, into record: inout ContainerRecord) -> JSON {
    guard case .object(let fields) = block.column.json else { return block.column.json }
    let tensors = tensors(position)
    switch block.content {
    case .text(let vectorizer): tensors.encode(vectorizer, into: &record)
    case .category(let table):
      record.add(Tensor(tensors.offsets, table.valueOffsets))
      record.add(Tensor(tensors.frequencies, table.frequencies))
      record.add(Tensor(tensors.bytes, table.valueBytes))
    case .number(let scale):
      return .object(
        fields + [
          JSON.Field(name: "mean", value: .number(scale.mean)),
          JSON.Field(name: "deviation", value: .number(scale.deviation)),
          JSON.Field(name: "count", value: .integer(scale.count)),
        ])
    }
    return .object(fields)
  }

  /// - Parameters:
  ///   - fields: the object with the list, of which there is an entry at the position.
  ///   - options: those of all columns.
  static func decode(
    _ file: TensorFile, _ fields: JSONFields, at position: Int, _ options: TextOptions, documentCount: Int
  ) throws -> ColumnBlock.Content {
    let tensors = tensors(position)
    switch options.columns[position].kind {
    case .text:
      var own = options
      own.columns = []
      let offsets = try file.values(tensors.offsets, as: Int.self)
      guard offsets.count == 1, options.hashingBits == nil else {
        return .text(try tensors.decode(file, own, documentCount: documentCount))
      }
      return .text(TFIDFVectorizer(withoutTerms: own, documentCount: documentCount))
    case .category:
      return .category(
        try CategoryTable(
          valueBytes: file.values(tensors.bytes, as: UInt8.self),
          valueOffsets: file.values(tensors.offsets, as: Int.self),
          frequencies: file.values(tensors.frequencies, as: Int.self), hashingBits: options.hashingBits,
          documentCount: documentCount))
    case .number:
      guard case .array(let entries) = try fields.value("columns"), entries.indices.contains(position),
        let mean = entries[position]["mean"]?.double, mean.isFinite,
        let deviation = entries[position]["deviation"]?.double, deviation.isFinite, deviation >= 0,
        let count = entries[position]["count"]?.integer(Int.self), (0...documentCount).contains(count)
      else {
        throw fields.problem(
          "columns",
          expected: "mean, deviation from 0 and count of the column '\(options.columns[position].name)'",
          found: .null)
      }
      return .number(NumberScale(mean: mean, deviation: deviation, count: count))
    }
  }
}

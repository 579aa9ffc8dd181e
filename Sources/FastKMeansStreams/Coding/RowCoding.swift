import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Rows and labels as bytes: what the log keeps of a batch that cannot be read again, and what a checksum of a
/// batch is taken of. The same rows give the same bytes.
enum RowCoding {
  private enum Kind: UInt8 {
    case text = 0
    case sparse = 1
    case dense = 2
  }

  static func encode(_ data: LabelledData) -> [UInt8] {
    var writer = ByteWriter()
    write(data, to: &writer)
    return writer.bytes
  }

  /// The checksum of the bytes that ``encode(_:)`` gives, without making them.
  static func checksum(of data: LabelledData) -> UInt32 {
    var writer = ByteWriter.ofChecksum
    write(data, to: &writer)
    return writer.checksum?.value ?? 0
  }

  private static func write(_ data: LabelledData, to writer: inout ByteWriter) {
    switch data {
    case .text(let documents, let labels):
      writer.number(Kind.text.rawValue)
      writer.optional(labels) { $0.labels($1) }
      writer.list(documents.bytes)
      writer.numbers(documents.offsets)
    case .features(.sparse(let matrix), let labels):
      writer.number(Kind.sparse.rawValue)
      writer.optional(labels) { $0.labels($1) }
      writer.count(matrix.columnCount)
      writer.numbers(matrix.rowOffsets)
      writer.numbers(matrix.columns)
      writer.numbers(matrix.values)
    case .features(.dense(let matrix), let labels):
      writer.number(Kind.dense.rawValue)
      writer.optional(labels) { $0.labels($1) }
      writer.count(matrix.rowCount)
      writer.count(matrix.columnCount)
      writer.numbers(matrix.values)
    }
  }

  /// - Throws: ``ByteReader/Fault``, and what the rows' own checks throw: bytes are not trusted.
  static func decode(_ bytes: [UInt8]) throws -> LabelledData {
    var reader = ByteReader(bytes)
    let data = try decode(&reader)
    try reader.finish()
    guard data.labels.map({ $0.count == data.rowCount }) ?? true else {
      throw ByteReader.Fault.bad("another number of labels than rows")
    }
    return data
  }

  private static func decode(_ reader: inout ByteReader) throws -> LabelledData {
    let number: UInt8 = try reader.number()
    guard let kind = Kind(rawValue: number) else { throw ByteReader.Fault.bad("rows of kind \(number)") }
    let hasLabels = try reader.flag()
    let labels = hasLabels ? try reader.labels() : nil
    switch kind {
    case .text:
      let bytes = try reader.list()
      return .text(try UTF8Documents(bytes: bytes, offsets: reader.numbers(Int.self)), labels: labels)
    case .sparse:
      let columnCount = try reader.whole()
      return .features(
        .sparse(
          try CSRMatrix(
            columnCount: columnCount, rowOffsets: reader.numbers(Int.self),
            columns: reader.numbers(UInt32.self), values: reader.numbers(Float.self))), labels: labels)
    case .dense:
      let rowCount = try reader.whole()
      let columnCount = try reader.whole()
      guard columnCount > 0 || rowCount == 0 else {
        throw ByteReader.Fault.bad("\(rowCount) rows without any feature")
      }
      return .features(
        .dense(
          try DenseMatrix(
            rowCount: rowCount, columnCount: columnCount, values: reader.numbers(Float.self))), labels: labels
      )
    }
  }
}

extension ByteWriter {
  mutating func labels(_ column: LabelColumn) {
    count(column.labels.count)
    for label in column.labels { self.label(label) }
    numbers(column.indices)
  }
}

extension ByteReader {
  mutating func labels() throws -> LabelColumn {
    // A label takes nine bytes at least.
    let count = try count(of: 9)
    var labels: [Label] = []
    for _ in 0..<count { labels.append(try label()) }
    return try LabelColumn(labels: labels, indices: try numbers(Int32.self))
  }
}

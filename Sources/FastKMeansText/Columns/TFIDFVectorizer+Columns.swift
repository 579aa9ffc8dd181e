import FastKMeansCore

// A vectoriser of several columns consists of blocks, one for each column; see ``ColumnBlock``.
extension TFIDFVectorizer {
  /// What a vectoriser of one column is made with.
  private static func ownOptions(_ options: TextOptions) -> TextOptions {
    var own = options
    own.columns = []
    return own
  }

  /// The blocks of a hashing vectoriser that has seen nothing; none where a vocabulary is to be learned.
  static func unfittedBlocks(_ options: TextOptions) throws(OptionsError) -> [ColumnBlock] {
    guard let bits = options.hashingBits, !options.columns.isEmpty else { return [] }
    var contents: [ColumnBlock.Content] = []
    for column in options.columns {
      switch column.kind {
      case .text: contents.append(.text(try TFIDFVectorizer(ownOptions(options))))
      case .category: contents.append(.category(CategoryTable(hashingBits: bits)))
      case .number:
        throw OptionsError(
          parameter: "hashing", value: "\(bits)",
          allowed: "none where the number column '\(column.name)' needs a mean: rows must be seen first")
      }
    }
    do {
      return try ColumnBlock.blocks(options.columns, contents)
    } catch {
      throw OptionsError(
        parameter: "hashing", value: "\(bits)", allowed: "fewer bits for \(options.columns.count) columns")
    }
  }

  /// Learns the features of every column, and makes the rows.
  static func fitColumns(
    _ documents: DocumentBytes, _ options: TextOptions, workers: Int
  ) throws -> VectorizedText {
    let options = options.definite
    let fields = try documents.fields(of: options.columns)
    var contents: [ColumnBlock.Content] = []
    var texts: [VectorizedText?] = []
    for (column, fields) in zip(options.columns, fields) {
      do {
        switch column.kind {
        case .category:
          contents.append(.category(try CategoryTable(fields, hashingBits: options.hashingBits)))
          texts.append(nil)
        case .number:
          contents.append(.number(try NumberScale(fields)))
          texts.append(nil)
        case .text:
          let text = try fitText(fields, ownOptions(options), workers: workers)
          contents.append(.text(text.vectorizer))
          texts.append(text)
        }
      } catch let error as TextError {
        throw TextError.column(name: column.name, error: error)
      }
    }
    let vectorizer = TFIDFVectorizer(
      options, blocks: try ColumnBlock.blocks(options.columns, contents), documentCount: documents.count)
    guard vectorizer.blocks.contains(where: { !$0.isEmpty }) else {
      throw TextError.noValues(columns: options.columns.map(\.name), documents: documents.count)
    }
    let parts = try zip(zip(vectorizer.blocks, fields), texts).map { column, text in
      try text.map { ($0.rows, $0.repairCount) } ?? column.0.rows(of: column.1, workers: workers)
    }
    return vectorizer.joined(parts)
  }

  /// A column without any term gives no feature here, for a part of the rows may lack it; ``checkColumns()`` refuses it.
  private static func fitText(
    _ fields: UTF8Documents, _ options: TextOptions, workers: Int
  ) throws -> VectorizedText {
    do {
      return try fitTransform(fields, options: options, workers: workers)
    } catch let error as TextError where error.saysThatNoTermIsThere {
      let empty = TFIDFVectorizer(withoutTerms: options, documentCount: fields.count)
      return try empty.transform(fields, workers: workers)
    }
  }

  /// Refuses a column that gives no feature, for it was named for nothing.
  ///
  /// - Throws: ``TextError/noValues(columns:documents:)``.
  package func checkColumns() throws(TextError) {
    let empty = blocks.filter(\.isEmpty).map(\.column.name)
    guard empty.isEmpty else { throw TextError.noValues(columns: empty, documents: documentCount) }
  }

  /// Makes the rows of documents whose fields are parted: each column's part is weighted, then the whole row is scaled.
  func transform(_ fields: [UTF8Documents], workers: Int) throws -> VectorizedText {
    joined(try zip(blocks, fields).map { try $0.rows(of: $1, workers: workers) })
  }

  private func joined(_ parts: [(rows: CSRMatrix, repairCount: Int)]) -> VectorizedText {
    VectorizedText(
      vectorizer: self, rows: joined(parts.map(\.rows)), repairCount: parts.reduce(0) { $0 + $1.repairCount })
  }

  private func joined(_ parts: [CSRMatrix]) -> CSRMatrix {
    let total = parts.reduce(0) { $0 + $1.nonZeroCount }
    var offsets = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    columns.reserveCapacity(total)
    values.reserveCapacity(total)
    for row in 0..<(parts.first?.rowCount ?? 0) {
      let length = length(of: row, parts)
      for (block, part) in zip(blocks, parts) {
        for position in part.rowOffsets[row]..<part.rowOffsets[row + 1] {
          columns.append(UInt32(block.columns.lowerBound) + part.columns[position])
          values.append(Float(Double(part.values[position]) * block.column.weight / length))
        }
      }
      offsets.append(columns.count)
    }
    return CSRMatrix(unchecked: columnCount, rowOffsets: offsets, columns: columns, values: values)
  }

  private func length(of row: Int, _ parts: [CSRMatrix]) -> Double {
    guard let norm = options.norm else { return 1 }
    var sum = 0.0
    for (block, part) in zip(blocks, parts) {
      for position in part.rowOffsets[row]..<part.rowOffsets[row + 1] {
        let value = Double(part.values[position]) * block.column.weight
        sum += norm == .l2 ? value * value : value.magnitude
      }
    }
    return norm == .l2 ? sum.squareRoot() : sum
  }

  /// A vectoriser of columns from what a model file stores; the contents have been checked.
  ///
  /// - Throws: ``OptionsError``, ``TextError``.
  package init(options: TextOptions, contents: [ColumnBlock.Content], documentCount: Int) throws {
    try options.checkRanges()
    try DocumentColumn.check(options.columns)
    self.init(
      options, blocks: try ColumnBlock.blocks(options.columns, contents), documentCount: documentCount)
  }

  /// One of a column that has no term.
  package init(withoutTerms options: TextOptions, documentCount: Int) {
    self.init(options, documentFrequencies: [], documentCount: documentCount)
  }

  /// The blocks of the columns; none for documents that are one text.
  package var columnBlocks: [ColumnBlock] { blocks }
}

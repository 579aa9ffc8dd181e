import FastKMeansCore

/// The features of one column among those of others.
package struct ColumnBlock: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case text(TFIDFVectorizer)
    case category(CategoryTable)
    case number(NumberScale)
  }

  package let column: DocumentColumn
  package let content: Content
  /// Where its features are in a row.
  let columns: Range<Int>

  /// The blocks of columns, one after the other.
  ///
  /// - Throws: ``TextError/tooManyTerms(limit:)``.
  static func blocks(_ columns: [DocumentColumn], _ contents: [Content]) throws(TextError) -> [ColumnBlock] {
    var blocks: [ColumnBlock] = []
    var start = 0
    for (column, content) in zip(columns, contents) {
      let count =
        switch content {
        case .text(let vectorizer): vectorizer.columnCount
        case .category(let table): table.featureCount
        case .number: 1
        }
      // Python's sparse rows number columns by 31 bits.
      guard count <= Int(Int32.max) - start else { throw TextError.tooManyTerms(limit: Int(Int32.max)) }
      blocks.append(ColumnBlock(column: column, content: content, columns: start..<start + count))
      start += count
    }
    return blocks
  }

  /// In how many documents each feature occurs; empty where none were counted.
  var documentFrequencies: [Int] {
    switch content {
    case .text(let vectorizer): vectorizer.documentFrequencies
    case .category(let table): table.frequencies
    case .number(let scale): [scale.count]
    }
  }

  var inverseDocumentFrequencies: [Float] {
    switch content {
    case .text(let vectorizer): vectorizer.inverseDocumentFrequencies
    case .category, .number: [Float](repeating: 1, count: columns.count)
    }
  }

  /// Whether no value of the column makes a feature.
  var isEmpty: Bool {
    switch content {
    case .text(let vectorizer): vectorizer.columnCount == 0
    case .category(let table): table.featureCount == 0
    case .number(let scale): scale.count == 0
    }
  }

  /// The name of a feature; `nil` for a hash.
  func name(of feature: Int) -> String? {
    switch content {
    case .text(let vectorizer): vectorizer.term(at: feature - columns.lowerBound).map(name(ofTerm:))
    case .category(let table): table.value(at: feature - columns.lowerBound).map(name(ofValue:))
    case .number: column.name
    }
  }

  func name(ofTerm term: String) -> String { "\(column.name): \(term)" }

  private func name(ofValue value: String) -> String { "\(column.name)=\(value)" }

  /// What stands in one field, by the names and features that it has.
  func words(of field: UnsafeBufferPointer<UInt8>) -> [DocumentWord] {
    func whole(_ name: String, _ feature: Int) -> DocumentWord {
      DocumentWord(text: name, shares: [DocumentWord.Share(column: columns.lowerBound + feature, share: 1)])
    }
    switch content {
    case .text(let vectorizer):
      return vectorizer.words(of: field).map { word in
        DocumentWord(
          text: name(ofTerm: word.text),
          shares: word.shares.map {
            DocumentWord.Share(column: columns.lowerBound + $0.column, share: $0.share)
          })
      }
    case .category(let table):
      return CategoryTable.value(field) { value in
        guard let feature = table.feature(of: value) else { return [] }
        return [whole(name(ofValue: String(decoding: value, as: UTF8.self)), feature)]
      }
    case .number: return [whole(column.name, 0)]
    }
  }

  /// The rows of one column: texts of unit length, others unweighted; and how many invalid sequences were repaired.
  func rows(of fields: UTF8Documents, workers: Int) throws -> (rows: CSRMatrix, repairCount: Int) {
    do {
      switch content {
      case .text(let vectorizer):
        let text = try vectorizer.transform(fields, workers: workers)
        return (text.rows, text.repairCount)
      case .category(let table): return (table.rows(of: fields), 0)
      case .number(let scale): return (try scale.rows(of: fields), 0)
      }
    } catch let error as TextError {
      throw TextError.column(name: column.name, error: error)
    }
  }

  /// With other document frequencies for the same features.
  func counting(_ frequencies: [Int], documentCount: Int) -> ColumnBlock {
    let counted: Content =
      switch content {
      case .text(let vectorizer):
        .text(
          TFIDFVectorizer(
            vectorizer.options, vocabularies: vectorizer.parts.map(\.vocabulary),
            documentFrequencies: frequencies, documentCount: documentCount))
      case .category(let table):
        .category(
          CategoryTable(values: table.values, frequencies: frequencies, hashingBits: table.hashingBits))
      case .number: content
      }
    return ColumnBlock(column: column, content: counted, columns: columns)
  }
}

/// The values of a column of categories, each with its feature.
package struct CategoryTable: Sendable, Equatable {
  /// In code point order; empty when hashing.
  let values: TermIndex
  /// In how many documents each feature occurs; empty when none were counted.
  package let frequencies: [Int]
  /// The features are 2 to the power of this; `nil` for a feature a value.
  let hashingBits: Int?

  var featureCount: Int { hashingBits.map { 1 << $0 } ?? values.count }

  init(values: TermIndex, frequencies: [Int], hashingBits: Int?) {
    (self.values, self.frequencies, self.hashingBits) = (values, frequencies, hashingBits)
  }

  /// What a model file stores; everything is checked.
  ///
  /// - Throws: ``TextError/badParts(part:position:problem:)``.
  package init(
    valueBytes: [UInt8], valueOffsets: [Int], frequencies: [Int], hashingBits: Int?, documentCount: Int
  ) throws {
    try TFIDFVectorizer.checkVocabulary(valueBytes, valueOffsets)
    let count = hashingBits.map { documentCount == 0 ? 0 : 1 << $0 } ?? valueOffsets.count - 1
    if hashingBits != nil {
      try TFIDFVectorizer.require(
        valueOffsets.count == 1, "vocabulary offsets", 0, "a hashed column has no values")
    }
    try TFIDFVectorizer.checkFrequencies(frequencies, count, smallest: 0, documentCount)
    self.init(
      values: TermIndex(bytes: valueBytes, offsets: valueOffsets), frequencies: frequencies,
      hashingBits: hashingBits)
  }

  /// The values in UTF-8, one after the other, and where each starts, with the end of the last.
  package var valueBytes: [UInt8] { values.bytes }
  package var valueOffsets: [Int] { values.offsets }

  /// One that has seen nothing, and hashes.
  init(hashingBits: Int) {
    self.init(values: TermIndex(bytes: [], offsets: [0]), frequencies: [], hashingBits: hashingBits)
  }

  /// Learns the values of fields.
  init(_ fields: UTF8Documents, hashingBits: Int?) throws(TextError) {
    if let hashingBits {
      var frequencies = [Int](repeating: 0, count: 1 << hashingBits)
      let empty = CategoryTable(hashingBits: hashingBits)
      for feature in empty.features(of: fields) { if let feature { frequencies[feature] += 1 } }
      self.init(values: empty.values, frequencies: frequencies, hashingBits: hashingBits)
      return
    }
    let table = TermTable(capacity: 64)
    var counts: [Int] = []
    fields.withDocuments { fields in
      for row in 0..<fields.count {
        Self.value(fields[row]) { value in
          guard !value.isEmpty else { return }
          let id = table.insert(value)
          if id == counts.count { counts.append(0) }
          counts[id] += 1
        }
      }
    }
    guard table.count <= TermSlots.maxTerms else { throw TextError.tooManyTerms(limit: TermSlots.maxTerms) }
    let order = (0..<table.count).sorted { table.term($0).lexicographicallyPrecedes(table.term($1)) }
    var bytes: [UInt8] = []
    var offsets = [0]
    for id in order {
      bytes.append(contentsOf: table.term(id))
      offsets.append(bytes.count)
    }
    self.init(
      values: TermIndex(bytes: bytes, offsets: offsets), frequencies: order.map { counts[$0] },
      hashingBits: nil)
  }

  /// Calls `body` with the value of a field: without blanks around it, and valid UTF-8. It is empty where it is missing.
  static func value<Result>(
    _ field: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let value = UnsafeBufferPointer(rebasing: trimmed(field))
    if value.allSatisfy({ $0 < 0x80 }) || String(validating: value, as: UTF8.self) != nil {
      return body(value)
    }
    var repaired = String(decoding: value, as: UTF8.self)
    return repaired.withUTF8(body)
  }

  /// The feature of a value; `nil` for a missing or an unknown one.
  func feature(of value: UnsafeBufferPointer<UInt8>) -> Int? {
    guard !value.isEmpty else { return nil }
    if let hashingBits { return Int(MurmurHash3.column(of: value, bits: hashingBits)) }
    return values.withLookup { $0.id(of: value) }
  }

  func value(at feature: Int) -> String? {
    guard feature < values.count else { return nil }
    return String(
      decoding: values.bytes[values.offsets[feature]..<values.offsets[feature + 1]], as: UTF8.self)
  }

  private func features(of fields: UTF8Documents) -> [Int?] {
    fields.withDocuments { fields in
      (0..<fields.count).map { row in Self.value(fields[row]) { feature(of: $0) } }
    }
  }

  func rows(of fields: UTF8Documents) -> CSRMatrix {
    CSRMatrix(
      columnCount: featureCount, entries: features(of: fields).map { $0.map { (UInt32($0), 1) } })
  }
}

/// Mean and deviation of a column of numbers.
package struct NumberScale: Sendable, Equatable {
  package let mean: Double
  /// 0 where all numbers are the same: then none has a value.
  package let deviation: Double
  /// How many rows had a number.
  package let count: Int

  package init(mean: Double, deviation: Double, count: Int) {
    (self.mean, self.deviation, self.count) = (mean, deviation, count)
  }

  /// Learns from the fields that have a number.
  init(_ fields: UTF8Documents) throws(TextError) {
    var values: [Double] = []
    for row in 0..<fields.count { if let value = try Self.number(fields, row) { values.append(value) } }
    let count = Double(max(1, values.count))
    let mean = values.reduce(0) { $0 + $1 / count }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
    // The mean of equal numbers is rounded, and their deviation from it would be noise.
    let varies = values.contains { $0 != values[0] }
    self.init(mean: mean, deviation: varies ? variance.squareRoot() : 0, count: values.count)
  }

  private static func number(_ fields: UTF8Documents, _ row: Int) throws(TextError) -> Double? {
    switch NumberField(fields[row]) {
    case .missing: return nil
    case .value(let value): return value
    case .refused(let expected):
      throw .badNumber(document: row, expected: expected, found: fields.text(at: row))
    }
  }

  /// How many deviations a number lies above the mean; bounded, so that its square has a value.
  func scaled(_ value: Double) -> Double {
    deviation > 0 ? max(-1e18, min(1e18, (value - mean) / deviation)) : 0
  }

  func rows(of fields: UTF8Documents) throws(TextError) -> CSRMatrix {
    var entries: [(UInt32, Float)?] = []
    entries.reserveCapacity(fields.count)
    for row in 0..<fields.count {
      let value = try Self.number(fields, row).map(scaled) ?? 0
      entries.append(value == 0 ? nil : (0, Float(value)))
    }
    return CSRMatrix(columnCount: 1, entries: entries)
  }
}

extension CSRMatrix {
  /// At most one entry a row.
  fileprivate init(columnCount: Int, entries: [(UInt32, Float)?]) {
    var offsets = [0]
    offsets.reserveCapacity(entries.count + 1)
    var count = 0
    for entry in entries {
      count += entry == nil ? 0 : 1
      offsets.append(count)
    }
    self.init(
      unchecked: columnCount, rowOffsets: offsets, columns: entries.compactMap { $0?.0 },
      values: entries.compactMap { $0?.1 })
  }
}

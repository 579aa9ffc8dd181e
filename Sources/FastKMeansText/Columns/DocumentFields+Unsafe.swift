// Documents of several columns are kept as documents of one: their fields in the order of the columns, with a byte between
// them that means a blank elsewhere. So all that moves documents, such as streams, logs and audits, need not know.

extension DocumentColumn {
  /// Stands between two fields: the unit separator of ASCII, which every analyzer reads as white space.
  package static let separator: UInt8 = 0x1F

  /// Adds the next field to a document.
  package static func append(_ field: some Collection<UInt8>, isFirst: Bool, to document: inout [UInt8]) {
    if !isFirst { document.append(separator) }
    let start = document.count
    document.append(contentsOf: field)
    for position in start..<document.count where document[position] == separator {
      document[position] = UInt8(ascii: " ")
    }
  }
}

extension TextOptions {
  /// Makes one document of the fields of a row, by ``columns``: what a vectoriser or a classifier with columns takes as a text.
  ///
  /// ```swift
  /// var options = TextClassifier.Options()
  /// options.text.columns = [DocumentColumn("title", weight: 2), DocumentColumn("product", .category)]
  /// let text = try options.text.document(["title": "screen stays black", "product": "phone"])
  /// ```
  ///
  /// - Parameter fields: the content of each column by its name; others are left aside. An empty field is a missing value.
  /// - Throws: ``TextError/missingField(name:found:)``, and ``TextError/column(name:error:)`` for what is no number.
  public func document(_ fields: [String: String]) throws(TextError) -> String {
    var document: [UInt8] = []
    for (position, column) in columns.enumerated() {
      guard let field = fields[column.name] else {
        throw TextError.missingField(name: column.name, found: fields.keys.sorted())
      }
      if column.kind == .number, case .refused(let expected) = NumberField(field.utf8) {
        throw TextError.column(
          name: column.name, error: .badNumber(document: nil, expected: expected, found: field))
      }
      DocumentColumn.append(field.utf8, isFirst: position == 0, to: &document)
    }
    return String(decoding: document, as: UTF8.self)
  }
}

extension DocumentBytes {
  /// The fields of all documents, column by column.
  ///
  /// - Throws: ``TextError/fieldCount(document:columns:found:)``.
  /// - Complexity: O(bytes).
  func fields(of columns: [DocumentColumn]) throws(TextError) -> [UTF8Documents] {
    var fields = [UTF8Documents](repeating: UTF8Documents(), count: columns.count)
    for document in 0..<count {
      let parts = Self.fields(of: self[document], count: columns.count)
      guard parts.count == columns.count else {
        throw TextError.fieldCount(document: document, columns: columns.map(\.name), found: parts.count)
      }
      for (position, part) in parts.enumerated() { fields[position].append(utf8: part) }
    }
    return fields
  }

  /// The fields of one document; the only one of one column is the document as it is.
  static func fields(
    of document: UnsafeBufferPointer<UInt8>, count: Int
  ) -> [UnsafeBufferPointer<UInt8>] {
    guard count > 1 else { return [document] }
    return document.split(separator: DocumentColumn.separator, omittingEmptySubsequences: false).map {
      UnsafeBufferPointer(rebasing: $0)
    }
  }
}

extension UTF8Documents {
  /// A document for people: the fields of several columns with a bar between them.
  package func readableText(at index: Int) -> String {
    let text = text(at: index)
    guard self[index].contains(DocumentColumn.separator) else { return text }
    return text.split(separator: "\u{1F}", omittingEmptySubsequences: false).joined(separator: " | ")
  }
}

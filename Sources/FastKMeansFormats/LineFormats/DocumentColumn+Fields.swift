import FastKMeansText

extension DocumentColumn {
  /// Adds the field of this column to a document.
  ///
  /// - Throws: ``FormatError/Problem/badField(name:expected:found:)`` for what is no number in a column of numbers.
  func add(
    _ field: some BidirectionalCollection<UInt8>, isFirst: Bool, to document: inout [UInt8]
  ) throws(FormatError.Problem) {
    if kind == .number, case .refused(let expected) = NumberField(field) {
      throw .badField(name: name, expected: expected + ", or empty", found: "'\(excerpt(field))'")
    }
    Self.append(field, isFirst: isFirst, to: &document)
  }
}

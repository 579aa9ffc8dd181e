import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// The body of our own routes that take documents: the rows, their labels, and what is asked about them.
///
/// Read straight into the buffers that the library computes on; no tree of JSON values is made.
struct RowsRequest {
  /// Texts, or vectors; nil where the body names none.
  private(set) var rows: LabelledData?
  private(set) var labels: [Label] = []
  private(set) var top = 1
  private(set) var reasons = 0
  private(set) var falseAcceptRate: Double?

  private enum Name: String, CaseIterable {
    case text, texts, vector, vectors, sparse, label, labels, top, reasons
    case falseAcceptRate = "false_accept_rate"
  }

  private let limits: ServingLimits
  private let featureCount: Int
  /// How the model reads texts; nil for a model of vectors, and for none.
  private let textOptions: TextOptions?

  /// - Parameters:
  ///   - contents: the model that the rows are for; nil where it has learned nothing yet: it takes sparse vectors of any
  ///     width.
  /// - Throws: `JSONError`; ``ServingError`` for a member that is unknown, of another type or too large; `InputError`.
  init(_ body: [UInt8], for contents: ModelContents?, limits: ServingLimits) throws {
    self.limits = limits
    featureCount = contents?.model.featureCount ?? Int(Int32.max)
    textOptions = contents?.vectorizer?.options
    try JSON.checkUTF8(body)
    try body.withUnsafeBytes { try read(JSONReader($0, depthLimit: limits.depth), body) }
    try check(top, "top", 1)
    try check(reasons, "reasons", 0)
    if let rows, rows.rowCount == 0 {
      throw ServingError.invalid("there are no documents; pass at least one")
    }
  }

  private mutating func read(_ reader: JSONReader, _ body: [UInt8]) throws {
    var reader = reader
    guard reader.isAtObject else { throw ServingError.invalid("the body must be a JSON object") }
    var seen = Set<Name>()
    var failure: (any Error)?
    do {
      try reader.members { (reader: inout JSONReader, name: JSONText) throws(JSONError) in
        try Self.keeping(&failure) {
          let text = reader.string(name)
          guard let name = Name(rawValue: text) else {
            let hint = Similar.hint(text, among: Name.allCases.map(\.rawValue))
            throw ServingError.invalid("the body has an unknown member '\(text.prefix(100))'\(hint)")
          }
          guard seen.insert(name).inserted else { throw ServingError.invalid("'\(text)' occurs twice") }
          try take(name, &reader, body)
        }
      }
    } catch {
      throw failure ?? error
    }
    try reader.finish()
  }

  /// The rows, which the route needs.
  func requiredRows() throws -> LabelledData {
    guard let rows else {
      throw ServingError.invalid("the body needs one of text, texts, vector, vectors and sparse")
    }
    return rows
  }

  /// The rows with a label each.
  func labelledRows() throws -> LabelledData {
    let rows = try requiredRows()
    guard labels.count == rows.rowCount else {
      throw ServingError.invalid(
        "there are \(rows.rowCount) documents and \(labels.count) labels; each needs one")
    }
    guard Set(labels.map(\.kind)).count == 1 else {
      throw ServingError.invalid("labels are all texts or all whole numbers")
    }
    let column = LabelColumn(labels)
    switch rows {
    case .text(let documents, _): return .text(documents, labels: column)
    case .features(let features, _): return .features(features, labels: column)
    }
  }

  private func check(_ value: Int, _ name: String, _ least: Int) throws {
    guard (least...limits.answers).contains(value) else {
      throw ServingError.invalid("'\(name)' is \(value); allowed: \(least) to \(limits.answers)")
    }
  }

  /// A text, or an object with the fields of a model of several columns.
  private func document(
    _ reader: inout JSONReader, _ body: [UInt8], _ name: String
  ) throws -> ArraySlice<UInt8> {
    guard reader.isAtObject, let textOptions, !textOptions.columns.isEmpty else {
      guard case .string(let text) = try reader.skip() else {
        throw ServingError.invalid("'\(name)' holds something that is no text")
      }
      return text.hasEscapes ? reader.bytes(of: text)[...] : body[text.range]
    }
    var fields: [String: String] = [:]
    var refused: String?
    try reader.members { (reader: inout JSONReader, member: JSONText) throws(JSONError) in
      let column = reader.string(member)
      switch try reader.skip() {
      case .string(let text): fields[column] = reader.string(text)
      case .numeral(let range): fields[column] = reader.digits(range)
      case .bool(let value): fields[column] = "\(value)"
      case .null: fields[column] = ""
      case .array, .object: refused = column
      }
    }
    if let refused, textOptions.columns.contains(where: { $0.name == refused }) {
      throw ServingError.invalid("'\(refused.prefix(100))' is no text, number, truth value or null")
    }
    return Array(try textOptions.document(fields).utf8)[...]
  }

  private mutating func take(
    _ name: Name, _ reader: inout JSONReader, _ body: [UInt8]
  ) throws {
    switch name {
    case .text, .texts:
      var documents = UTF8Documents()
      try Self.each(limits, name == .texts, &reader, name.rawValue) { reader in
        let bytes = try document(&reader, body, name.rawValue)
        guard bytes.count <= limits.textBytes else {
          throw ServingError.tooLarge("a text has \(bytes.count) bytes; allowed: \(limits.textBytes)")
        }
        documents.append(utf8: bytes)
        return documents.count
      }
      try set(.text(documents, labels: nil))
    case .vector, .vectors: try takeDense(isList: name == .vectors, &reader)
    case .sparse: try takeSparse(&reader)
    case .label, .labels:
      labels = []
      try Self.each(limits, name == .labels, &reader, name.rawValue) { reader in
        labels.append(try label(reader.skip(), reader))
        return labels.count
      }
    case .top: top = try whole(reader.skip(), reader, "top")
    case .reasons: reasons = try whole(reader.skip(), reader, "reasons")
    case .falseAcceptRate:
      guard case .numeral(let digits) = try reader.skip(), let rate = Double(reader.digits(digits)) else {
        throw ServingError.invalid("'false_accept_rate' must be a number above 0, below 1")
      }
      falseAcceptRate = rate
    }
  }

  private mutating func set(_ new: LabelledData) throws {
    guard rows == nil else {
      throw ServingError.invalid("the body has two of text, texts, vector, vectors and sparse; pass one")
    }
    rows = new
  }

  private mutating func takeDense(isList: Bool, _ reader: inout JSONReader) throws {
    var values: [Float] = []
    var (rowCount, width) = (0, 0)
    try Self.each(limits, isList, &reader, isList ? "vectors" : "vector") { reader in
      let start = values.count
      try Self.elements(&reader, "a vector must be a list of numbers") { reader in
        values.append(try Self.number(reader.skip(), reader))
      }
      if rowCount == 0 { width = values.count }
      guard values.count - start == width else {
        throw ServingError.invalid(
          "vector \(rowCount) has \(values.count - start) values, vector 0 has \(width)")
      }
      rowCount += 1
      return rowCount
    }
    try set(
      .features(.dense(try DenseMatrix(rowCount: rowCount, columnCount: width, values: values)), labels: nil))
  }

  private mutating func takeSparse(_ reader: inout JSONReader) throws {
    var offsets = [0]
    var (columns, values): ([UInt32], [Float]) = ([], [])
    try Self.each(limits, true, &reader, "sparse") { reader in
      var pairs: [(column: UInt32, value: Float)] = []
      try Self.elements(&reader, "a sparse vector must be a list of pairs [column, value]") { reader in
        var numbers: [JSONToken] = []
        try Self.elements(&reader, "a sparse vector must be a list of pairs [column, value]") { reader in
          numbers.append(try reader.skip())
        }
        guard numbers.count == 2, case .numeral(let digits) = numbers[0],
          let column = UInt32(reader.digits(digits))
        else { throw ServingError.invalid("a sparse vector holds something that is no pair [column, value]") }
        pairs.append((column, try Self.number(numbers[1], reader)))
      }
      pairs.sort { $0.column < $1.column }
      columns += pairs.map(\.column)
      values += pairs.map(\.value)
      offsets.append(columns.count)
      return offsets.count - 1
    }
    try set(
      .features(
        .sparse(
          try CSRMatrix(columnCount: featureCount, rowOffsets: offsets, columns: columns, values: values)),
        labels: nil))
  }

  /// Reads one value, or a list of them; `body` reads one and returns how many there are now.
  private static func each(
    _ limits: ServingLimits, _ isList: Bool, _ reader: inout JSONReader, _ name: String,
    _ body: (inout JSONReader) throws -> Int
  ) throws {
    guard isList else {
      _ = try body(&reader)
      return
    }
    try elements(&reader, "'\(name)' must be a list") { reader in
      guard try body(&reader) <= limits.rows else {
        throw ServingError.tooLarge(
          "there are more than \(limits.rows) documents; send them in several requests")
      }
    }
  }

  /// Reads a list.
  private static func elements(
    _ reader: inout JSONReader, _ expectation: String,
    _ body: (inout JSONReader) throws -> Void
  ) throws {
    guard reader.isAtList else { throw ServingError.invalid(expectation) }
    var failure: (any Error)?
    do {
      try reader.elements { (reader: inout JSONReader) throws(JSONError) in
        try keeping(&failure) { try body(&reader) }
      }
    } catch {
      throw failure ?? error
    }
  }

  /// Calls `body` where only errors of JSON can be thrown: another one is kept, and still ends the reading.
  private static func keeping(_ failure: inout (any Error)?, _ body: () throws -> Void) throws(JSONError) {
    do {
      try body()
    } catch let error as JSONError {
      throw error
    } catch {
      failure = error
      throw JSONError(byte: 0, reason: "the value is refused")
    }
  }

  private static func number(_ token: JSONToken, _ reader: JSONReader) throws -> Float {
    guard case .numeral(let digits) = token, let value = Float(reader.digits(digits)) else {
      throw ServingError.invalid("a vector holds \(reader.summary(token)) where a number is expected")
    }
    return value
  }

  private func whole(_ token: JSONToken, _ reader: JSONReader, _ name: String) throws -> Int {
    guard case .numeral(let digits) = token, let value = Int(reader.digits(digits)) else {
      throw ServingError.invalid("'\(name)' must be a whole number, found \(reader.summary(token))")
    }
    return value
  }

  private func label(_ token: JSONToken, _ reader: JSONReader) throws -> Label {
    switch token {
    case .string(let text): return try Label(checked: reader.string(text), limits)
    case .numeral(let digits):
      guard let value = Int64(reader.digits(digits)) else { fallthrough }
      return .integer(value)
    default:
      throw ServingError.invalid("a label must be a text or a whole number, found \(reader.summary(token))")
    }
  }
}

extension Label {
  /// A label that is not longer than allowed, and not empty.
  init(checked text: String, _ limits: ServingLimits) throws {
    guard text.utf8.count <= limits.labelBytes else {
      throw ServingError.tooLarge("a label has \(text.utf8.count) bytes; allowed: \(limits.labelBytes)")
    }
    guard !text.isEmpty else { throw ServingError.invalid("a label is empty") }
    self = .text(text)
  }
}

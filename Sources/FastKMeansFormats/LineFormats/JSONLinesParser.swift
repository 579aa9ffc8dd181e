import FastKMeansCore
import FastKMeansText

/// Parses lines of JSON objects, with a field for the text and one for the label.
final class JSONLinesParser: LineParser {
  /// The field with the text, or those of a document of several columns.
  private let textFields: [[UInt8]]
  private let labelField: [UInt8]
  private let columns: [DocumentColumn]

  /// Deeper rows are refused; every level takes stack.
  private static let depthLimit = 512

  init(_ options: ReaderOptions) {
    columns = options.columns
    textFields = (columns.isEmpty ? [options.textColumn] : columns.map(\.name)).map { Array($0.utf8) }
    labelField = Array(options.labelColumn.utf8)
  }

  func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int, into batch: inout BatchBuilder) throws -> Int {
    try forEachLine(of: lines) { line, offset in
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
      do {
        try append(line, number: firstLine + offset, to: &batch)
      } catch let problem as FormatError.Problem {
        try batch.reject(line, problem, line: firstLine + offset)
      }
    }
  }

  private func append(_ line: UnsafeRawBufferPointer, number: Int, to batch: inout BatchBuilder) throws {
    var reader = JSONReader(line, depthLimit: Self.depthLimit, takesHalfPairs: true)
    let (texts, label) = try fields(&reader, line)
    try withDocument(of: texts, reader, line) { text in
      switch label {
      case nil, .null: try batch.append(label: nil, text: text, line: number)
      case .string(let label):
        try Self.withBytes(of: label, reader, line) {
          try batch.append(label: $0, isMarkedText: true, text: text, line: number)
        }
      case .numeral(let range):
        let digits = UnsafeRawBufferPointer(rebasing: line[range])
        if !digits.contains(where: Self.isFractional) {
          return try batch.append(label: digits, text: text, line: number)
        }
        guard let value = Double(reader.digits(range)), value.isFinite else { throw labelProblem }
        try Array((Int64(exactly: value).map { String($0) } ?? String(value)).utf8).withUnsafeBytes {
          try batch.append(label: $0, text: text, line: number)
        }
      default: throw labelProblem
      }
    }
  }

  /// Calls `body` with the bytes of the text, or of a document of several columns.
  private func withDocument(
    of values: [JSONToken], _ reader: JSONReader, _ line: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard !columns.isEmpty else {
      guard case .string(let text) = values[0] else {
        throw badField(textFields[0], expected: "a string", found: "another type")
      }
      return try Self.withBytes(of: text, reader, line, body)
    }
    var document: [UInt8] = []
    for (position, column) in columns.enumerated() {
      let field: [UInt8]
      switch (values[position], column.kind) {
      case (.string(let text), _): field = reader.bytes(of: text)
      case (.null, _): field = []
      case (.numeral(let range), .category), (.numeral(let range), .number): field = Array(line[range])
      case (.bool(let value), .category): field = Array("\(value)".utf8)
      default:
        let kinds = ["text": "a string", "number": "a number", "category": "a string or a number"]
        throw badField(
          textFields[position], expected: "\(kinds[column.kind.rawValue] ?? ""), or null",
          found: reader.summary(values[position]))
      }
      try column.add(field, isFirst: position == 0, to: &document)
    }
    try document.withUnsafeBytes(body)
  }

  /// The fields for text and label; of several with one name the last one counts.
  private func fields(
    _ reader: inout JSONReader, _ line: UnsafeRawBufferPointer
  ) throws -> (texts: [JSONToken], label: JSONToken?) {
    let start = reader
    var texts = [JSONToken?](repeating: nil, count: textFields.count)
    var label: JSONToken?
    do {
      guard reader.isAtObject else { throw try Self.notAnObject(line, &reader) }
      try reader.members { (reader: inout JSONReader, name: JSONText) throws(JSONError) in
        let place = textFields.firstIndex { reader.isEqual(name, $0) }
        let isLabel = reader.isEqual(name, labelField)
        let value = try reader.skip()
        if let place { texts[place] = value }
        if isLabel { label = value }
      }
      try reader.finish()
    } catch let error as JSONError {
      throw Self.isCutOff(line, error)
        ? FormatError.Problem.badJSON("it goes on in the next line; \(Self.oneLineEach("."))")
        : FormatError.Problem.badJSON("\(error.reason), at byte \(error.byte)")
    }
    let found = try zip(textFields, texts).map { name, value in
      guard let value else {
        throw badField(
          name, expected: columns.isEmpty ? "a string" : "there",
          found: Self.namesFound(start, insteadOf: name))
      }
      return value
    }
    return (found, label)
  }

  private static func notAnObject(
    _ line: UnsafeRawBufferPointer, _ reader: inout JSONReader
  ) throws -> FormatError.Problem {
    if line.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
      return .badJSON("this is a JSON array; \(oneLineEach(".[]"))")
    }
    let found = try reader.skip()
    try reader.finish()
    return .badJSON("an object in braces is expected, found \(reader.summary(found))")
  }

  /// Whether an object was left open by the line's end, as in files that are indented.
  private static func isCutOff(_ line: UnsafeRawBufferPointer, _ error: JSONError) -> Bool {
    error.byte >= line.count && line.last.map { [0x7B, 0x5B, 0x2C, 0x3A, 0x20].contains($0) } ?? false
  }

  private static func oneLineEach(_ filter: String) -> String {
    "one object a line is expected, as jq -c '\(filter)' writes them"
  }

  private static func namesFound(
    _ reader: JSONReader, insteadOf wanted: [UInt8]
  ) -> String {
    var reader = reader
    var names = Set<String>()
    _ = reader.isAtObject
    // It has been read once.
    try? reader.members { (reader: inout JSONReader, name: JSONText) throws(JSONError) in
      names.insert(reader.string(name))
      _ = try reader.skip()
    }
    let hint = Similar.hint(String(decoding: wanted, as: UTF8.self), among: names.sorted())
    return "only the fields \(names.sorted().joined(separator: ", "))\(hint)"
  }

  private var labelProblem: FormatError.Problem {
    badField(labelField, expected: "a string or an integer", found: "another type")
  }

  private func badField(_ name: [UInt8], expected: String, found: String) -> FormatError.Problem {
    .badField(name: String(decoding: name, as: UTF8.self), expected: expected, found: found)
  }

  private static func isFractional(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
  }

  /// Calls `body` with the bytes of a string, where they lie unless escapes have to be resolved.
  private static func withBytes(
    of text: JSONText, _ reader: JSONReader, _ line: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard text.hasEscapes else { return try body(UnsafeRawBufferPointer(rebasing: line[text.range])) }
    try reader.bytes(of: text).withUnsafeBytes(body)
  }
}

import FastKMeansCore

/// A JSON object a line, with a field for the text and one for the label.
struct JSONLinesParser: LineParser {
  private let path: String
  private var gatherer: TextGatherer
  private let textField: String
  private let labelField: String
  private let fieldBytes: (text: [UInt8], label: [UInt8])

  init(path: String, options: ReaderOptions) {
    self.path = path
    gatherer = TextGatherer(path: path, options: options)
    textField = options.textColumn
    labelField = options.labelColumn
    fieldBytes = (Array(textField.utf8), Array(labelField.utf8))
  }

  var rowCount: Int { gatherer.rowCount }

  mutating func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int) throws -> Int {
    try forEachLine(of: lines) { line, offset in
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
      try parse(record: line, number: firstLine + offset)
    }
  }

  mutating func parse(record: UnsafeRawBufferPointer, number: Int) throws {
    do {
      try parse(record, number: number, fieldBytes)
    } catch let problem as FormatError.Problem {
      try gatherer.reject(record, FormatError(path: path, place: .line(number), problem: problem))
    } catch let error as FormatError {
      try gatherer.reject(record, error)
    }
  }

  private mutating func parse(
    _ line: UnsafeRawBufferPointer, number: Int, _ fields: (text: [UInt8], label: [UInt8])
  ) throws {
    guard let row = FlatJSON(line, textField: fields.text, labelField: fields.label),
      case .string(let text) = row.text
    else { return try parseFully(line, number: number) }
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: line[range]) }
    switch row.label {
    case .none, .null:
      try gatherer.append(label: nil, text: part(text), line: number)
    case .string(let label):
      try gatherer.append(label: part(label), isMarkedText: true, text: part(text), line: number)
    case .number(let label):
      try gatherer.append(label: part(label), text: part(text), line: number)
    case .truth:
      try parseFully(line, number: number)
    }
  }

  private mutating func parseFully(_ line: UnsafeRawBufferPointer, number: Int) throws {
    var row = try JSONRow(line, textField: textField, labelField: labelField)
    try row.text.withUTF8 { text in
      let text = UnsafeRawBufferPointer(text)
      guard var label = row.label else { return try gatherer.append(label: nil, text: text, line: number) }
      try label.value.withUTF8 {
        try gatherer.append(
          label: UnsafeRawBufferPointer($0), isMarkedText: label.isString, text: text, line: number)
      }
    }
  }

  mutating func reserve(read: Int, total: Int) { gatherer.reserve(read: read, total: total) }

  mutating func setAside(_ row: RejectedRow) { gatherer.setAside(row) }

  mutating func expect(featureCount: Int?, labelKind: Label.Kind?) { gatherer.expect(labelKind: labelKind) }

  mutating func takeBatch() throws -> RowBatch { try gatherer.takeBatch() }
}

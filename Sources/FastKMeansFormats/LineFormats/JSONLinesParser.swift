import FastKMeansCore

/// Parses lines of JSON objects, with a field for the text and one for the label.
final class JSONLinesParser: LineParser {
  private let textField: [UInt8]
  private let labelField: [UInt8]

  init(_ options: ReaderOptions) {
    textField = Array(options.textColumn.utf8)
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
    guard let row = FlatJSON(line, textField: textField, labelField: labelField),
      case .string(let text) = row.text
    else { return try appendFully(line, number: number, to: &batch) }
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: line[range]) }
    switch row.label {
    case .none, .null:
      try batch.append(label: nil, text: part(text), line: number)
    case .string(let label):
      try batch.append(label: part(label), isMarkedText: true, text: part(text), line: number)
    case .number(let label):
      try batch.append(label: part(label), text: part(text), line: number)
    case .truth:
      try appendFully(line, number: number, to: &batch)
    }
  }

  private func appendFully(_ line: UnsafeRawBufferPointer, number: Int, to batch: inout BatchBuilder) throws {
    var row = try JSONRow(line, textField: textField, labelField: labelField)
    try row.text.withUTF8 { text in
      let text = UnsafeRawBufferPointer(text)
      guard var label = row.label else { return try batch.append(label: nil, text: text, line: number) }
      try label.value.withUTF8 {
        try batch.append(
          label: UnsafeRawBufferPointer($0), isMarkedText: label.isString, text: text, line: number)
      }
    }
  }
}

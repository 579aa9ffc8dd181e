import FastKMeansCore
import FastKMeansText

/// Writes texts with their labels as TSV, CSV or JSON lines.
struct TextRowWriter {
  let path: String
  let format: RowFormat
  let documents: UTF8Documents
  let labels: LabelColumn?

  func write(to sink: FileSink) throws {
    if format == .csv { try sink.write(Array((labels == nil ? "text\n" : "label,text\n").utf8)) }
    let names = (labels?.labels ?? []).map { Array($0.description.utf8) }
    var line: [UInt8] = []
    for row in 0..<documents.count {
      line.removeAll(keepingCapacity: true)
      let index = labels.map { Int($0.indices[row]) }
      let label = index.map { names[$0] }
      switch format {
      case .tsv: try appendTSV(label, documents[row], row, to: &line)
      case .csv: appendCSV(label, documents[row], to: &line)
      default:
        appendJSON(label, isInteger: labels?.labels.first?.kind == .integer, documents[row], to: &line)
      }
      line.append(0x0A)
      try sink.write(line)
    }
  }

  /// TSV has no way to write a line break, nor a tab where the label is.
  private func appendTSV(
    _ label: [UInt8]?, _ text: ArraySlice<UInt8>, _ row: Int, to line: inout [UInt8]
  ) throws {
    if text.contains(0x0A) || text.last == 0x0D { throw refused(row, "the text has a line break") }
    if let label {
      if label.contains(where: { $0 == 0x09 || $0 == 0x0A }) {
        throw refused(row, "the label has a tab or a line break")
      }
      line += label
      line.append(0x09)
    } else if text.contains(0x09) {
      throw refused(row, "a text without a label has a tab")
    }
    line += text
  }

  private func refused(_ row: Int, _ what: String) -> FormatError {
    FormatError(
      path: path, place: .file,
      problem: .unsupported("row \(row + 1): \(what), which tsv cannot hold; write csv or jsonl"))
  }

  private func appendCSV(_ label: [UInt8]?, _ text: ArraySlice<UInt8>, to line: inout [UInt8]) {
    if let label {
      appendField(label[...], to: &line)
      line.append(0x2C)
    }
    appendField(text, to: &line)
  }

  /// Always quoted where a reader could see something else: also an empty field, which alone is a blank line.
  private func appendField(_ field: ArraySlice<UInt8>, to line: inout [UInt8]) {
    let special: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D]
    guard field.isEmpty || field.contains(where: special.contains) else {
      line += field
      return
    }
    line.append(0x22)
    for byte in field {
      if byte == 0x22 { line.append(0x22) }
      line.append(byte)
    }
    line.append(0x22)
  }

  private func appendJSON(
    _ label: [UInt8]?, isInteger: Bool, _ text: ArraySlice<UInt8>, to line: inout [UInt8]
  ) {
    line += "{".utf8
    if let label {
      line += "\"label\":".utf8
      if isInteger { line += label } else { JSONString.append(label, to: &line) }
      line += ",".utf8
    }
    line += "\"text\":".utf8
    JSONString.append(text, to: &line)
    line += "}".utf8
  }
}

/// A JSON string literal.
enum JSONString {
  static func append(_ text: some Collection<UInt8>, to line: inout [UInt8]) {
    line.append(0x22)
    // Decoding replaces what is not UTF-8, which JSON cannot hold.
    for byte in String(decoding: text, as: UTF8.self).utf8 {
      switch byte {
      case 0x22, 0x5C: line += [0x5C, byte]
      case 0x0A: line += "\\n".utf8
      case 0x0D: line += "\\r".utf8
      case 0x09: line += "\\t".utf8
      case 0..<0x20: line += (byte < 0x10 ? "\\u000" : "\\u00").utf8 + Array(String(byte, radix: 16).utf8)
      default: line.append(byte)
      }
    }
    line.append(0x22)
  }
}

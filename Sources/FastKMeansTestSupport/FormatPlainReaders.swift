/// The plain twin of the SVMlight reader: string splitting, for correct input only.
package enum PlainSVMLight {
  package struct Row: Equatable {
    package var label: String?
    package var features: [(index: Int, value: Float)]

    package static func == (left: Row, right: Row) -> Bool {
      left.label == right.label && left.features.map(\.index) == right.features.map(\.index)
        && left.features.map(\.value.bitPattern) == right.features.map(\.value.bitPattern)
    }
  }

  /// The rows of a text.
  package static func rows(_ text: String) -> [Row] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let content = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
      var words = content.split { $0 == " " || $0 == "\t" }.filter { !$0.hasPrefix("qid:") }
      guard let first = words.first else { return nil }
      let hasLabel = feature(first) == nil
      if hasLabel { words.removeFirst() }
      return Row(label: hasLabel ? String(first) : nil, features: words.compactMap(feature))
    }
  }

  private static func feature(_ word: Substring) -> (index: Int, value: Float)? {
    let parts = word.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let index = Int(parts[0]), let value = Double(parts[1]) else { return nil }
    return (index, Float(value))
  }
}

/// The plain twin of the CSV reader: one character after the other, for correct input only.
package enum PlainCSV {
  /// The records of a text.
  package static func records(_ text: [UInt8]) -> [[[UInt8]]] {
    var records: [[[UInt8]]] = []
    var record: [[UInt8]] = []
    var field: [UInt8] = []
    var isQuoted = false
    var position = 0
    func peek(_ distance: Int) -> UInt8? {
      position + distance < text.count ? text[position + distance] : nil
    }
    while position < text.count {
      let byte = text[position]
      if isQuoted {
        if byte == 0x22, peek(1) == 0x22 {
          field.append(byte)
          position += 1
        } else if byte == 0x22 {
          isQuoted = false
        } else {
          field.append(byte)
        }
      } else if byte == 0x22, field.isEmpty {
        isQuoted = true
      } else if byte == 0x2C || byte == 0x0A {
        record.append(field)
        field = []
        if byte == 0x0A {
          records.append(record)
          record = []
        }
      } else if byte != 0x0D || peek(1) != 0x0A {
        field.append(byte)
      }
      position += 1
    }
    if !field.isEmpty || !record.isEmpty { records.append(record + [field]) }
    return records
  }
}

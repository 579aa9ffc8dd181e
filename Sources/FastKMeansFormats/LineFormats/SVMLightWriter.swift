import FastKMeansCore

/// Writes sparse rows as SVMlight with indices from 1.
struct SVMLightWriter {
  let path: String
  let matrix: CSRMatrix
  let labels: LabelColumn?

  func write(to sink: FileSink) throws {
    let names = try (labels?.labels ?? []).map(name)
    var line: [UInt8] = []
    for row in 0..<matrix.rowCount {
      line.removeAll(keepingCapacity: true)
      if let labels { line += names[Int(labels.indices[row])] }
      for position in matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1] {
        if !line.isEmpty { line.append(0x20) }
        line += String(UInt64(matrix.columns[position]) + 1).utf8
        line.append(0x3A)
        line += matrix.values[position].description.utf8
      }
      if line.isEmpty {
        throw refused("row \(row + 1) has neither a label nor a feature, which no line can say")
      }
      line.append(0x0A)
      try sink.write(line)
    }
  }

  /// A label must be one word that cannot be taken for anything else.
  private func name(_ label: Label) throws -> [UInt8] {
    let name = Array(label.description.utf8)
    let special: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, 0x23, 0x2C, 0x3A]
    guard !name.isEmpty, !name.contains(where: special.contains) else {
      throw refused("the label '\(excerpt(name))' has a blank, comma, colon or #, which svmlight cannot hold")
    }
    return name
  }

  private func refused(_ what: String) -> FormatError {
    FormatError(path: path, place: .file, problem: .unsupported(what + "; write npz with a file of labels"))
  }
}

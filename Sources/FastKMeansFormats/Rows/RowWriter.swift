import FastKMeansCore

/// Writes rows in any of the formats that can hold them.
package enum RowWriter {
  /// Writes a file whole or not at all; `-` is the standard output.
  ///
  /// Text formats are compressed when the path ends in `.gz`. Single-precision values are written with as many
  /// digits as read back to the same bits. Texts that are not UTF-8 keep their bytes, but in JSON, where such bytes
  /// are replaced.
  ///
  /// - Parameters:
  ///   - data: the rows; texts go to `tsv`, `csv` and `jsonl`, features to the others.
  ///   - path: the file to make or replace.
  ///   - format: `nil`: by the path's ending.
  ///   - labelsPath: where the labels of `npz` and `npy` rows go: one a line.
  /// - Throws: ``FileError``; ``FormatError`` if the format cannot hold these rows.
  package static func write(
    _ data: LabelledData, to path: String, format: RowFormat? = nil, labelsPath: String? = nil
  ) throws {
    guard let format = format ?? RowFormat(path: path) else {
      throw FormatError(path: path, place: .file, problem: .unknownFormat)
    }
    switch (data, format) {
    case (.text(let documents, let labels), .tsv), (.text(let documents, let labels), .csv),
      (.text(let documents, let labels), .jsonl):
      let writer = TextRowWriter(path: path, format: format, documents: documents, labels: labels)
      try writeText(path) { try writer.write(to: $0) }
    case (.features(.sparse(let matrix), let labels), .svmlight):
      let writer = SVMLightWriter(path: path, matrix: matrix, labels: labels)
      try writeText(path) { try writer.write(to: $0) }
    case (.features(.sparse(let matrix), let labels), .npz):
      try checkPlace(of: labels, path: path, labelsPath)
      try OutputFile.write(to: path) { try NpzWriter(path: path, sink: $0).write(matrix) }
      try labels.map { try write($0, to: labelsPath ?? path) }
    case (.features(.dense(let matrix), let labels), .npy):
      try checkPlace(of: labels, path: path, labelsPath)
      try OutputFile.write(to: path) { sink in
        try sink.write(
          NpyWriter.header(.init(.float, size: 4), shape: [matrix.rowCount, matrix.columnCount]))
        try NpyWriter.writeFloats(matrix.values) { try sink.write($0) }
      }
      try labels.map { try write($0, to: labelsPath ?? path) }
    default:
      throw FormatError(path: path, place: .file, problem: .unsupported(mismatch(data, format)))
    }
  }

  private static func mismatch(_ data: LabelledData, _ format: RowFormat) -> String {
    switch data {
    case .text: "texts cannot be written as \(format.rawValue); use tsv, csv or jsonl"
    case .features(.sparse, _): "sparse rows cannot be written as \(format.rawValue); use svmlight or npz"
    case .features(.dense, _): "dense rows cannot be written as \(format.rawValue); use npy"
    }
  }

  /// Labels are never dropped in silence.
  private static func checkPlace(of labels: LabelColumn?, path: String, _ labelsPath: String?) throws {
    guard labels == nil || labelsPath != nil else {
      throw FormatError(
        path: path, place: .file,
        problem: .unsupported("the format holds no labels; name a file for them with --labels-output FILE"))
    }
  }

  private static func write(_ labels: LabelColumn, to path: String) throws {
    let names = try labels.labels.map { label in
      let name = Array(label.description.utf8)
      guard !name.contains(0x0A), name.last != 0x0D else {
        throw FormatError(
          path: path, place: .file, problem: .unsupported("the label '\(excerpt(name))' has a line break"))
      }
      return name + [0x0A]
    }
    try writeText(path) { sink in
      for index in labels.indices {
        try sink.write(names[Int(index)])
      }
    }
  }

  private static func writeText(_ path: String, _ body: (FileSink) throws -> Void) throws {
    let compression = Compression(path: path)
    guard compression == nil || compression == .gzip else {
      throw FormatError(
        path: path, place: .file,
        problem: .unsupported(
          "rows are written plain or by gzip; name a file that ends in .gz, or in neither"))
    }
    try OutputFile.write(to: path, isCompressed: compression == .gzip, body)
  }
}

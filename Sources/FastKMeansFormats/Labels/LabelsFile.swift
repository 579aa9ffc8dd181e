import FastKMeansCore

/// Labels in a separate file, for the formats that hold none.
package enum LabelsFile {
  /// Reads a `.npy` array of integers or texts, or text with one label a line (compressed, too). Blanks
  /// around a label in a text are cut.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - kind: the type that the labels must have; texts take integers too; `nil`: integers if all
  ///     are written as such.
  /// - Throws: ``FileError``, ``FormatError``, and `InputError.badLabels` for one-hot rows, probabilities,
  ///   and numbers in an array that are no integers.
  /// - Returns: one label a row.
  package static func read(_ path: String, kind: Label.Kind? = nil) throws -> LabelColumn {
    if path.lowercased().hasSuffix(".npy") { return try NpyLabels(path: path).column().column(kind: kind) }
    var interner = LabelInterner(requiredKind: kind)
    var indices: [Int32] = []
    try SideFile.forEachLine(of: path) { line, number in
      let line = trimmed(line)
      do throws(FormatError.Problem) {
        if line.isEmpty { throw .missingLabel }
        indices.append(try interner.index(of: line, line: number))
      } catch {
        throw FormatError(path: path, place: .line(number), problem: error)
      }
    }
    guard let column = try interner.column(indices: indices, path: path) else {
      throw FormatError(path: path, place: .file, problem: .empty)
    }
    return column
  }
}

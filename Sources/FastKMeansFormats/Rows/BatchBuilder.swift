import FastKMeansCore
import FastKMeansText

/// The rows that were parsed since the last batch: texts or features, labels, and rejected rows.
struct BatchBuilder {
  let path: String
  private(set) var options: ReaderOptions
  private var documents = UTF8Documents()
  /// The rows of an SVMlight file; `nil` for formats of texts.
  private var features: SVMLightRows?
  /// The number of each row's label in ``labels``; -1 for none.
  private var labelIndices: [Int32] = []
  private var labels: LabelInterner
  private var rejected: [RejectedRow] = []
  private var hasReserved = false

  init(path: String, format: RowFormat, options: ReaderOptions) {
    self.path = path
    self.options = options
    features = format == .svmlight ? SVMLightRows(options.zeroBased) : nil
    labels = LabelInterner(
      requiredKind: options.labelKind, areNumbers: format == .svmlight || format == .jsonl)
  }

  /// The number of rows, without the rejected ones.
  var rowCount: Int { labelIndices.count }

  /// Whether the indices of SVMlight rows start at 0, once that is known.
  var zeroBased: Bool? { features?.zeroBased }

  /// Adds a document.
  ///
  /// - Parameters:
  ///   - label: its bytes; blanks around it are cut; empty or `nil` for none.
  ///   - isMarkedText: whether the format says that the label is a text, even if it looks like a number; it keeps its
  ///     blanks.
  ///   - text: the document's bytes.
  ///   - line: its line.
  mutating func append(
    label: UnsafeRawBufferPointer?, isMarkedText: Bool = false, text: UnsafeRawBufferPointer, line: Int
  ) throws(FormatError.Problem) {
    if isMarkedText, options.setsBadRowsAside, labels.requiredKind == .integer, let label {
      throw .labelNotInteger(found: "\"\(excerpt(label))\"")
    }
    var index: Int32 = -1
    if let label = isMarkedText ? label : label.map(trimmed), !label.isEmpty {
      index = try labels.index(of: label, line: line)
      if isMarkedText { labels.hasMarkedText = true }
    } else if options.requiresLabels {
      throw .missingLabel
    }
    labelIndices.append(index)
    documents.append(utf8: text.assumingMemoryBound(to: UInt8.self))
  }

  /// The parser of some SVMlight lines, under what is known of the file so far.
  var svmLightPiece: SVMLightPiece {
    SVMLightPiece(options, labelKind: labels.requiredKind, base: features?.base)
  }

  /// Adds the rows of some SVMlight lines.
  mutating func append(_ piece: SVMLightPiece, firstLine: Int) throws {
    for row in piece.rejected { try reject(row.bytes, row.problem, line: firstLine + row.line - 1) }
    features?.append(piece)
    let numbers = try (0..<piece.labels.count).map { index -> Int32 in
      let line = firstLine + piece.labels.firstLines[index] - 1
      do {
        return try Array(piece.labels.bytes(of: index)).withUnsafeBytes {
          try labels.index(of: $0, line: line)
        }
      } catch let problem as FormatError.Problem {
        throw FormatError(path: path, place: .line(line), problem: problem)
      }
    }
    labelIndices.append(contentsOf: piece.labelIndices.lazy.map { $0 < 0 ? -1 : numbers[Int($0)] })
  }

  /// Sets a bad row aside, or throws its error if bad rows are not set aside.
  mutating func reject(_ row: some Sequence<UInt8>, _ problem: FormatError.Problem, line: Int)
    throws(FormatError)
  {
    let reason = FormatError(path: path, place: .line(line), problem: problem)
    guard options.setsBadRowsAside else { throw reason }
    rejected.append(RejectedRow(bytes: Array(row), reason: reason))
  }

  /// Sets what became known of the rows; called between two batches.
  mutating func expect(featureCount: Int?, labelKind: Label.Kind?) {
    options.featureCount = featureCount ?? options.featureCount
    if let labelKind, labels.count == 0 { restartLabels(labelKind) }
  }

  /// Makes room once for the rest of a file: as much as its first part needed, and never more than the file's size.
  mutating func reserve(read: Int, total: Int) {
    guard !hasReserved, read > 1 << 19, total > read else { return }
    hasReserved = true
    let ratio = Double(total) / Double(read) * 1.03
    func expected(_ count: Int, limit: Int) -> Int { min(limit, Int(Double(count) * ratio)) }
    let rows = expected(rowCount, limit: features == nil ? total : total / 2)
    labelIndices.reserveCapacity(rows)
    if let count = features?.nonZeroCount {
      features?.reserveCapacity(rows: rows, nonZeros: expected(count, limit: total / 4))
    } else {
      documents.reserveCapacity(documents: rows, bytes: expected(documents.bytes.count, limit: total))
    }
  }

  /// Hands out the rows and begins the next batch.
  ///
  /// - Throws: `InputError.badLabels` for labels that are no class labels; ``FormatError`` for an index that the
  ///   model does not have.
  mutating func take() throws -> RowBatch {
    let column = try labels.column(indices: labelIndices, path: path)
    let matrix = try features?.take(featureCount: options.featureCount, path: path)
    let batch = RowBatch(
      data: matrix.map { .features(.sparse($0), labels: column) } ?? .text(documents, labels: column),
      rejected: rejected, unlabelledCount: labelIndices.count { $0 < 0 })
    // Integers may still turn out to be texts; texts stay texts.
    restartLabels(labels.requiredKind ?? (column?.labels.first?.kind == .text ? .text : nil))
    documents = UTF8Documents()
    labelIndices = []
    rejected = []
    return batch
  }

  private mutating func restartLabels(_ kind: Label.Kind?) {
    labels = LabelInterner(requiredKind: kind, areNumbers: labels.areNumbers)
  }
}

/// A label without the blanks around it.
func trimmed(_ label: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
  func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  guard label.first.map(isBlank) ?? false || label.last.map(isBlank) ?? false else { return label }
  let start = label.firstIndex { !isBlank($0) } ?? label.endIndex
  let end = label.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
  return UnsafeRawBufferPointer(rebasing: label[start..<end])
}

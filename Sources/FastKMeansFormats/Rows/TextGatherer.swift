import FastKMeansCore
import FastKMeansText

/// Documents and labels on their way into a batch.
struct TextGatherer {
  let path: String
  private let requiresLabels: Bool
  private let setsBadRowsAside: Bool
  private(set) var documents = UTF8Documents()
  private var labelIndices: [Int32] = []
  private var rejected: [RejectedRow] = []
  private var interner: LabelInterner
  private var hasReserved = false

  init(path: String, options: ReaderOptions) {
    self.path = path
    requiresLabels = options.requiresLabels
    setsBadRowsAside = options.setsBadRowsAside
    interner = LabelInterner(requiredKind: options.labelKind)
  }

  var rowCount: Int { documents.count }

  /// Adds a row.
  ///
  /// - Parameters:
  ///   - label: its bytes; empty or `nil` for none.
  ///   - isMarkedText: the format says that the label is a text, even if it looks like a number.
  ///   - text: its bytes.
  ///   - line: its line.
  /// - Throws: ``FormatError``.
  mutating func append(
    label: UnsafeRawBufferPointer?, isMarkedText: Bool = false, text: UnsafeRawBufferPointer, line: Int
  ) throws {
    if isMarkedText, setsBadRowsAside, interner.requiredKind == .integer, let label {
      throw FormatError(
        path: path, place: .line(line), problem: .labelNotInteger(found: "\"\(excerpt(label))\""))
    }
    let index = try labelIndex(label, line: line)
    if isMarkedText, index >= 0 { interner.hasMarkedText = true }
    labelIndices.append(index)
    documents.append(utf8: text.assumingMemoryBound(to: UInt8.self))
  }

  private mutating func labelIndex(_ label: UnsafeRawBufferPointer?, line: Int) throws -> Int32 {
    guard let label, !label.isEmpty else {
      guard !requiresLabels else { throw FormatError(path: path, place: .line(line), problem: .missingLabel) }
      return -1
    }
    return try interner.index(of: label, line: line, path: path)
  }

  /// Sets a bad row aside, or throws its error where that is not wanted.
  mutating func reject(_ row: UnsafeRawBufferPointer, _ reason: FormatError) throws {
    guard setsBadRowsAside else { throw reason }
    rejected.append(RejectedRow(bytes: Array(row), reason: reason))
  }

  mutating func setAside(_ row: RejectedRow) { rejected.append(row) }

  /// Keeps to a type of label from the next row on.
  mutating func expect(labelKind: Label.Kind?) {
    guard let labelKind, interner.count == 0 else { return }
    interner = LabelInterner(requiredKind: labelKind)
  }

  /// Makes room once, by what the first part of the file needed; never more than the file's own size.
  mutating func reserve(read: Int, total: Int) {
    guard !hasReserved, read > 1 << 19, total > read else { return }
    hasReserved = true
    let ratio = Double(total) / Double(read) * 1.03
    documents.reserveCapacity(
      documents: min(total, Int(Double(documents.count) * ratio)),
      bytes: min(total, Int(Double(documents.bytes.count) * ratio)))
    labelIndices.reserveCapacity(min(total, Int(Double(documents.count) * ratio)))
  }

  mutating func takeBatch() throws -> RowBatch {
    let column = try interner.column(indices: labelIndices, path: path)
    let batch = RowBatch(
      data: .text(documents, labels: column), rejected: rejected,
      unlabelledCount: labelIndices.count { $0 < 0 })
    // Later batches keep to the type that the first one had.
    interner = LabelInterner(requiredKind: interner.requiredKind ?? column?.labels.first?.kind)
    documents = UTF8Documents()
    labelIndices = []
    rejected = []
    return batch
  }
}

extension LabelInterner {
  /// The number of a label, with an error that says where.
  mutating func index(of label: UnsafeRawBufferPointer, line: Int, path: String) throws -> Int32 {
    do {
      return try index(of: label, line: line)
    } catch Refusal.notUTF8 {
      throw FormatError(path: path, place: .line(line), problem: .labelNotUTF8)
    } catch Refusal.notInteger {
      throw FormatError(path: path, place: .line(line), problem: .labelNotInteger(found: excerpt(label)))
    }
  }
}

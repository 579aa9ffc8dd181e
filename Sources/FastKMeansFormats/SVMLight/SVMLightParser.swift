import FastKMeansCore

/// Gathers the rows of an SVMlight file, parsing the pieces of a block in parallel.
struct SVMLightParser: LineParser {
  private let path: String
  private var options: ReaderOptions
  private let workers: Int
  /// 0 or 1 once it is decided where indices start.
  private var base: UInt32?
  private var requiredKind: Label.Kind?
  /// One more than the largest column so far, as it stands in the file.
  private var limit: Int = 0

  private var rowOffsets = [0]
  private var columns: [UInt32] = []
  private var values: [Float] = []
  private var labelIndices: [Int32] = []
  private var interner: LabelInterner
  private var rejected: [RejectedRow] = []
  private var smallest = UInt32.max
  private var hasReserved = false

  /// Below this a piece costs more to hand out than to parse.
  static let pieceBytes = 1 << 18

  init(path: String, options: ReaderOptions) {
    self.path = path
    self.options = options
    workers = Parallel.workerCount(options.workers)
    requiredKind = options.labelKind
    interner = LabelInterner(requiredKind: options.labelKind)
    base = options.zeroBased == .auto ? nil : options.zeroBased == .true ? 0 : 1
  }

  var rowCount: Int { rowOffsets.count - 1 }
  var zeroBased: Bool? { base.map { $0 == 0 } }

  mutating func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int) throws -> Int {
    var lineCount = 0
    for piece in try parsedPieces(lines) {
      try append(piece, firstLine: firstLine + lineCount)
      lineCount += piece.lineCount
    }
    return lineCount
  }

  mutating func parse(record: UnsafeRawBufferPointer, number: Int) throws {
    guard firstBreak(from: 0, in: record) == nil else {
      let problem = FormatError.Problem.corrupt("a line break inside the record; send one row in each")
      let reason = FormatError(path: path, place: .line(number), problem: problem)
      guard options.setsBadRowsAside else { throw reason }
      return rejected.append(RejectedRow(bytes: Array(record), reason: reason))
    }
    _ = try parse(record, firstLine: number)
  }

  mutating func reserve(read: Int, total: Int) {
    guard !hasReserved, read > 1 << 19, total > read else { return }
    hasReserved = true
    let ratio = Double(total) / Double(read) * 1.03
    // The file's own size bounds what a strange first part may lead to.
    columns.reserveCapacity(min(total / 4, Int(Double(columns.count) * ratio)))
    values.reserveCapacity(min(total / 4, Int(Double(values.count) * ratio)))
    rowOffsets.reserveCapacity(min(total / 2, Int(Double(rowOffsets.count) * ratio)))
    labelIndices.reserveCapacity(min(total / 2, Int(Double(labelIndices.count) * ratio)))
  }

  mutating func setAside(_ row: RejectedRow) { rejected.append(row) }

  mutating func expect(featureCount: Int?, labelKind: Label.Kind?) {
    options.featureCount = featureCount ?? options.featureCount
    guard let labelKind, interner.count == 0 else { return }
    requiredKind = labelKind
    interner = LabelInterner(requiredKind: labelKind)
  }

  mutating func takeBatch() throws -> RowBatch {
    let column = try interner.column(indices: labelIndices, path: path)
    let features = try takeFeatures()
    let batch = RowBatch(
      data: .features(.sparse(features), labels: column), rejected: rejected,
      unlabelledCount: labelIndices.count { $0 < 0 })
    // Later batches keep to the type that the first one had.
    requiredKind = requiredKind ?? column?.labels.first?.kind
    interner = LabelInterner(requiredKind: requiredKind)
    labelIndices = []
    rejected = []
    return batch
  }

  /// The features with columns from 0 on.
  private mutating func takeFeatures() throws -> CSRMatrix {
    let hasFeatures = !columns.isEmpty
    let start = base ?? (hasFeatures && smallest == 0 ? 0 : 1)
    if hasFeatures { base = start }
    if start == 1 {
      columns.withUnsafeMutableBufferPointer { for index in $0.indices { $0[index] &-= 1 } }
    }
    let width = max(0, limit - Int(start))
    if let count = options.featureCount, width > count {
      throw FormatError(
        path: path, place: .file, problem: .columnOutOfRange(column: limit - 1, limit: count + Int(start) - 1)
      )
    }
    defer {
      rowOffsets = [0]
      columns = []
      values = []
    }
    return CSRMatrix(
      unchecked: options.featureCount ?? width, rowOffsets: rowOffsets, columns: columns, values: values)
  }

  private var rules: SVMLightRules {
    let largest = options.featureCount.map { max(0, $0) - 1 + Int(base ?? 1) }
    return SVMLightRules(
      path: path, requiresLabels: options.requiresLabels, setsBadRowsAside: options.setsBadRowsAside,
      labelKind: requiredKind, smallest: UInt64(base ?? 0),
      largest: UInt64(min(max(0, largest ?? .max), Int(UInt32.max) - 1)))
  }

  private func parsedPieces(_ lines: UnsafeRawBufferPointer) throws -> [SVMLightPiece] {
    let ranges = Self.split(lines, count: min(lines.count / Self.pieceBytes, workers * 4))
    let rules = self.rules
    let slots = WorkerScratch<SVMLightPiece>(workers: ranges.count) { SVMLightPiece(rules) }
    // Read-only while the workers run, and they end before this function does.
    nonisolated(unsafe) let lines = lines
    Parallel.forEach(count: ranges.count, workers: workers) { _, index in
      slots.with(index) { $0.parse(UnsafeRawBufferPointer(rebasing: lines[ranges[index]])) }
    }
    return ranges.indices.map { slots.with($0) { $0 } }
  }

  /// About equal parts that end at line breaks.
  private static func split(_ lines: UnsafeRawBufferPointer, count: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    for index in 1...max(1, count) where start < lines.count {
      let wanted = max(start, lines.count / max(1, count) * index)
      let lineBreak = index < count ? firstBreak(from: wanted, in: lines) : nil
      let end = lineBreak.map { $0 + 1 } ?? lines.count
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }

  private mutating func append(_ piece: SVMLightPiece, firstLine: Int) throws {
    if let failure = piece.failure {
      throw FormatError(path: path, place: .line(firstLine + failure.line - 1), problem: failure.problem)
    }
    for row in piece.rejected {
      let reason = FormatError(path: path, place: .line(firstLine + row.line - 1), problem: row.problem)
      rejected.append(RejectedRow(bytes: row.bytes, reason: reason))
    }
    let start = columns.count
    columns.append(contentsOf: piece.columns)
    values.append(contentsOf: piece.values)
    rowOffsets.append(contentsOf: piece.rowEnds.lazy.map { $0 + start })
    smallest = min(smallest, piece.smallest)
    if let largest = piece.largest { limit = max(limit, Int(largest) + 1) }
    try appendLabels(of: piece, firstLine: firstLine)
  }

  private mutating func appendLabels(of piece: SVMLightPiece, firstLine: Int) throws {
    var numbers: [Int32] = []
    for index in 0..<piece.interner.count {
      let line = firstLine + piece.interner.firstLines[index] - 1
      let number = try Array(piece.interner.bytes(of: index)).withUnsafeBytes {
        try interner.index(of: $0, line: line, path: path)
      }
      numbers.append(number)
    }
    labelIndices.append(contentsOf: piece.labelIndices.lazy.map { $0 < 0 ? -1 : numbers[Int($0)] })
  }
}

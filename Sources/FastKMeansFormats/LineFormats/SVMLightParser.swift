import FastKMeansCore

/// Parses lines of `label index:value ...`, several pieces of a block in parallel.
final class SVMLightParser: LineParser {
  private let workers: Int

  /// The size of a piece; a smaller one costs more to hand out than to parse.
  static let pieceBytes = 1 << 18

  init(_ options: ReaderOptions) { workers = Parallel.workerCount(options.workers) }

  func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int, into batch: inout BatchBuilder) throws -> Int {
    let ranges = Self.split(lines, count: min(lines.count / Self.pieceBytes, workers * 4))
    let empty = batch.svmLightPiece
    let slots = WorkerScratch<SVMLightPiece>(workers: ranges.count) { empty }
    // Read-only while the workers run, and they end before this function does.
    nonisolated(unsafe) let lines = lines
    Parallel.forEach(count: ranges.count, workers: workers) { _, index in
      slots.with(index) { $0.parse(UnsafeRawBufferPointer(rebasing: lines[ranges[index]])) }
    }
    var lineCount = 0
    for index in ranges.indices {
      let piece = slots.with(index) { $0 }
      try batch.append(piece, firstLine: firstLine + lineCount)
      lineCount += piece.lineCount
    }
    return lineCount
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
}

/// The features of the rows of an SVMlight file, on their way into a matrix.
struct SVMLightRows {
  /// Where the file's indices start, 0 or 1, once that is decided.
  private(set) var base: UInt32?
  private var rowOffsets = [0]
  private var columns: [UInt32] = []
  private var values: [Float] = []
  /// The smallest index so far, as it stands in the file.
  private var smallest = UInt32.max
  /// One more than the largest index so far, as it stands in the file.
  private var limit = 0

  init(_ zeroBased: ReaderOptions.ZeroBased) {
    base = zeroBased == .auto ? nil : zeroBased == .true ? 0 : 1
  }

  var zeroBased: Bool? { base.map { $0 == 0 } }
  var nonZeroCount: Int { columns.count }

  mutating func reserveCapacity(rows: Int, nonZeros: Int) {
    rowOffsets.reserveCapacity(rows)
    columns.reserveCapacity(nonZeros)
    values.reserveCapacity(nonZeros)
  }

  mutating func append(_ piece: SVMLightPiece) {
    let start = columns.count
    columns.append(contentsOf: piece.columns)
    values.append(contentsOf: piece.values)
    rowOffsets.append(contentsOf: piece.rowEnds.lazy.map { $0 + start })
    smallest = min(smallest, piece.smallest)
    if let largest = piece.largest { limit = max(limit, Int(largest) + 1) }
  }

  /// Hands out the rows with columns from 0 on, and begins again.
  mutating func take(featureCount: Int?, path: String) throws -> CSRMatrix {
    let hasFeatures = !columns.isEmpty
    let start = base ?? (hasFeatures && smallest == 0 ? 0 : 1)
    if hasFeatures { base = start }
    if start == 1 {
      columns.withUnsafeMutableBufferPointer { for index in $0.indices { $0[index] &-= 1 } }
    }
    let width = max(0, limit - Int(start))
    if let featureCount, width > featureCount {
      throw FormatError(
        path: path, place: .file,
        problem: .columnOutOfRange(column: limit - 1, limit: featureCount + Int(start) - 1))
    }
    defer {
      rowOffsets = [0]
      columns = []
      values = []
    }
    return CSRMatrix(
      unchecked: featureCount ?? width, rowOffsets: rowOffsets, columns: columns, values: values)
  }
}

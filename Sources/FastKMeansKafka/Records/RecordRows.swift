import FastKMeansCore
import FastKMeansFormats

/// Rows from records that lie in memory, each record one row.
///
/// What such a file would give as a row is one here, with the same numbers and labels; what it would pass over in
/// silence (an empty line, a comment) is rejected, for a record that was sent is either learned or reported.
struct RecordRows {
  private let parser: RecordParser
  private let name: String
  /// Records that are no line at all, by number.
  private var unfit: [(number: Int, problem: FormatError.Problem)] = []
  /// Lines on their way to the parser; kept to not allocate them anew.
  private var lines: [UInt8] = []

  /// - Parameters:
  ///   - name: where the records come from, for messages.
  ///   - format: `tsv`, `jsonl` or `svmlight`.
  ///   - options: as for a file; bad rows are always set aside.
  /// - Throws: `FormatError` for another format.
  init(name: String, format: RowFormat, options: ReaderOptions) throws {
    var options = options
    options.setsBadRowsAside = true
    self.name = name
    parser = try RecordParser(format: format, name: name, options: options)
  }

  /// Rows so far, without the rejected ones.
  var rowCount: Int { parser.rowCount }

  /// As `RowReader.zeroBased`.
  var zeroBased: Bool? { parser.zeroBased }

  /// Parses records that follow each other.
  ///
  /// - Parameters:
  ///   - records: their bytes.
  ///   - first: the number of the first one.
  /// - Throws: what a parser throws even if bad rows are set aside.
  /// - Complexity: O(bytes) time.
  mutating func append(_ records: some Collection<ArraySlice<UInt8>>, first: Int) throws {
    var number = first
    var firstOfBlock = first
    lines.removeAll(keepingCapacity: true)
    for record in records {
      let line = Self.trimmed(record)
      if let problem = problem(line) {
        unfit.append((number, problem))
        try parseLines(firstOfBlock)
        firstOfBlock = number + 1
      } else {
        lines.append(contentsOf: line)
        // Between the parts of an object a line break is a blank, and inside of a string JSON allows none.
        if parser.format == .jsonl {
          for index in lines.indices.suffix(line.count) where lines[index] == 0x0A || lines[index] == 0x0D {
            lines[index] = 0x20
          }
        }
        lines.append(0x0A)
      }
      number += 1
    }
    try parseLines(firstOfBlock)
  }

  /// Hands out the rows, and the numbers of the rejected records in the order of `RowBatch.rejected`.
  ///
  /// - Throws: `InputError.badLabels` for malformed labels.
  mutating func takeBatch() throws -> (batch: RowBatch, rejected: [Int]) {
    var batch = try parser.takeBatch()
    var rejected: [(number: Int, row: RejectedRow)] = batch.rejected.map { row in
      guard case .line(let number) = row.reason.place else { return (0, row) }
      return (number, row)
    }
    rejected += unfit.map { number, problem in
      (
        number,
        RejectedRow(bytes: [], reason: FormatError(path: name, place: .line(number), problem: problem))
      )
    }
    rejected.sort { $0.number < $1.number }
    batch.rejected = rejected.map(\.row)
    unfit = []
    return (batch, rejected.map(\.number))
  }

  private mutating func parseLines(_ first: Int) throws {
    guard !lines.isEmpty else { return }
    try parser.append(lines: lines, first: first)
    lines.removeAll(keepingCapacity: true)
  }

  /// Without the line break that many producers leave at the end.
  private static func trimmed(_ record: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = record
    if line.last == 0x0A { line.removeLast() }
    if line.last == 0x0D { line.removeLast() }
    return line
  }

  private func problem(_ line: ArraySlice<UInt8>) -> FormatError.Problem? {
    guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) else {
      return .unsupported("the record is empty")
    }
    guard parser.format != .jsonl else { return nil }
    if line.contains(0x0A) { return .unsupported("the record has several lines; send a record for each row") }
    if parser.format == .svmlight, first == 0x23 { return .unsupported("the record is a comment") }
    return nil
  }
}

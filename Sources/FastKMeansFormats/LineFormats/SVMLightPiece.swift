import FastKMeansCore

/// The rows of some consecutive lines, parsed by one worker.
struct SVMLightPiece {
  private(set) var lineCount = 0
  /// For each row, the number of non-zeros up to its end.
  private(set) var rowEnds: [Int] = []
  private(set) var columns: [UInt32] = []
  private(set) var values: [Float] = []
  private(set) var labelIndices: [Int32] = []
  private(set) var labels: LabelInterner
  private(set) var smallest = UInt32.max
  private(set) var largest: UInt32?
  /// Bad lines, counted from 1 within this piece; only the first one unless bad rows are set aside.
  private(set) var rejected: [(line: Int, bytes: [UInt8], problem: FormatError.Problem)] = []
  private let options: ReaderOptions
  /// The smallest and the largest index allowed, as they stand in the file.
  private let smallestAllowed: UInt64
  private let largestAllowed: UInt64

  /// - Parameter base: where indices start, 0 or 1; `nil` while that is open.
  init(_ options: ReaderOptions, labelKind: Label.Kind?, base: UInt32?) {
    self.options = options
    labels = LabelInterner(requiredKind: labelKind, areNumbers: true)
    smallestAllowed = UInt64(base ?? 0)
    let largest = options.featureCount.map { max(0, $0) - 1 + Int(base ?? 1) } ?? .max
    largestAllowed = UInt64(min(max(0, largest), Int(UInt32.max) - 1))
  }

  /// Parses whole lines, up to the first bad one if those are not set aside.
  mutating func parse(_ lines: UnsafeRawBufferPointer) {
    // `1:2 ` is the shortest non-zero, so that the arrays hold every line whatever it says.
    let capacity = lines.count / 4 + 1
    columns = Array(unsafeUninitializedCapacity: capacity) { columns, columnCount in
      values = Array(unsafeUninitializedCapacity: capacity) { values, valueCount in
        guard let columns = columns.baseAddress, let values = values.baseAddress else { return }
        let count = parse(lines, columns, values)
        columnCount = count
        valueCount = count
      }
    }
  }

  private mutating func parse(
    _ lines: UnsafeRawBufferPointer, _ columns: UnsafeMutablePointer<UInt32>,
    _ values: UnsafeMutablePointer<Float>
  ) -> Int {
    var count = 0
    DecimalScanner.with { scanner in
      var position = 0
      while position < lines.count, rejected.isEmpty || options.setsBadRowsAside {
        let lineBreak = firstBreak(from: position, in: lines) ?? lines.count
        let line = TextStart.withoutMark(UnsafeRawBufferPointer(rebasing: lines[position..<lineBreak]))
        position = lineBreak + 1
        lineCount += 1
        let row = SVMLightRow(scanner: scanner, smallest: smallestAllowed, largest: largestAllowed)
        add(row.parse(line, columns + count, values + count), line, columns, &count)
      }
    }
    return count
  }

  private mutating func add(
    _ result: SVMLightRow.Result, _ line: UnsafeRawBufferPointer, _ columns: UnsafeMutablePointer<UInt32>,
    _ count: inout Int
  ) {
    switch result {
    case .none: break
    case .bad(let problem): reject(line, problem)
    case .row(let label, let length):
      do throws(FormatError.Problem) {
        labelIndices.append(try labelIndex(label))
      } catch {
        return reject(line, error)
      }
      if length > 0 {
        smallest = min(smallest, columns[count])
        largest = max(largest ?? 0, columns[count + length - 1])
      }
      count += length
      rowEnds.append(count)
    }
  }

  private mutating func labelIndex(_ label: UnsafeRawBufferPointer?) throws(FormatError.Problem) -> Int32 {
    guard let label else {
      if options.requiresLabels { throw .missingLabel }
      return -1
    }
    if label.contains(0x2C) { throw .severalLabels(found: excerpt(label)) }
    return try labels.index(of: label, line: lineCount)
  }

  private mutating func reject(_ line: UnsafeRawBufferPointer, _ problem: FormatError.Problem) {
    rejected.append((lineCount, Array(line.last == 0x0D ? line.dropLast() : line[...]), problem))
  }
}

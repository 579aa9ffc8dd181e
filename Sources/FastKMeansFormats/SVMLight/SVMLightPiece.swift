import FastKMeansCore

/// What is known about a file's indices before a line is read.
struct SVMLightRules {
  var path: String
  var requiresLabels: Bool
  var setsBadRowsAside: Bool
  var labelKind: Label.Kind?
  /// The smallest index allowed, 0 while it is open where the indices start.
  var smallest: UInt64
  /// The largest index allowed, as it stands in the file.
  var largest: UInt64
}

/// The rows of some consecutive lines, parsed by one worker.
struct SVMLightPiece {
  private(set) var lineCount = 0
  /// For each row, the number of non-zeros up to its end.
  private(set) var rowEnds: [Int] = []
  private(set) var columns: [UInt32] = []
  private(set) var values: [Float] = []
  private(set) var labelIndices: [Int32] = []
  private(set) var interner: LabelInterner
  private(set) var smallest = UInt32.max
  private(set) var largest: UInt32?
  /// The first bad line, counted from 1 within this piece, unless bad rows are set aside.
  private(set) var failure: (line: Int, problem: FormatError.Problem)?
  private(set) var rejected: [(line: Int, bytes: [UInt8], problem: FormatError.Problem)] = []
  private let rules: SVMLightRules

  init(_ rules: SVMLightRules) {
    self.rules = rules
    interner = LabelInterner(requiredKind: rules.labelKind)
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
      while position < lines.count, failure == nil {
        let lineBreak = firstBreak(from: position, in: lines) ?? lines.count
        let line = UnsafeRawBufferPointer(rebasing: lines[position..<lineBreak])
        position = lineBreak + 1
        lineCount += 1
        let row = SVMLightRow(scanner: scanner, smallest: rules.smallest, largest: rules.largest)
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
      if rules.requiresLabels { throw .missingLabel }
      return -1
    }
    if label.contains(0x2C) { throw .severalLabels(found: excerpt(label)) }
    do {
      return try interner.index(of: label, line: lineCount)
    } catch LabelInterner.Refusal.notInteger {
      throw .labelNotInteger(found: excerpt(label))
    } catch {
      throw .labelNotUTF8
    }
  }

  private mutating func reject(_ line: UnsafeRawBufferPointer, _ problem: FormatError.Problem) {
    if rules.setsBadRowsAside {
      rejected.append((lineCount, Array(line.last == 0x0D ? line.dropLast() : line[...]), problem))
    } else {
      failure = (lineCount, problem)
    }
  }
}

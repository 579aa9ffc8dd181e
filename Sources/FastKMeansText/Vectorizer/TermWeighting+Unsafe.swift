import FastKMeansCore

/// Counts to weights: term frequency times inverse document frequency, scaled to unit length.
struct TermWeighting: Sendable {
  /// A factor for each column; empty where all are 1.
  let inverseDocumentFrequencies: [Float]
  let sublinear: Bool
  /// The weights of small counts, for a logarithm costs as much as reading a word.
  private let smallCounts: [Double]

  init(inverseDocumentFrequencies: [Float], sublinear: Bool) {
    self.inverseDocumentFrequencies = inverseDocumentFrequencies
    self.sublinear = sublinear
    smallCounts = (0..<256).map { Self.frequency(max(1, $0), sublinear: sublinear) }
  }

  private static func frequency(_ count: Int, sublinear: Bool) -> Double {
    sublinear ? 1 + naturalLogarithm(Double(count)) : Double(count)
  }

  /// The smoothed inverse document frequency: as if one more document had every term.
  static func inverseDocumentFrequency(documents: Int, of documentCount: Int) -> Float {
    Float(naturalLogarithm(Double(1 + documentCount) / Double(1 + documents)) + 1)
  }

  /// Writes the columns and weights of every row, one row after the other.
  ///
  /// - Parameters:
  ///   - rows: entries with columns, ascending in each row.
  ///   - columns: as many places as `rows` has entries.
  ///   - values: the same.
  func write(
    _ rows: CountedRows, columns: UnsafeMutablePointer<UInt32>, values: UnsafeMutablePointer<Float>
  ) {
    inverseDocumentFrequencies.withUnsafeBufferPointer { factors in
      smallCounts.withUnsafeBufferPointer { smallCounts in
        var position = 0
        for index in 0..<rows.rowCount {
          let row = rows.row(index)
          write(row, columns + position, values + position, factors, smallCounts)
          position += row.count
        }
      }
    }
  }

  @inline(__always)
  private func write(
    _ row: UnsafeMutableBufferPointer<UInt64>, _ columns: UnsafeMutablePointer<UInt32>,
    _ values: UnsafeMutablePointer<Float>, _ factors: UnsafeBufferPointer<Float>,
    _ smallCounts: UnsafeBufferPointer<Double>
  ) {
    func weight(_ entry: UInt64) -> Double {
      let count = CountedRows.count(entry)
      let frequency =
        count < smallCounts.count ? smallCounts[count] : Self.frequency(count, sublinear: sublinear)
      return factors.isEmpty ? frequency : frequency * Double(factors[CountedRows.key(entry)])
    }
    var squares = 0.0
    for entry in row { squares += weight(entry) * weight(entry) }
    let length = squares.squareRoot()
    for (position, entry) in row.enumerated() {
      columns[position] = UInt32(truncatingIfNeeded: CountedRows.key(entry))
      values[position] = Float(weight(entry) / length)
    }
  }

  /// All chunks' rows as one matrix; `chunks` are emptied on the way.
  func matrix(_ chunks: [CountedRows], columnCount: Int, workers: Int) throws -> CSRMatrix {
    var offsets = [0]
    offsets.reserveCapacity(1 + chunks.reduce(0) { $0 + $1.rowCount })
    var starts: [Int] = []
    for chunk in chunks {
      let start = offsets[offsets.count - 1]
      starts.append(start)
      for end in chunk.rowEnds { offsets.append(start + end) }
    }
    let total = offsets[offsets.count - 1]
    var values: [Float] = []
    let columns = try [UInt32](unsafeUninitializedCapacity: total) { columns, columnsCount in
      values = try [Float](unsafeUninitializedCapacity: total) { values, valuesCount in
        if let columns = columns.baseAddress, let values = values.baseAddress {
          try write(chunks, starts: starts, columns: columns, values: values, workers: workers)
        }
        valuesCount = total
      }
      columnsCount = total
    }
    return CSRMatrix(unchecked: columnCount, rowOffsets: offsets, columns: columns, values: values)
  }

  private func write(
    _ chunks: [CountedRows], starts: [Int], columns: UnsafeMutablePointer<UInt32>,
    values: UnsafeMutablePointer<Float>, workers: Int
  ) throws {
    // Each chunk writes to places of its own.
    nonisolated(unsafe) let (columns, values) = (columns, values)
    Parallel.forEach(count: chunks.count, workers: workers) { _, index in
      write(chunks[index], columns: columns + starts[index], values: values + starts[index])
    }
  }
}

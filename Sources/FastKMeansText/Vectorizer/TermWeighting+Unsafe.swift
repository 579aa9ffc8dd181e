import FastKMeansCore

/// Counts to weights: term frequency times inverse document frequency, scaled to a length of 1.
///
/// Each part of a row is scaled first, then the whole, so that n-grams of characters, which are many, do not drown words.
struct TermWeighting: Sendable {
  /// Of a part its first column, and its length before the whole is scaled.
  private struct Share: Sendable {
    let start: Int
    let weight: Double
  }

  /// A factor for each column; empty where all are 1.
  let inverseDocumentFrequencies: [Float]
  private let shares: [Share]
  private let options: TextOptions
  /// The weights of small counts, for a logarithm costs as much as reading a word.
  private let smallCounts: [Double]

  init(_ options: TextOptions, parts: [TermPart], inverseDocumentFrequencies: [Float]) {
    self.inverseDocumentFrequencies = inverseDocumentFrequencies
    self.options = options
    shares = parts.map {
      Share(start: $0.columns.lowerBound, weight: $0.isMarked ? options.characterWeight : 1)
    }
    smallCounts = (0..<256).map { Self.frequency(max(1, $0), options) }
  }

  private static func frequency(_ count: Int, _ options: TextOptions) -> Double {
    if options.isBinary { return 1 }
    return options.sublinearTF ? 1 + naturalLogarithm(Double(count)) : Double(count)
  }

  /// What a term weighs that occurs in some of the documents.
  static func inverseDocumentFrequency(
    documents: Int, of documentCount: Int, _ options: TextOptions
  ) -> Float {
    guard options.usesInverseDocumentFrequency else { return 1 }
    let ratio =
      options.smoothsInverseDocumentFrequency
      ? Double(1 + documentCount) / Double(1 + documents) : Double(documentCount) / Double(max(1, documents))
    return Float(naturalLogarithm(ratio) + 1)
  }

  /// Writes the columns and weights of every row, one row after the other.
  ///
  /// - Parameters:
  ///   - chunk: of each part entries with columns, ascending in each row.
  ///   - columns: as many places as there are entries.
  ///   - values: the same.
  private func write(
    _ chunk: [CountedRows], columns: UnsafeMutablePointer<UInt32>, values: UnsafeMutablePointer<Float>
  ) {
    inverseDocumentFrequencies.withUnsafeBufferPointer { factors in
      smallCounts.withUnsafeBufferPointer { smallCounts in
        var position = 0
        for index in 0..<chunk[0].rowCount {
          let length = chunk.count == 1 ? 1 : wholeLength(chunk, index)
          for (share, rows) in zip(shares, chunk) {
            let row = rows.row(index)
            write(row, share, length, columns + position, values + position, factors, smallCounts)
            position += row.count
          }
        }
      }
    }
  }

  /// The length of a row whose parts have the lengths of their shares.
  private func wholeLength(_ chunk: [CountedRows], _ index: Int) -> Double {
    let lengths = zip(shares, chunk).map { share, rows in rows.row(index).isEmpty ? 0 : share.weight }
    return switch options.norm {
    case .l2: lengths.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .l1: lengths.reduce(0, +)
    case nil: 1
    }
  }

  @inline(__always)
  private func write(
    _ row: UnsafeMutableBufferPointer<UInt64>, _ share: Share, _ wholeLength: Double,
    _ columns: UnsafeMutablePointer<UInt32>, _ values: UnsafeMutablePointer<Float>,
    _ factors: UnsafeBufferPointer<Float>, _ smallCounts: UnsafeBufferPointer<Double>
  ) {
    func weight(_ entry: UInt64) -> Double {
      let count = CountedRows.count(entry)
      let frequency = count < smallCounts.count ? smallCounts[count] : Self.frequency(count, options)
      return factors.isEmpty
        ? frequency : frequency * Double(factors[share.start &+ CountedRows.key(entry)])
    }
    var length = 0.0
    switch options.norm {
    case .l2:
      for entry in row { length += weight(entry) * weight(entry) }
      length = length.squareRoot()
    case .l1: for entry in row { length += weight(entry) }
    case nil: length = 1
    }
    length = length * wholeLength / share.weight
    for (position, entry) in row.enumerated() {
      columns[position] = UInt32(truncatingIfNeeded: share.start &+ CountedRows.key(entry))
      values[position] = Float(weight(entry) / length)
    }
  }

  /// All rows as one matrix.
  ///
  /// - Parameter parts: of each part the rows by chunks; the chunks of all have the same documents.
  func matrix(_ parts: [[CountedRows]], columnCount: Int, workers: Int) throws -> CSRMatrix {
    let chunks = parts[0].indices.map { index in parts.map { $0[index] } }
    var offsets = [0]
    offsets.reserveCapacity(1 + chunks.reduce(0) { $0 + $1[0].rowCount })
    var starts: [Int] = []
    for chunk in chunks {
      let start = offsets[offsets.count - 1]
      starts.append(start)
      for row in 0..<chunk[0].rowCount { offsets.append(chunk.reduce(start) { $0 + $1.rowEnds[row] }) }
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
    _ chunks: [[CountedRows]], starts: [Int], columns: UnsafeMutablePointer<UInt32>,
    values: UnsafeMutablePointer<Float>, workers: Int
  ) throws {
    // Each chunk writes to its own places.
    nonisolated(unsafe) let (columns, values) = (columns, values)
    Parallel.forEach(count: chunks.count, workers: workers) { _, index in
      write(chunks[index], columns: columns + starts[index], values: values + starts[index])
    }
  }
}

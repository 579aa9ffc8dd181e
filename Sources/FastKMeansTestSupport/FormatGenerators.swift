import FastKMeansCore

/// Random rows for the tests of the formats; the same for the same generator state.
package enum RandomRows {
  /// A text of up to `maxLength` pieces: words, blanks, quotes, commas, accents, emoji, and `extra` ones such as
  /// line breaks where the format can hold them.
  package static func text(maxLength: Int, extra: [String] = [], _ random: inout CounterRandom) -> String {
    let pieces =
      ["a", "word", " ", "\"", ",", "ü", "日本", "😀", "\\", "x1", ":", "#", "{", "'", "\u{0}"] + extra
    let length = random.nextIndex(below: maxLength + 1)
    return (0..<length).map { _ in pieces[random.nextIndex(below: pieces.count)] }.joined()
  }

  /// A finite value whose bits are random, so that every exponent and digit count occurs.
  package static func anyFloat(_ random: inout CounterRandom) -> Float {
    while true {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      if value.isFinite { return value }
    }
  }

  /// A sparse matrix with ascending columns; some rows are empty.
  package static func sparse(rows: Int, columns: Int, _ random: inout CounterRandom) throws -> CSRMatrix {
    var offsets = [0]
    var indices: [UInt32] = []
    var values: [Float] = []
    for _ in 0..<rows {
      for column in 0..<columns where random.nextIndex(below: 4) == 0 {
        indices.append(UInt32(column))
        values.append(anyFloat(&random))
      }
      offsets.append(indices.count)
    }
    return try CSRMatrix(columnCount: columns, rowOffsets: offsets, columns: indices, values: values)
  }

  /// A dense matrix.
  package static func dense(rows: Int, columns: Int, _ random: inout CounterRandom) throws -> DenseMatrix {
    let values = (0..<rows * columns).map { _ in anyFloat(&random) }
    return try DenseMatrix(rowCount: rows, columnCount: columns, values: values)
  }
}

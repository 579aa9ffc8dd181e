import FastKMeansCore

/// A random scoring problem: prototypes of any norm and sign, with ties, empty rows and unknown features in it.
package struct ScoringCase {
  package var featureCount: Int
  package var prototypeCount: Int
  package var classCount: Int
  package var documentCount: Int
  /// The share of the features that a prototype has, and that a document has.
  package var prototypeFill = 0.3
  package var documentFill = 0.2
  package var isSparseSet = true
  package var areSparseDocuments = true
  package var hasBiases = false
  package var hasScales = false
  /// What every scale is multiplied by.
  package var scaleFactor: Float = 1
  package var isSigned = true
  /// Documents have no negative values, whatever prototypes have.
  package var hasUnsignedDocuments = false
  /// Values are whole numbers, so that many scores tie exactly.
  package var isWhole = false
  package var precision = Precision.float32

  package init(featureCount: Int, prototypeCount: Int, classCount: Int, documentCount: Int) {
    self.featureCount = featureCount
    self.prototypeCount = prototypeCount
    self.classCount = classCount
    self.documentCount = documentCount
  }

  /// The problem itself.
  package struct Parts {
    package let prototypes: PrototypeSet
    package let biases: [Float]?
    package let documents: Features
    package let scales: [Float]?
    package let classes: [Int32]
  }

  package func parts(seed: UInt64) -> Parts {
    var random = CounterRandom(seed: seed, stream: 1)
    return Parts(
      prototypes: prototypes(&random),
      biases: hasBiases ? (0..<prototypeCount).map { _ in value(&random) } : nil,
      documents: documents(&random),
      scales: hasScales ? (0..<documentCount).map { _ in Float(random.nextUnit() + 0.1) * scaleFactor } : nil,
      classes: (0..<documentCount).map { _ in Int32(random.nextIndex(below: classCount + 1)) - 1 })
  }

  private func value(_ random: inout CounterRandom) -> Float {
    if isWhole { return Float(random.nextIndex(below: 7)) - (isSigned ? 3 : 0) }
    let magnitude = random.nextUnit() * random.nextUnit() * 2
    return Float(isSigned && random.nextUnit() < 0.5 ? -magnitude : magnitude)
  }

  /// Sparse rows: some empty, one like the row before it.
  private func rows(_ count: Int, fill: Double, _ random: inout CounterRandom) -> [[(UInt32, Float)]] {
    var rows: [[(UInt32, Float)]] = []
    for index in 0..<count {
      if index > 0, random.nextUnit() < 0.1 {
        rows.append(rows[index - 1])
        continue
      }
      let share = random.nextUnit() < 0.05 ? 0 : fill * random.nextUnit() * 2
      // Low columns are common, high ones rare, as words are.
      rows.append(
        (0..<featureCount).compactMap { column in
          let chance = share * (column * 4 < featureCount ? 2 : 0.67)
          return random.nextUnit() < chance ? (UInt32(column), value(&random)) : nil
        })
    }
    return rows
  }

  private func prototypes(_ random: inout CounterRandom) -> PrototypeSet {
    let rows = rows(prototypeCount, fill: prototypeFill, &random)
    let classes = (0..<prototypeCount).map { _ in Int32(random.nextIndex(below: classCount)) }.sorted()
    let (offsets, columns, values) = compressed(rows)
    let stored: PrototypeSet.Rows =
      isSparseSet
      ? .sparse(
        offsets: offsets, columns: columns,
        values: StoredValues(values.map(Double.init), precision: precision))
      : .dense(values: StoredValues(dense(rows).map(Double.init), precision: precision))
    return PrototypeSet(
      featureCount: featureCount, rows: stored, classIndices: classes,
      masses: [Double](repeating: 1, count: prototypeCount))
  }

  private func documents(_ random: inout CounterRandom) -> Features {
    var rows = rows(documentCount, fill: documentFill, &random)
    if hasUnsignedDocuments { rows = rows.map { $0.map { ($0.0, abs($0.1)) } } }
    guard areSparseDocuments else {
      return .dense(DenseMatrix(unchecked: documentCount, columnCount: featureCount, values: dense(rows)))
    }
    let (offsets, columns, values) = compressed(rows)
    return .sparse(CSRMatrix(unchecked: featureCount, rowOffsets: offsets, columns: columns, values: values))
  }

  private func compressed(_ rows: [[(UInt32, Float)]]) -> ([Int], [UInt32], [Float]) {
    var offsets = [0]
    for row in rows { offsets.append(offsets[offsets.count - 1] + row.count) }
    return (offsets, rows.flatMap { $0.map(\.0) }, rows.flatMap { $0.map(\.1) })
  }

  private func dense(_ rows: [[(UInt32, Float)]]) -> [Float] {
    var values = [Float](repeating: 0, count: rows.count * featureCount)
    for (index, row) in rows.enumerated() {
      for (column, value) in row { values[index * featureCount + Int(column)] = value }
    }
    return values
  }
}

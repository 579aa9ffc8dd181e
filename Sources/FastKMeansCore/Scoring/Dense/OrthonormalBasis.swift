import CFastKMeansKernels

/// A few directions that hold most of what rows are: roughly the first principal ones, by subspace iteration
/// (Halko, Martinsson and Tropp 2011, doi:10.1137/090771806).
///
/// Its users need the vectors to be orthonormal, and to know how far they are from it; how well they fit
/// decides about speed alone.
struct OrthonormalBasis: Sendable {
  /// The number of vectors.
  let count: Int
  let featureCount: Int
  /// The vectors as columns, in panels: feature `f` of vector `v` at `(v / width * featureCount + f) * width + v % width`.
  let panels: AlignedMemory<Float>
  /// The vectors' products with each other are at most so far from the identity, as an operator.
  let defect: Double

  /// Each multiplies with all of the rows' products: three find what is worth finding.
  private static let iterationCount = 3
  private static let purpose = "the basis of the scoring index"

  /// - Parameters:
  ///   - rows: `featureCount` values each, one after the other.
  ///   - featureCount: the length of a row and of a vector.
  ///   - count: how many vectors, at most `featureCount`.
  /// - Throws: ``InputError`` if its parts cannot be addressed.
  /// - Complexity: O(rows x features² + features² x count).
  init(rows: [Float], featureCount: Int, count: Int) throws {
    let moments = try Self.moments(rows, featureCount)
    var vectors = RowVectors(random: count, length: featureCount)
    for _ in 0..<Self.iterationCount {
      let columns = vectors.transposed()
      let product = try columns.withUnsafeBufferPointer { columns in
        try columns.baseAddress.map {
          try TileProduct.transposed(
            $0, width: count, times: moments.pointer, width: featureCount, count: featureCount,
            for: Self.purpose)
        }
      }
      if let product { vectors.replace(by: product.pointer) }
      vectors.orthonormalize()
    }
    self.count = count
    self.featureCount = featureCount
    defect = vectors.defect()
    let columns = vectors.transposed()
    panels = try columns.withUnsafeBufferPointer { columns in
      guard let start = columns.baseAddress else {
        return try AlignedMemory(count: 0, repeating: 0, for: Self.purpose)
      }
      return try TileProduct.pack(start, count, featureCount, unit: PackedPanels.width, for: Self.purpose)
    }
  }

  var byteCount: Int { panels.byteCount }

  /// The products of all pairs of features, summed over the rows.
  private static func moments(_ rows: [Float], _ featureCount: Int) throws -> AlignedMemory<Float> {
    try rows.withUnsafeBufferPointer { rows in
      guard let start = rows.baseAddress, featureCount > 0 else {
        return try AlignedMemory(count: 0, repeating: 0, for: purpose)
      }
      return try TileProduct.transposed(
        start, width: featureCount, times: start, width: featureCount, count: rows.count / featureCount,
        for: purpose)
    }
  }
}

/// Vectors of equal length, one after the other.
struct RowVectors {
  private(set) var values: [Float]
  let count: Int
  let length: Int
  /// Vectors are padded with zeros to whole steps.
  private let stride: Int
  private static let step = 16

  /// Directions without any preference.
  init(random count: Int, length: Int) {
    (self.count, self.length) = (count, length)
    stride = roundedUp(length, to: Self.step)
    values = [Float](repeating: 0, count: count * stride)
    var random = CounterRandom(seed: 0x5EED)
    for vector in 0..<count {
      for index in 0..<length { values[vector * stride + index] = Float(random.nextUnit()) * 2 - 1 }
    }
    orthonormalize()
  }

  /// Takes up other vectors of the same length.
  mutating func replace(by rows: UnsafePointer<Float>) {
    for vector in 0..<count {
      for index in 0..<length { values[vector * stride + index] = rows[vector * length + index] }
    }
  }

  /// Row `i` has coordinate `i` of every vector.
  func transposed() -> [Float] {
    var columns = [Float](repeating: 0, count: count * length)
    for vector in 0..<count {
      for index in 0..<length { columns[index * count + vector] = values[vector * stride + index] }
    }
    return columns
  }

  /// Gram and Schmidt, twice, because once is not enough in single precision. A vector that is nothing but what others
  /// are becomes zero.
  mutating func orthonormalize() {
    for vector in 0..<count {
      let before = product(vector, vector).squareRoot()
      for _ in 0..<2 {
        for other in 0..<vector { subtract(other, from: vector, times: Float(product(vector, other))) }
      }
      let norm = product(vector, vector).squareRoot()
      // What is left of a dependent vector is rounding.
      let isNew = norm.isFinite && norm > before * 1e-5 && norm > 1e-30
      scale(vector, by: isNew ? Float(1 / norm) : 0)
    }
  }

  /// A bound on the distance of the vectors' products from those of orthonormal ones, zero vectors aside.
  func defect() -> Double {
    var squares = 0.0
    for vector in 0..<count {
      for other in 0...vector {
        let product = product(vector, other)
        let wanted = other == vector && product > 0.5 ? 1.0 : 0.0
        squares += (product - wanted) * (product - wanted) * (other == vector ? 1 : 2)
      }
    }
    return squares.squareRoot()
  }

  private func product(_ first: Int, _ second: Int) -> Double {
    values.withUnsafeBufferPointer { values in
      var sum = SIMD8<Double>()
      for index in Swift.stride(from: 0, to: stride, by: 8) {
        let (a, b) = (first * stride + index, second * stride + index)
        for lane in 0..<8 { sum[lane] += Double(values[a + lane]) * Double(values[b + lane]) }
      }
      return sum.sum()
    }
  }

  private mutating func subtract(_ other: Int, from vector: Int, times factor: Float) {
    let (target, source) = (vector * stride, other * stride)
    values.withUnsafeMutableBufferPointer { values in
      for index in 0..<stride { values[target + index] -= factor * values[source + index] }
    }
  }

  private mutating func scale(_ vector: Int, by factor: Float) {
    for index in vector * stride..<(vector + 1) * stride {
      // Zero even where a value is infinite.
      values[index] = factor == 0 ? 0 : values[index] * factor
    }
  }
}

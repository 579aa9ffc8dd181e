import CFastKMeansKernels

/// What bounds scores from a part of all dimensions: prototypes and documents along the first vectors of a basis, and the
/// lengths of what lies beside it.
///
/// With B the basis, z = Bᵀx and v = Bᵀw, the score's product x·w is z·v plus the product of the two rests, which
/// Cauchy and Schwarz bound by their lengths. So a prototype whose z·v + |rest of x| |rest of w| stays below a score that
/// another has for certain is no part of the answer, at two fifths of the work. Rounding, and what the basis lacks of being
/// orthonormal, are part of the bound.
final class PartialProduct: Sendable {
  let basis: OrthonormalBasis
  /// The prototypes along the basis, in panels of neighbours, vector by vector.
  let heads: AlignedMemory<Float>
  /// The length of each prototype's rest, rounded up.
  let restNorms: AlignedMemory<Float>
  let rows: ExactDenseRows
  let prototypeCount: Int
  private let slackByLength: Double
  private let fixedSlack: Double
  private let lengthError: Double
  let record = PruningRecord()

  /// Two fifths of the dimensions: a third leaves three times as many prototypes, a half takes a quarter longer to multiply
  /// (384 dimensions of sentence embeddings, 1,000 and 5,000 prototypes).
  static func headCount(featureCount: Int) -> Int {
    min(featureCount, roundedUp((featureCount * 2 + 4) / 5, to: 16))
  }

  /// This many prototypes are enough to find the directions.
  private static let sampleSize = 4096
  private static let purpose = "the partial product of the scoring index"

  /// - Throws: ``InputError`` if its parts cannot be addressed.
  /// - Complexity: O(prototypes x features x basis + features² x (basis + 4,096)).
  init(_ set: PrototypeSet, biases: UnsafePointer<Float>, truncation: Float) throws {
    prototypeCount = set.count
    rows = try ExactDenseRows(set, truncation: truncation)
    let features = set.featureCount
    let count = Self.headCount(featureCount: features)
    let values = rows.singles()
    let basis = try OrthonormalBasis(
      rows: Self.sample(values, count: set.count, width: features), featureCount: features, count: count)
    let heads = try AlignedMemory<Float>(
      count: try checkedProduct(roundedUp(set.count, to: PackedPanels.width), count, for: Self.purpose),
      repeating: 0, for: Self.purpose)
    let restNorms = try AlignedMemory<Float>(count: set.count, repeating: 0, for: Self.purpose)
    // Each of a chain's multiply-adds rounds once; 2.1 chains and what the bound itself rounds, for the two scores that
    // are compared.
    let unit = 0x1p-24
    let chain = Double(features + 8) * unit / max(0.5, 1 - Double(features + 8) * unit)
    let projection = 1.05 * (2 * Double(count).squareRoot() * chain + 3 * basis.defect)
    lengthError = projection
    var largestBias = 0.0
    for prototype in 0..<set.count { largestBias = max(largestBias, Double(biases[prototype].magnitude)) }
    let longest = values.withUnsafeBufferPointer { values in
      values.baseAddress.map { Self.project($0, features, basis, projection, heads, restNorms, set.count) }
        ?? 0
    }
    (self.basis, self.heads, self.restNorms) = (basis, heads, restNorms)
    slackByLength = (projection + 2.1 * chain) * longest
    fixedSlack = 2.1 * chain * largestBias + 1e-36
  }

  var byteCount: Int { basis.byteCount + heads.byteCount + restNorms.byteCount }

  /// How far a document's bounds may be off, and the length of its rest, both rounded up.
  ///
  /// - Parameters:
  ///   - squares: of the document.
  ///   - headSquares: of its part along the basis.
  @inline(__always)
  func limits(squares: Double, headSquares: Double) -> (slack: Float, rest: Float) {
    let rest = Self.restLength(squares, headSquares, lengthError)
    return (Float(slackByLength * squares.squareRoot() + fixedSlack).nextUp, rest)
  }

  @inline(__always)
  private static func restLength(_ squares: Double, _ headSquares: Double, _ error: Double) -> Float {
    // A maximum would hide a NaN.
    let rest = squares - headSquares + error * squares
    return Float((rest < 0 ? 0 : rest).squareRoot() * 1.000001).nextUp
  }

  private static func sample(_ values: [Float], count: Int, width: Int) -> [Float] {
    guard count > sampleSize else { return values }
    var sample: [Float] = []
    sample.reserveCapacity(sampleSize * width)
    for index in 0..<sampleSize {
      let start = index * count / sampleSize * width
      sample.append(contentsOf: values[start..<start + width])
    }
    return sample
  }

  /// Fills heads and lengths of rests; returns the largest length of a prototype.
  private static func project(
    _ values: UnsafePointer<Float>, _ features: Int, _ basis: OrthonormalBasis, _ error: Double,
    _ heads: AlignedMemory<Float>, _ restNorms: AlignedMemory<Float>, _ count: Int
  ) -> Double {
    let (height, width) = (PackedPanels.height, PackedPanels.width)
    let scratch = ProjectionScratch(featureCount: features, headCount: basis.count)
    var longest = 0.0
    for first in stride(from: 0, to: count, by: height) {
      let rows = min(height, count - first)
      fk_pack_documents(values + first * features, features, rows, nil, features, scratch.packed)
      scratch.project(scratch.packed, basis, into: scratch.heads)
      for row in 0..<rows {
        let prototype = first + row
        let target = heads.pointer + prototype / width * basis.count * width + prototype % width
        for vector in 0..<basis.count { target[vector * width] = scratch.heads[vector * height + row] }
        restNorms.pointer[prototype] = restLength(scratch.squares[row], scratch.headSquares[row], error)
        longest = max(longest, scratch.squares[row].squareRoot())
      }
    }
    return longest
  }
}

/// What one worker needs to bring packed rows onto a basis.
final class ProjectionScratch {
  let packed: UnsafeMutablePointer<Float>
  let heads: UnsafeMutablePointer<Float>
  /// The squares of a group's rows, and of their parts along the basis.
  let squares: UnsafeMutablePointer<Double>
  let headSquares: UnsafeMutablePointer<Double>
  private let tile: UnsafeMutablePointer<Float>
  private let featureCount: Int
  private let kernels = fk_dense_for(fk_simd_level()).pointee

  init(featureCount: Int, headCount: Int) {
    let (height, width) = (PackedPanels.height, PackedPanels.width)
    self.featureCount = featureCount
    packed = .allocate(capacity: max(1, featureCount * height))
    heads = .allocate(capacity: max(1, headCount * height))
    squares = .allocate(capacity: height)
    headSquares = .allocate(capacity: height)
    tile = .allocate(capacity: height * width)
  }

  deinit {
    packed.deallocate()
    heads.deallocate()
    squares.deallocate()
    headSquares.deallocate()
    tile.deallocate()
  }

  /// A group of packed rows along the basis, packed again; and their squares.
  ///
  /// - Complexity: O(features x basis).
  func project(
    _ packed: UnsafePointer<Float>, _ basis: OrthonormalBasis, into heads: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (PackedPanels.height, PackedPanels.width)
    for first in stride(from: 0, to: basis.count, by: width) {
      tile.update(repeating: 0, count: height * width)
      kernels.tile_f32(packed, basis.panels.pointer + first * featureCount, featureCount, tile)
      for vector in 0..<min(width, basis.count - first) {
        let target = heads + (first + vector) * height
        for row in 0..<height { target[row] = tile[row * width + vector] }
      }
    }
    fk_packed_squares(packed, featureCount, squares)
    fk_packed_squares(heads, basis.count, headSquares)
  }
}

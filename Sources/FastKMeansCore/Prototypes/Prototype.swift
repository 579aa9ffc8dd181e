/// One prototype as a learner keeps it: exact, untruncated, ready to take more documents.
///
/// The centre is kept rounded to the precision that a file stores, so that a saved learner and one that went on
/// have the same bits.
package struct Prototype: Sendable, Equatable {
  /// Cosine: the sum of the documents' unit rows, scaled to unit length. Euclidean: their mean.
  package var center: PrototypeVector
  /// Cosine: the length of the sum before scaling. Euclidean: the mass.
  package var sumScale: Double
  /// The weight of the documents it stands for.
  package var mass: Double
  /// How a stream keeps the sum; nil until one has.
  package var sum: Sum?
  /// Stable for the prototype's life; 0 until it is given one.
  package var id: UInt64 = 0
  /// Whether it stays where it is; it still answers.
  package var isFrozen = false

  /// What it takes to have the very bits of a sum again, beside its centre: see `StoredSum`.
  package struct Sum: Sendable, Equatable {
    /// The sum is this times what is stored; 0 for a prototype that was given and has no sum.
    package var unit: Double
    /// Of what is stored.
    package var squaredLength: Double

    package init(unit: Double, squaredLength: Double) {
      self.unit = unit
      self.squaredLength = squaredLength
    }

    /// Whether these are numbers that a stream can have left.
    package var isValid: Bool {
      unit.isFinite && unit >= 0 && squaredLength.isFinite && squaredLength >= 0
    }
  }

  package init(center: PrototypeVector, sumScale: Double, mass: Double) {
    self.center = center
    self.sumScale = sumScale
    self.mass = mass
  }
}

/// A vector over the features: sparse with ascending columns, or dense.
package struct PrototypeVector: Sendable, Equatable {
  /// Ascending; empty for a dense vector.
  package var columns: [UInt32]
  package var values: [Double]
  package let isSparse: Bool

  package init(columns: [UInt32], values: [Double]) {
    self.columns = columns
    self.values = values
    isSparse = true
  }

  package init(dense values: [Double]) {
    columns = []
    self.values = values
    isSparse = false
  }

  package var squaredNorm: Double { values.reduce(0) { $0 + $1 * $1 } }

  package func scaled(by factor: Double) -> PrototypeVector {
    var copy = self
    for position in copy.values.indices { copy.values[position] *= factor }
    return copy
  }

  /// Rounded to what files and scoring keep: single precision unless double is asked for.
  package func rounded(to precision: Precision) -> PrototypeVector {
    guard precision != .float64 else { return self }
    var copy = self
    for position in copy.values.indices { copy.values[position] = Double(Float(copy.values[position])) }
    return copy
  }

  /// `self * ownFactor + other * otherFactor`, over the columns of both.
  ///
  /// - Complexity: O(stored values of both).
  package func combined(
    times ownFactor: Double, with other: PrototypeVector, times otherFactor: Double
  ) -> PrototypeVector {
    guard isSparse else {
      return PrototypeVector(dense: zip(values, other.values).map { $0 * ownFactor + $1 * otherFactor })
    }
    var columns: [UInt32] = []
    var values: [Double] = []
    columns.reserveCapacity(self.columns.count + other.columns.count)
    values.reserveCapacity(self.columns.count + other.columns.count)
    var (i, j) = (0, 0)
    while i < self.columns.count || j < other.columns.count {
      let left = i < self.columns.count ? Int(self.columns[i]) : Int.max
      let right = j < other.columns.count ? Int(other.columns[j]) : Int.max
      columns.append(UInt32(min(left, right)))
      values.append(
        (left <= right ? self.values[i] * ownFactor : 0) + (right <= left ? other.values[j] * otherFactor : 0)
      )
      if left <= right { i += 1 }
      if right <= left { j += 1 }
    }
    return PrototypeVector(columns: columns, values: values)
  }

  /// The dot product, over the columns of both.
  package func dot(_ other: PrototypeVector) -> Double {
    guard isSparse else { return zip(values, other.values).reduce(0) { $0 + $1.0 * $1.1 } }
    var sum = 0.0
    var (i, j) = (0, 0)
    while i < columns.count, j < other.columns.count {
      if columns[i] == other.columns[j] {
        sum += values[i] * other.values[j]
        i += 1
        j += 1
      } else if columns[i] < other.columns[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return sum
  }

  /// The squared distance, computed from the differences: exact for neighbours, where 1 - cosine is not.
  package func squaredDistance(to other: PrototypeVector) -> Double {
    combined(times: 1, with: other, times: -1).squaredNorm
  }
}

extension Prototype {
  /// The distance that merging and seeding use: cosine 1 - s, Euclidean d squared.
  package func distance(to other: Prototype, _ distance: Distance) -> Double {
    switch distance {
    case .cosine: 1 - center.dot(other.center)
    case .euclidean: center.squaredDistance(to: other.center)
    }
  }

  /// A prototype from a sum of rows.
  ///
  /// - Parameters:
  ///   - sum: the weighted sum of (scaled) rows.
  ///   - mass: the sum of the weights, above 0.
  package init(sum: PrototypeVector, mass: Double, distance: Distance, precision: Precision) {
    switch distance {
    case .cosine:
      let norm = sum.squaredNorm.squareRoot()
      center = (norm > 0 ? sum.scaled(by: 1 / norm) : sum).rounded(to: precision)
      sumScale = norm
    case .euclidean:
      center = sum.scaled(by: mass > 0 ? 1 / mass : 0).rounded(to: precision)
      sumScale = mass
    }
    self.mass = mass
  }
}

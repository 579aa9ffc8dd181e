import CFastKMeansKernels

/// Where the weights of a ``RefinementTable`` lie.
///
/// Small tables are rows, a feature after the other, in single precision. Tables that outgrow the caches are tiles of 64
/// lanes with 16 bits a weight: half the memory, and a batch of documents goes through one tile after the other, so that
/// the rows of frequent features are read from memory once a batch instead of once a document.
package enum RefinementCells: Sendable {
  /// Feature-major, `stride` lanes a feature.
  case rows(AlignedMemory<Float>, stride: Int)
  /// As in `fk_tiles.h`.
  case tiles(AlignedMemory<UInt16>, count: Int)

  package enum Layout: Sendable {
    case rows
    case tiles
  }

  static let tileLanes = Int(FK_TILE_LANES)

  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  init(_ layout: Layout, lanes: Int, features: Int) throws {
    let what = "the refinement's weights"
    let count = try checkedProduct(features, layout.stride(lanes: lanes), for: what)
    switch layout {
    case .rows:
      self = .rows(
        try AlignedMemory(count: count, repeating: 0, for: what), stride: layout.stride(lanes: lanes))
    case .tiles:
      self = .tiles(
        try AlignedMemory(count: count, repeating: 0, for: what),
        count: layout.stride(lanes: lanes) / Self.tileLanes)
    }
  }

  /// Lanes of a document's scores.
  var stride: Int {
    switch self {
    case .rows(_, let stride): stride
    case .tiles(_, let count): count * Self.tileLanes
    }
  }

  package var layout: Layout {
    switch self {
    case .rows: .rows
    case .tiles: .tiles
    }
  }
}

extension RefinementCells.Layout {
  /// Tables of more bytes than this in single precision are tiles: far beyond a processor's caches, and far above the
  /// sets where a batch of some thousand documents would be a large part of the data.
  package static let largestRows = 256 << 20

  /// The layout for a table of this size. Few lanes of many features stay rows, for a tile has 64 lanes at least.
  package static func suiting(lanes: Int, features: Int) -> Self {
    let bytes = rows.byteCount(lanes: lanes, features: features)
    return bytes <= largestRows || bytes <= tiles.byteCount(lanes: lanes, features: features) ? .rows : .tiles
  }

  func stride(lanes: Int) -> Int {
    switch self {
    case .rows: max(8, roundedUp(lanes, to: 8))
    case .tiles: max(RefinementCells.tileLanes, roundedUp(lanes, to: RefinementCells.tileLanes))
    }
  }

  /// What a table takes, `Int.max` if it cannot be addressed.
  package func byteCount(lanes: Int, features: Int) -> Int {
    let width = self == .rows ? MemoryLayout<Float>.stride : MemoryLayout<UInt16>.stride
    let row = stride(lanes: lanes).multipliedReportingOverflow(by: width)
    let bytes = row.partialValue.multipliedReportingOverflow(by: features)
    return row.overflow || bytes.overflow ? .max : bytes.partialValue
  }
}

extension RefinementCells {
  /// - Complexity: O(1).
  package func weight(feature: Int, lane: Int, featureCount: Int) -> Float {
    switch self {
    case .rows(let memory, let stride): memory.pointer[feature * stride + lane]
    case .tiles(let memory, _):
      Float(bitPattern: UInt32(memory.pointer[Self.place(feature, lane, featureCount)]) << 16)
    }
  }

  /// Sets one weight; tiles take the nearest that they can hold.
  func set(feature: Int, lane: Int, to weight: Float) {
    switch self {
    case .rows(let memory, let stride): memory.pointer[feature * stride + lane] = weight
    case .tiles(let memory, let count):
      let features = memory.count / (count * Self.tileLanes)
      memory.pointer[Self.place(feature, lane, features)] = HalfPrecision.bfloat16Bits(weight)
    }
  }

  private static func place(_ feature: Int, _ lane: Int, _ featureCount: Int) -> Int {
    (lane / tileLanes * featureCount + feature) * tileLanes + lane % tileLanes
  }

  /// Whether all weights are numbers.
  var isFinite: Bool {
    switch self {
    case .rows(let memory, _): memory.sumsToANumber
    case .tiles(let memory, _):
      // An exponent of all ones is infinite or no number.
      !UnsafeBufferPointer(start: memory.pointer, count: memory.count).contains { $0 & 0x7F80 == 0x7F80 }
    }
  }

  /// Each lane's weights as a vector.
  ///
  /// - Parameters:
  ///   - kept: the value of a weight, nil where it is to be left out (sparse vectors only).
  /// - Complexity: O(lanes x features).
  func vectors(
    lanes: Int, features: Int, isSparse: Bool, _ kept: (Float) -> Double?
  ) -> [PrototypeVector] {
    var vectors: [PrototypeVector] = []
    vectors.reserveCapacity(lanes)
    for first in Swift.stride(from: 0, to: lanes, by: Self.tileLanes) {
      let members = first..<min(lanes, first + Self.tileLanes)
      var columns = [[UInt32]](repeating: [], count: members.count)
      var values = [[Double]](repeating: [], count: members.count)
      for feature in 0..<features {
        for lane in members {
          guard let value = kept(weight(feature: feature, lane: lane, featureCount: features)) else {
            continue
          }
          if isSparse { columns[lane - first].append(UInt32(feature)) }
          values[lane - first].append(value)
        }
      }
      for (columns, values) in zip(columns, values) {
        vectors.append(
          isSparse
            ? PrototypeVector(columns: columns, values: values) : PrototypeVector(dense: values))
      }
    }
    return vectors
  }
}

extension AlignedMemory<Float> {
  /// Whether all elements are numbers: 0 times a number is 0, and anything else stays in the sum.
  var sumsToANumber: Bool {
    var sum: Float = 0
    for position in 0..<count { sum += 0 * pointer[position] }
    return sum == 0
  }
}

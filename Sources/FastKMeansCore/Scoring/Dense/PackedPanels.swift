import CFastKMeansKernels

/// Dense prototypes in panels of neighbours, feature by feature: the layout that the tile kernels read.
struct PackedPanels: Sendable {
  let featureCount: Int
  let panelCount: Int
  let values: FeatureMajorRows.Values

  static var width: Int { Int(FK_TILE_COLUMNS) }
  static var height: Int { Int(FK_TILE_ROWS) }

  init(_ set: PrototypeSet, truncation: Float) throws {
    featureCount = set.featureCount
    panelCount = (set.count + Self.width - 1) / Self.width
    let panelSize = try checkedProduct(featureCount, Self.width, for: Self.purpose)
    let cells = try checkedProduct(panelSize, panelCount, for: Self.purpose)
    let rows = PrototypeRows(set, truncation: truncation)
    switch set.precision {
    case .float32, .float64: values = .single(try Self.fill(rows, set, cells, panelSize) { $0 })
    case .float16: values = .float16(try Self.fill(rows, set, cells, panelSize, HalfPrecision.float16Bits))
    case .bfloat16: values = .bfloat16(try Self.fill(rows, set, cells, panelSize, HalfPrecision.bfloat16Bits))
    }
  }

  private static var purpose: String { "the packed prototypes of the scoring index" }

  private static func fill<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ rows: PrototypeRows, _ set: PrototypeSet, _ cells: Int, _ panelSize: Int, _ narrow: (Float) -> Element
  ) throws -> AlignedMemory<Element> {
    let memory = try AlignedMemory<Element>(count: cells, repeating: 0, for: purpose)
    rows.forEach { prototype, column, value in
      let start = prototype / width * panelSize + prototype % width
      memory.pointer[start + column * width] = narrow(value)
    }
    return memory
  }

  var byteCount: Int {
    switch values {
    case .single(let memory): memory.byteCount
    case .float16(let memory), .bfloat16(let memory): memory.byteCount
    }
  }

  /// Adds the features `first ..< first + count` of one panel to one tile of scores.
  @inline(__always)
  func multiply(
    _ documents: UnsafePointer<Float>, panel: Int, first: Int, count: Int,
    into tile: UnsafeMutablePointer<Float>, kernels: fk_dense_kernels
  ) {
    let start = (panel * featureCount + first) * Self.width
    switch values {
    case .single(let memory): kernels.tile_f32(documents, memory.pointer + start, count, tile)
    case .float16(let memory): kernels.tile_f16(documents, memory.pointer + start, count, tile)
    case .bfloat16(let memory): kernels.tile_bf16(documents, memory.pointer + start, count, tile)
    }
  }
}

/// Products of whole matrices by the tile kernels.
enum TileProduct {
  /// Rows of the inner dimension that are multiplied before the next tile, as in ``DenseScratch/featureBlock``.
  private static let block = DenseScratch.featureBlock
  private static let (height, width) = (PackedPanels.height, PackedPanels.width)

  /// The first matrix, transposed, times the second: both have `count` rows, each its own number of columns.
  ///
  /// - Returns: `firstWidth` rows of `secondWidth` values.
  /// - Throws: ``InputError`` if the product cannot be addressed.
  /// - Complexity: O(count x firstWidth x secondWidth), near the machine's peak.
  static func transposed(
    _ first: UnsafePointer<Float>, width firstWidth: Int, times second: UnsafePointer<Float>,
    width secondWidth: Int, count: Int, for purpose: String
  ) throws -> AlignedMemory<Float> {
    let kernels = fk_dense_for(fk_simd_level()).pointee
    let groups = (firstWidth + height - 1) / height
    let result = try AlignedMemory<Float>(
      count: try checkedProduct(firstWidth, secondWidth, for: purpose), repeating: 0, for: purpose)
    let packed = try pack(first, firstWidth, count, unit: height, for: purpose)
    let panels = try pack(second, secondWidth, count, unit: width, for: purpose)
    let tiles = try AlignedMemory<Float>(count: groups * height * width, repeating: 0, for: purpose)
    for panel in 0..<(secondWidth + width - 1) / width {
      tiles.pointer.update(repeating: 0, count: tiles.count)
      for start in stride(from: 0, to: count, by: block) {
        let length = min(block, count - start)
        for group in 0..<groups {
          kernels.tile_f32(
            packed.pointer + (group * count + start) * height,
            panels.pointer + (panel * count + start) * width, length,
            tiles.pointer + group * height * width)
        }
      }
      let columns = min(width, secondWidth - panel * width)
      for row in 0..<firstWidth {
        (result.pointer + row * secondWidth + panel * width)
          .update(from: tiles.pointer + row * width, count: columns)
      }
    }
    return result
  }

  /// Columns in units of `unit` columns, row by row within a unit; the last one is filled up with zeros.
  static func pack(
    _ values: UnsafePointer<Float>, _ columns: Int, _ rows: Int, unit: Int, for purpose: String
  ) throws -> AlignedMemory<Float> {
    let size = try checkedProduct(roundedUp(columns, to: unit), rows, for: purpose)
    let packed = try AlignedMemory<Float>(count: size, repeating: 0, for: purpose)
    for start in stride(from: 0, to: columns, by: unit) {
      let target = packed.pointer + start * rows
      let length = min(unit, columns - start)
      for row in 0..<rows {
        (target + row * unit).update(from: values + row * columns + start, count: length)
      }
    }
    return packed
  }
}

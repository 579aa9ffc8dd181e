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

import CFastKMeansKernels

/// Products of whole matrices by the tile kernels.
enum TileProduct {
  /// Rows of the inner dimension that are multiplied before the next tile, as in ``DenseScratch/featureBlock``.
  private static let block = DenseScratch.featureBlock
  private static let (height, width) = (PackedPanels.height, PackedPanels.width)

  /// The first matrix, transposed, times the second: both have `count` rows, and so many columns as they say.
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

  /// Columns in units of so many, row by row within a unit; the last one is filled up with zeros.
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

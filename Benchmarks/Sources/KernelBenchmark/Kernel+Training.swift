import BenchmarkSupport
import CFastKMeansKernels
import FastKMeansCore

extension Kernel {
  /// What fitting and refinement spend their time in; these look up the level that is in force.
  static func training() -> [Kernel] {
    var random = SeededRandom(seed: 5)
    let (documents, nonZeros, features) = (256, 42, 1024)
    let offsets = Buffer<Int64>(documents + 1) { Int64($0 * nonZeros) }
    let columns = Buffer<UInt32>(documents * nonZeros) {
      UInt32($0 % nonZeros * (features / nonZeros) + random.nextIndex(below: features / nonZeros))
    }
    let values = Buffer<Float>(documents * nonZeros) { _ in random.nextUnit() }
    return local(offsets, columns, values, documents, nonZeros, features)
      + wide(offsets, columns, values, documents, nonZeros, features) + [denseScores(&random), checksum()]
  }

  /// Rows of one class against its few prototypes.
  private static func local(
    _ offsets: Buffer<Int64>, _ columns: Buffer<UInt32>, _ values: Buffer<Float>, _ documents: Int,
    _ nonZeros: Int, _ features: Int
  ) -> [Kernel] {
    let lanes = 4
    let table = Buffer<Float>(features * lanes) { Float($0 % 7) / 7 }
    let biases = Buffer<Float>(lanes) { _ in 0 }
    let scratch = Buffer<Float>(4096) { _ in 0 }
    let nearest = Buffer<Int32>(documents) { _ in 0 }
    let best = Buffer<Float>(documents) { _ in 0 }
    let sums = Buffer<Float>(features * lanes) { _ in 0 }
    let entries = documents * nonZeros
    let shape = "\(documents) rows x \(nonZeros), \(lanes) lanes"
    return [
      Kernel(
        "local_nearest", shape, operations: 2 * entries * lanes, bytes: entries * (8 + 4 * lanes)
      ) {
        fk_local_nearest(
          offsets.pointer, columns.pointer, values.pointer, 0, Int64(documents), table.pointer, lanes,
          biases.pointer, scratch.pointer, scratch.count, nearest.pointer, best.pointer)
      },
      Kernel("local_add", shape, operations: 2 * entries, bytes: entries * 12) {
        fk_local_add(
          offsets.pointer, columns.pointer, values.pointer, 0, Int64(documents), nearest.pointer, nil,
          sums.pointer, lanes)
      },
    ]
  }

  /// Rows against a table with a lane for every prototype.
  private static func wide(
    _ offsets: Buffer<Int64>, _ columns: Buffer<UInt32>, _ values: Buffer<Float>, _ documents: Int,
    _ nonZeros: Int, _ features: Int
  ) -> [Kernel] {
    let lanes = 192
    let table = Buffer<Float>(features * lanes) { Float($0 % 7) / 7 }
    let scores = Buffer<Float>(documents * lanes) { _ in 0 }
    let cells = documents * nonZeros * lanes
    let shape = "\(documents) rows x \(nonZeros), \(lanes) lanes"
    return [
      Kernel(
        "table_scores", shape, operations: 2 * cells, bytes: 4 * cells, workingSet: 4 * features * lanes
      ) {
        fk_table_scores(
          offsets.pointer, columns.pointer, values.pointer, 0, Int64(documents), table.pointer, lanes,
          scores.pointer)
      },
      Kernel(
        "refine_scores", "1 row x \(nonZeros), \(lanes) lanes", operations: 2 * nonZeros * lanes,
        bytes: 4 * nonZeros * lanes
      ) {
        fk_refine_scores(columns.pointer, values.pointer, nonZeros, table.pointer, lanes, scores.pointer)
      },
    ]
  }

  private static func denseScores(_ random: inout SeededRandom) -> Kernel {
    let (rows, width, count) = (64, 384, 8)
    let documents = Buffer<Float>(rows * width) { _ in random.nextUnit() }
    let prototypes = Buffer<Float>(count * width) { _ in random.nextUnit() }
    let scores = Buffer<Float>(rows * count) { _ in 0 }
    return Kernel(
      "dense_scores", "\(rows) rows x \(width), \(count) prototypes", operations: 2 * rows * width * count,
      bytes: 4 * width * (rows + count)
    ) {
      fk_dense_scores(documents.pointer, rows, width, prototypes.pointer, count, scores.pointer)
    }
  }

  private static func checksum() -> Kernel {
    let bytes = Buffer<UInt8>(16 << 10) { UInt8(truncatingIfNeeded: $0) }
    return Kernel("crc32c", "\(bytes.count) bytes", operations: 0, bytes: bytes.count) {
      _ = fk_crc32c(0, bytes.pointer, bytes.count)
    }
  }
}

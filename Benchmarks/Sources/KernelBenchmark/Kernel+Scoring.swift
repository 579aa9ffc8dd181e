import BenchmarkSupport
import CFastKMeansKernels
import FastKMeansCore

extension Kernel {
  /// Every score of one document: rows of features, lists, and the search for the largest.
  static func scoring(level: Int32) -> [Kernel] {
    let kernels = fk_scoring_for(level).pointee
    var random = SeededRandom(seed: 1)
    let (terms, prototypes) = (42, 1536)
    let rows = Buffer<Float>(terms * prototypes) { _ in random.nextUnit() }
    let halves = Buffer<UInt16>(terms * prototypes) { _ in UInt16(0x3000 + random.nextIndex(below: 1 << 10)) }
    let starts = Buffer<Int>(terms) { $0 * prototypes }
    let x = Buffer<Float>(terms) { _ in random.nextUnit() }
    let scores = Buffer<Float>(prototypes) { _ in random.nextUnit() }
    let biases = Buffer<Float>(prototypes) { _ in 0 }
    let (cells, shape) = (terms * prototypes, "\(terms) terms x \(prototypes)")
    let ids = Buffer<UInt32>(prototypes / 4) { UInt32($0 * 4 + random.nextIndex(below: 4)) }
    let values = Buffer<Float>(prototypes) { _ in random.nextUnit() }
    let positions = Buffer<UInt32>(prototypes) { _ in 0 }
    return [
      Kernel("score_rows_f32", shape, operations: 2 * cells, bytes: 4 * cells) {
        kernels.score_rows_f32(
          rows.pointer, starts.pointer, x.pointer, terms, biases.pointer, scores.pointer, prototypes)
      },
      Kernel("score_rows_f16", shape, operations: 2 * cells, bytes: 2 * cells) {
        kernels.score_rows_f16(
          halves.pointer, starts.pointer, x.pointer, terms, biases.pointer, scores.pointer, prototypes)
      },
      Kernel("score_rows_bf16", shape, operations: 2 * cells, bytes: 2 * cells) {
        kernels.score_rows_bf16(
          halves.pointer, starts.pointer, x.pointer, terms, biases.pointer, scores.pointer, prototypes)
      },
      Kernel("add_list", "\(ids.count) of \(prototypes)", operations: 2 * ids.count, bytes: 8 * ids.count) {
        kernels.add_list(ids.pointer, values.pointer, ids.count, 0, scores.pointer)
      },
      Kernel("first_max", "\(prototypes)", operations: 0, bytes: 4 * prototypes) {
        _ = kernels.first_max(values.pointer, prototypes)
      },
      Kernel("positions_above", "1 % of \(prototypes)", operations: 0, bytes: 4 * prototypes) {
        _ = kernels.positions_above(values.pointer, prototypes, 0.99, positions.pointer)
      },
    ]
  }

  /// Documents times prototypes, a tile at a time.
  static func dense(level: Int32) -> [Kernel] {
    let kernels = fk_dense_for(level).pointee
    var random = SeededRandom(seed: 2)
    let features = 256
    let (height, width) = (Int(FK_TILE_ROWS), Int(FK_TILE_COLUMNS))
    let documents = Buffer<Float>(features * height) { _ in random.nextUnit() }
    let panel = Buffer<Float>(features * width) { _ in random.nextUnit() }
    let halves = Buffer<UInt16>(features * width) { _ in UInt16(0x3000 + random.nextIndex(below: 1 << 10)) }
    let tile = Buffer<Float>(height * width) { _ in 0 }
    let thresholds = Buffer<Float>(height) { _ in .infinity }
    let operations = 2 * features * height * width
    let shape = "\(height) x \(width) x \(features) features"
    func bytes(_ size: Int) -> Int { features * (height * 4 + width * size) }
    return [
      Kernel("tile_f32", shape, operations: operations, bytes: bytes(4)) {
        kernels.tile_f32(documents.pointer, panel.pointer, features, tile.pointer)
      },
      Kernel("tile_f16", shape, operations: operations, bytes: bytes(2)) {
        kernels.tile_f16(documents.pointer, halves.pointer, features, tile.pointer)
      },
      Kernel("tile_bf16", shape, operations: operations, bytes: bytes(2)) {
        kernels.tile_bf16(documents.pointer, halves.pointer, features, tile.pointer)
      },
      Kernel("rows_above", "\(height) x \(width)", operations: 0, bytes: height * width * 4) {
        _ = kernels.rows_above(tile.pointer, thresholds.pointer)
      },
    ]
  }
}

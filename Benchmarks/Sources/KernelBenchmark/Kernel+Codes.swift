import BenchmarkSupport
import CFastKMeansKernels
import FastKMeansCore

extension Kernel {
  /// Approximate sums from 8-bit rows, and what is found in them.
  static func codes(level: Int32) -> [Kernel] {
    let kernels = fk_codes_for(level).pointee
    var random = SeededRandom(seed: 3)
    let (terms, stride) = (42, 1536)
    let codes = Buffer<Int8>(terms * stride) { _ in Int8(random.nextIndex(below: 255) - 127) }
    let numbers = Buffer<Int>(terms) { $0 }
    let multipliers = Buffer<Int16>(terms) { _ in Int16(random.nextIndex(below: 600)) }
    let sums = Buffer<Int16>(stride) { _ in Int16(random.nextIndex(below: 30_000)) }
    let positions = Buffer<UInt32>(stride) { _ in 0 }
    let cells = terms * stride
    return [
      Kernel(
        "accumulate", "\(terms) terms x \(stride)", operations: 2 * cells, bytes: cells, arithmetic: .codes
      ) {
        _ = kernels.accumulate(
          codes.pointer, stride, numbers.pointer, multipliers.pointer, terms, nil, 0, sums.pointer, stride)
      },
      Kernel("largest", "\(stride)", operations: 0, bytes: 2 * stride) {
        _ = kernels.largest(sums.pointer, stride)
      },
      Kernel("at_least", "1 % of \(stride)", operations: 0, bytes: 2 * stride) {
        _ = kernels.at_least(sums.pointer, stride, 29_700, positions.pointer, stride)
      },
    ]
  }

  /// The bounded search at the headline's shape: lists of rare features, a stage of rows, the bound of each prototype.
  static func staged(level: Int32) -> [Kernel] {
    let kernels = fk_staged_for(level).pointee
    var random = SeededRandom(seed: 4)
    let (terms, stride) = (16, 5056)
    let codes = Buffer<Int8>(terms * stride) { _ in Int8(random.nextIndex(below: 255) - 127) }
    let rows = Buffer<Int>(terms) { $0 }
    let multipliers = Buffer<Int16>(terms) { _ in Int16(random.nextIndex(below: 600)) }
    let sums = Buffer<Int16>(stride) { _ in 0 }
    let low = Buffer<Int16>(stride) { _ in 0 }
    let norms = Buffer<UInt16>(stride) { _ in UInt16(random.nextIndex(below: 65_536)) }
    let positions = Buffer<UInt32>(stride) { _ in 0 }
    let cells = terms * stride
    let scatter = scattering(kernels, &random, sums)
    return [
      scatter,
      Kernel(
        "add_rows", "\(terms) terms x \(stride)", operations: 2 * cells, bytes: cells, arithmetic: .codes
      ) {
        kernels.add_rows(
          codes.pointer, stride, rows.pointer, multipliers.pointer, terms, sums.pointer, stride)
      },
      Kernel("reach", "none of \(stride)", operations: 0, bytes: 4 * stride) {
        _ = kernels.reach(
          low.pointer, norms.pointer, 1, 1, .max, stride, positions.pointer, 24)
      },
    ]
  }

  /// 50 lists of 60 entries each.
  private static func scattering(
    _ kernels: fk_staged_kernels, _ random: inout SeededRandom, _ sums: Buffer<Int16>
  ) -> Kernel {
    let (lists, length) = (50, 60)
    let entries = Buffer<UInt32>(lists * length) { _ in
      UInt32(random.nextIndex(below: sums.count)) | UInt32(random.nextIndex(below: 65_536)) << 16
    }
    let starts = Buffer<UInt32>(lists) { UInt32($0 * length) }
    let lengths = Buffer<UInt32>(lists) { _ in UInt32(length) }
    let factors = Buffer<Int16>(lists) { _ in 100 }
    let (spareWords, spareFloats) = (Buffer<Int16>(1) { _ in 0 }, Buffer<Float>(lists * 4) { _ in 0 })
    let spareRows = Buffer<Int>(1) { _ in 0 }
    let document = Buffer<fk_staged_document>(1) { _ in
      fk_staged_document(
        heavy_count: 0, light_count: lists, rows: spareRows.pointer, multipliers: spareWords.pointer,
        starts: starts.pointer, lengths: lengths.pointer, factors: factors.pointer,
        offsets: spareFloats.pointer, rest_sums: spareFloats.pointer, rest_norms: spareFloats.pointer,
        scratch: spareFloats.pointer, scale: 1, slack: 0, bias_multiplier: 0)
    }
    return Kernel(
      "scatter", "\(lists) lists x \(length) in \(sums.count)", operations: 2 * lists * length,
      bytes: 4 * lists * length, arithmetic: .codes
    ) {
      _ = (spareWords, spareFloats, spareRows, starts, lengths, factors)
      kernels.scatter(document.pointer, entries.pointer, nil, sums.pointer, sums.count)
    }
  }
}
